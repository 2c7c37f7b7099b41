"""The history in a browser: a text, a day, a file, and a play that is hidden and shown again."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from brapped_assets_tests.browser.visitor import WIDER, Visitor


def counted(page: Page) -> int:
    told = page.locator(".summary b").first.inner_text()
    return int(told.replace(",", ""))


def test_a_text_narrows_the_history_and_the_file_of_it_has_as_many_plays(visitor: Visitor) -> None:
    page = visitor.visit("/history", 1280)
    every = counted(page)
    page.get_by_role("searchbox").fill("window")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url(re.compile(r"q=window"))
    assert 0 < counted(page) < every
    of_text = counted(page)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as CSV").click()
    assert saving.value.suggested_filename == "brapped-history-all.csv"
    with Path(saving.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert sum(row["counts"] == "yes" for row in csv.DictReader(file)) == of_text
    page.get_by_role("link", name="2025", exact=True).click()
    page.wait_for_url(re.compile(r"range=2025&q=window"))
    assert counted(page) <= of_text


def test_a_day_is_jumped_to_and_leads_to_the_same_day_in_another_year(visitor: Visitor) -> None:
    page = visitor.visit("/history", 390)
    page.get_by_label("Go to").fill("2025-11-20")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator(".day h2").first).to_contain_text("2025")
    other = page.locator(".years a").first
    year = other.locator("b").inner_text()
    other.click()
    expect(page.locator(".day h2").first).to_contain_text(f"20 Nov {year}".replace(" ", "\N{NO-BREAK SPACE}"))


def test_a_play_is_hidden_and_shown_again(visitor: Visitor) -> None:
    page = visitor.visit("/history?on=2025-11-20", 390)
    every = counted(page)
    play = page.locator(".plays li:not(.faint):not(.missing)").first
    play.locator("summary").click()
    play.get_by_role("button", name="Hide this play").click()
    expect(page.locator(".flags", has_text="hidden by you")).to_have_count(1)
    assert counted(page) == every - 1
    page.goto("/hidden")
    expect(page.locator(".near li")).to_contain_text("One play")
    page.get_by_role("button", name="Show again").click()
    page.goto("/history")
    assert counted(page) == every


def test_an_artist_is_the_same_as_another_and_is_themselves_again(visitor: Visitor) -> None:
    page = visitor.visit("/list/artists?range=all", 390)
    others = page.locator("main a[href*='/artist/']")
    address = "/artist/{artist}".format(**visitor.keys)
    hrefs = [one.get_attribute("href") or "" for one in others.all()]
    other = next(
        n for n, href in enumerate(hrefs) if address not in href and len(others.nth(n).inner_text().strip()) > 3
    )
    wanted = others.nth(other).inner_text().strip().split("\n")[0]
    page.goto(address)
    name = page.locator("h1").inner_text()
    page.get_by_label("Same as").fill(wanted)
    page.get_by_role("button", name="Find it").click()
    page.get_by_label("Why, if you like").first.fill("one band")
    page.get_by_role("button", name="Same as").first.click()
    expect(page.locator("section", has=page.get_by_role("heading", name=re.compile("Counted as")))).to_contain_text(
        name
    )
    page.goto("/hidden")
    expect(page.locator("section", has_text="Counted as another")).to_contain_text("one band")
    page.get_by_role("button", name="Not the same").click()
    page.goto(address)
    expect(page.locator("h1")).to_have_text(name)


def test_what_was_somebody_else_is_asked_about_and_hidden_by_a_tap(chromium: Browser, absent: str) -> None:
    visitor = Visitor(chromium, absent)
    page = visitor.window(390)
    page.goto("/?range=all")
    page.get_by_role("link", name="Was it you?").click()
    offers = page.locator("section", has_text="Was this you?")
    expect(offers.locator("li")).to_have_count(2)
    assert page.evaluate(WIDER) <= 0
    offers.get_by_label("Why, if you like").first.fill("my sister slept here")
    offers.get_by_role("button", name="Hide it").first.click()
    expect(offers.locator("li")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("90 plays")
    expect(page.locator("main")).to_contain_text("my sister slept here")
    offers.get_by_role("button", name="This was me").click()
    expect(offers).to_have_count(0)
    page.get_by_role("button", name="Ask again").click()
    expect(offers.locator("li")).to_have_count(1)
    visitor.leave()
    assert visitor.troubles == []
