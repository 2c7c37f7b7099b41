"""A list narrows as its box is typed into, stays what was chosen, and is sorted and turned by a press."""

import re

from playwright.sync_api import expect

from brapped_assets_tests.browser.listened import HOSTILE
from brapped_assets_tests.browser.visitor import Visitor


def test_a_box_narrows_as_it_is_typed_into(visitor: Visitor) -> None:
    page = visitor.visit("/list/artists?range=all&sort=minutes")
    rows = page.locator(".rows .what > a")
    everybody = rows.count()
    page.locator("#q").press_sequentially("beyonce")
    expect(rows).to_have_text(["Beyoncé"])
    expect(page.locator("[data-total]")).to_contain_text("All time, “beyonce”: 1 artist")
    assert page.url.endswith("/list/artists?range=all&sort=minutes&q=beyonce")
    # The rank is the one among all of them, and the file is of what is seen.
    assert page.locator(".rows .rank").inner_text().strip() != "1"
    with page.expect_download() as download:
        page.get_by_role("link", name="All of it as CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert (len(lines), "Beyoncé" in lines[1]) == (2, True)
    assert download.value.suggested_filename == "brapped-artists-all.csv"
    page.locator("#q").fill("no artist is called so")
    expect(page.locator("[data-total]")).to_contain_text("nothing with this in its name")
    page.locator("#q").fill("")
    expect(rows).to_have_count(everybody)
    assert page.url.endswith("/list/artists?range=all&sort=minutes")
    for name in HOSTILE:
        page.locator("#q").fill(name)
        expect(rows.first).to_have_text(name)


def test_covers_of_what_was_found_come_too(visitor: Visitor) -> None:
    page = visitor.visit("/list/albums?range=all")
    page.locator("#q").fill(HOSTILE[0])
    cover = page.locator(".rows a.cover img[data-cover]").first
    expect(cover).to_have_attribute("src", re.compile("^/cover/album/"))
    assert (cover.locator("xpath=..").get_attribute("href") or "").startswith("https://open.spotify.com/album/")


def test_a_press_sorts_and_a_second_turns_the_list_round(visitor: Visitor) -> None:
    page = visitor.visit("/list/days?range=2025", 1280)
    page.locator(".sorts").get_by_role("link", name="Oldest").click()
    page.wait_for_url("**/list/days?sort=first&range=2025")
    first = page.locator(".rows .what > a").first.inner_text()
    page.locator(".sorts").get_by_role("link", name="Oldest").click()
    page.wait_for_url("**/list/days?sort=-first&range=2025")
    assert page.locator(".rows .what > a").first.inner_text() != first
    page.get_by_role("link", name="Next →").click()
    page.wait_for_url("**/list/days?sort=-first&page=2&range=2025")
    assert page.locator(".rows li").count() == 100
    page.locator(".rows .what > a").first.click()
    page.wait_for_url("**/history?on=2025-*")
