"""Minutes by day: drawn when it comes into sight, zoomed, and told in words where the pointer is."""

import re

import pytest
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.visitor import Visitor

LINE = "[data-line]"


def drawn(visitor: Visitor, path: str, width: int) -> Page:
    page = visitor.visit(path, width, reduced_motion="reduce")
    # Nothing is fetched for what nobody sees.
    expect(page.locator(f"{LINE} polyline").first).to_be_attached()
    page.locator(LINE).scroll_into_view_if_needed()
    page.locator(f"{LINE} .chart svg").wait_for()
    return page


def dragged(page: Page, from_x: float, to_x: float, y: float) -> None:
    page.mouse.move(from_x, y)
    page.mouse.down()
    page.mouse.move(to_x, y, steps=5)
    page.mouse.up()


@pytest.mark.parametrize("by", ["slider", "line"])
def test_what_is_dragged_over_is_chosen_and_taken_back(visitor: Visitor, by: str) -> None:
    page = drawn(visitor, "/?range=2025&device=Phone", 1280)
    box = page.locator(f"{LINE} .chart").bounding_box()
    assert box is not None
    right, bottom = box["x"] + box["width"] - 12, box["y"] + box["height"]
    if by == "slider":
        # The right end of the slider, which lies below the line, to its middle.
        dragged(page, right, right - box["width"] / 2, bottom - 28)
        page.wait_for_url(re.compile(r"range=2025-01-01\.\.2025-0[67]-\d\d"))
    else:
        dragged(page, right - box["width"] / 2, right + 50, box["y"] + 60)
        page.wait_for_url(re.compile(r"range=2025-0[67]-\d\d\.\.2025-12-31"))
    assert "device=Phone" in page.url
    # A second way, besides the browser's own.
    page.locator(".wider a", has_text="2025").click()
    page.wait_for_url("**/?range=2025&*device=Phone")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_stretch_is_chosen_by_keys_and_each_day_on_the_way_is_told(visitor: Visitor, width: int) -> None:
    page = drawn(visitor, "/?range=2025&device=Phone", width)
    line, told = page.locator(LINE), page.locator(f"{LINE} + [data-told]")
    line.focus()
    page.keyboard.press("PageDown")
    expect(told).to_have_text(re.compile(r"^Mon,? 1 Dec 2025: \d+ min\. Enter begins a stretch here\.$"))
    expect(line).to_have_attribute("aria-valuetext", re.compile("1 Dec 2025"))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    expect(told).to_have_text(re.compile("30 Nov 2025 to .*1 Dec 2025. Enter shows it."))
    page.keyboard.press("Escape")
    expect(told).to_have_text(re.compile("30 Nov 2025.*Enter begins a stretch here."))
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"range=2025-01-01\.\.2025-11-30"))
    assert "device=Phone" in page.url


def test_a_day_is_told_where_the_pointer_is(visitor: Visitor) -> None:
    page = drawn(visitor, "/?range=2025", 1280)
    chart = page.locator(f"{LINE} .chart")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    told = chart.locator("text", has_text=re.compile(r"^\w+,? \d+ \w+ 2025$"))
    expect(told).to_be_visible()
    # Text of the drawing, never HTML.
    assert chart.locator("svg text", has_text=re.compile(r"^\d+ min")).count() == 1
