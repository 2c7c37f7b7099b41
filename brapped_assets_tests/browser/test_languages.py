"""The gear in a real browser: a theme of high contrast, the browser's time zone, and pages in longer words."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from brapped_assets.web.display import COOKIE
from brapped_assets_tests.browser.reading import SETTLED, misplaced, too_faint
from brapped_assets_tests.browser.test_layout import at_widths
from brapped_assets_tests.browser.visitor import WIDER, Visitor
from brapped_assets_tests.examples import quick_of

# Where most is written.
PAGES = ("/?range=all", "/today", "/settings", "/list/artists?range=all", "/wrapped/choose")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_has_seven_to_one(visitor: Visitor, scheme: Literal["light", "dark"]) -> None:
    page = visitor.window(color_scheme=scheme, reduced_motion="reduce")
    page.context.add_cookies([{"name": COOKIE, "value": "theme=contrast", "url": visitor.url}])
    found = []
    for path in ("/?range=all", "/settings", "/today", "/list/songs?range=all"):
        page.goto(path)
        page.evaluate(SETTLED)
        found += [f"{path}: {line}" for line in too_faint(page, 7.0)]
    assert found == []


def test_longer_words_break_no_page_of_a_phone(visitor: Visitor) -> None:
    page = visitor.window(360, locale="en-XA", reduced_motion="reduce")
    found = []
    for path in PAGES:
        page.goto(path)
        page.evaluate(SETTLED)
        assert re.search("⟦", page.inner_text("main"))
        found += [f"{path}: wider by {page.evaluate(WIDER)}"] if page.evaluate(WIDER) else []
        found += [f"{path}: {line}" for line in misplaced(page)]
    assert found == []


@pytest.mark.parametrize("language", quick_of(1, ["de", "fr", "es"]))
def test_in_the_longest_languages_nothing_is_cut_on_the_smallest_phone(visitor: Visitor, language: str) -> None:
    page = visitor.window(320, locale=language, reduced_motion="reduce")
    found = []
    for path in (*PAGES, "/history", "/wrapped?range=2025", "/changes/artists?range=2025-06"):
        page.goto(path)
        found += [f"{path}: {line}" for line in at_widths(page, (320,), "sans-serif")]
    page.goto("/wrapped?range=2025")
    page.keyboard.press("Escape")
    page.locator(".doors [data-opens-options]").click()
    found += at_widths(page, (320,), "sans-serif")
    assert found == []


def test_what_is_chosen_by_keys_holds_on_the_next_page(chromium: Browser, ending: str) -> None:
    """At pages of its own: what is chosen is kept there, and the pages of all tests would speak German."""
    visitor = Visitor(chromium, ending)
    page = visitor.window(timezone_id="Europe/Paris")
    page.goto("/")
    page.locator(".tabs a").last.focus()
    page.keyboard.press("Tab")
    expect(page.locator(".gear")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your browser says Europe/Paris.")).to_be_visible()
    expect(page.get_by_label("Another region")).to_have_value("Europe/Paris")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Gespeichert.")
    page.goto("/")
    expect(page.locator("html[lang=de][data-theme=dark]")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 14, 24)"
    visitor.leave()
    assert visitor.troubles == []
