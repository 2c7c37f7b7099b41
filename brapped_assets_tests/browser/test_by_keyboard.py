"""Everything by keyboard, and where one is can be seen."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.listened import HOSTILE, NOW
from brapped_assets_tests.browser.visitor import Visitor

HERE = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return { name: at.name || at.textContent.trim(),
           seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
           inside: box.left >= -1 && box.right <= innerWidth + 1, box: [box.left, box.right] };
}"""


def tab_to(page: Page, name: str, most: int = 60) -> list[str]:
    """Go on with Tab until something of this name has the focus; the names on the way."""
    way: list[str] = []
    while name not in way:
        assert len(way) < most, way
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        assert here["seen"], f"no sign of the focus on {here['name']}"
        assert here["inside"], f"{here['name']} has the focus out of sight: {here}"
        way.append(here["name"])
    return way


def test_the_first_tab_skips_to_the_content_and_the_period_picker_follows_the_pages(visitor: Visitor) -> None:
    page = visitor.visit("/", 1280)
    way = tab_to(page, "Minutes")
    expected = [
        "Skip to content",
        "Brapped",
        "Today",
        "Overview",
        "Explore",
        "Wrapped",
        "History",
        "Search",
        "Settings",
        "Today",
        "This week",
    ]
    assert way[: len(expected)] == expected
    assert {"All time", "2025", "2024", "first", "last", "Show"} <= set(way)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?range=year&by=minutes")


@pytest.mark.parametrize("path", ["/list/artists?sort=minutes", "/explore?range=2025", "/changes/artists", "/genres"])
def test_the_first_tab_skips_to_the_content_on_pages_that_scroll_to_what_is_chosen(visitor: Visitor, path: str) -> None:
    page = visitor.visit(path)
    page.keyboard.press("Tab")
    assert page.evaluate(HERE)["name"] == "Skip to content"


def test_any_days_are_chosen_by_keyboard(visitor: Visitor) -> None:
    page = visitor.visit("/")
    tab_to(page, "first")
    page.keyboard.type("02012025")
    tab_to(page, "last", 4)
    page.keyboard.type("03152025")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?range=2025-02-01..2025-03-15")


def test_a_search_and_its_first_hit(visitor: Visitor) -> None:
    page = visitor.visit("/search")
    # A browser gives the focus with its first frame, which may come after the page is loaded.
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("beyonce")
    hit = page.get_by_role("link", name="Beyoncé").first
    expect(hit).to_be_visible()
    tab_to(page, "Search", 4)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/artist/*")
    assert page.locator("h1").inner_text() == "Beyoncé"


def test_an_artist_is_hidden_and_shown_again(visitor: Visitor) -> None:
    page = visitor.visit("/search?q=" + "onerror")
    page.get_by_role("link", name=HOSTILE[0]).first.click()
    page.wait_for_url("**/artist/*")
    artist = page.url
    tab_to(page, "Hide this artist", 120)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show again").wait_for()
    assert page.url == artist
    assert page.get_by_role("link", name="Hidden: 1").count() == 1
    tab_to(page, "Show again")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hide this artist").wait_for()
    assert page.get_by_role("link", name="Hidden: 1").count() == 0


def test_a_story_is_told_by_arrows(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=2025")
    place = page.locator("[data-place]")
    expect(place).to_contain_text("Card 1 of")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(place).to_contain_text("Card 3 of")
    page.keyboard.press("ArrowLeft")
    expect(place).to_contain_text("Card 2 of")
    page.keyboard.press("Escape")
    expect(page.locator("[data-player]")).to_be_hidden()
    # On a phone all cards are small, and one opens.
    expect(page.locator(":focus")).to_have_accessible_name(re.compile("^Open "))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(place).to_contain_text("Card 3 of")
    tab_to(page, "Save picture", 30)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_petal_of_the_clock_leads_to_its_plays_by_click_and_by_keys(visitor: Visitor, width: int) -> None:
    page = visitor.visit("/wrapped?range=2025#card-clock", width)
    petals = page.locator("#card-clock .chart a")
    place = page.locator("[data-place]")
    expect(place).to_contain_text("Your clock")
    petals.first.focus()
    # Arrows go from petal to petal, and turn no card.
    page.keyboard.press("ArrowDown")
    focused = page.locator("#card-clock .chart a:focus")
    hour = (focused.get_attribute("aria-label") or "")[:2]
    assert hour != (petals.first.get_attribute("aria-label") or "")[:2]
    expect(place).to_contain_text("Your clock")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/history?range=2025&hour={int(hour)}")
    page.go_back()
    petals.first.click()
    page.wait_for_url("**/history?range=2025&hour=*")


def test_a_day_of_the_calendar_is_reached_read_and_opened_by_keys_and_costs_one_tab(visitor: Visitor) -> None:
    page = visitor.visit("/?range=2026", 1280)
    newest = page.locator(".calendar a[tabindex='0']")
    assert newest.count() == 1
    newest.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    day = page.locator(".calendar a:focus rect").get_attribute("data-day")
    assert day is not None
    assert date.fromisoformat(day) == NOW.astimezone(ZoneInfo("Asia/Kolkata")).date() - timedelta(days=8)
    expect(page.locator(".calendar + [data-told]")).to_contain_text(f"{date.fromisoformat(day):%b}")
    page.keyboard.press("Tab")
    assert page.locator(".calendar :focus").count() == 0
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?range={day}*")


def test_an_overview_is_gone_through_in_a_hundred_stops_of_the_tab_key(visitor: Visitor) -> None:
    stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    many = {
        path: visitor.visit(path, 1280).evaluate(
            "(stops) => [...document.querySelectorAll(stops)].filter((one) => one.tabIndex >= 0 && !one.disabled"
            " && !one.closest('[inert]') && one.checkVisibility({ visibilityProperty: true })).length",
            stops,
        )
        for path in ("/?range=2025", "/?range=all", "/today", "/wrapped?range=2025", "/list/artists?range=all")
    }
    assert {path: stops for path, stops in many.items() if not 5 < stops <= 100} == {}
