"""Minutes by day: drawn when it comes into sight, zoomed, and told in words where the pointer is."""

import re

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


def test_the_line_is_zoomed_by_its_slider(visitor: Visitor) -> None:
    page = drawn(visitor, "/?range=2025", 1280)
    chart = page.locator(f"{LINE} .chart")
    expect(chart.get_by_text("Nov", exact=True)).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    # The right end of the slider, which lies below the line, to its middle.
    across, down = box["x"] + box["width"] - 12, box["y"] + box["height"] - 28
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.move(across - box["width"] / 2, down, steps=5)
    page.mouse.up()
    expect(chart.get_by_text("Feb", exact=True)).to_be_visible()
    expect(chart.get_by_text("Nov", exact=True)).to_have_count(0)


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
