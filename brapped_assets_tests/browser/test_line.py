"""Minutes by day: a day is told where the pointer is, and a stretch of days is chosen by mouse, finger or keys."""

import re

import pytest
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.finger import draw
from brapped_assets_tests.browser.visitor import Visitor

LINE = "[data-line]"


def shown(visitor: Visitor, path: str, width: int) -> tuple[Page, dict[str, float]]:
    page = visitor.visit(path, width, reduced_motion="reduce")
    page.locator(LINE).scroll_into_view_if_needed()
    box = page.locator(LINE).bounding_box()
    assert box is not None
    x, y, wide = box["x"], box["y"], box["width"]
    return page, {"x": x, "middle": x + wide / 2, "right": x + wide, "y": y, "width": wide}


def test_what_a_mouse_draws_over_is_chosen_and_taken_back(visitor: Visitor) -> None:
    page, box = shown(visitor, "/?range=2025&device=Phone", 1280)
    page.mouse.move(box["middle"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["right"] + 50, box["y"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile(r"range=2025-0[67]-\d\d\.\.2025-12-31"))
    assert "device=Phone" in page.url
    # A second way, besides the browser's own.
    page.locator(".wider a", has_text="2025").click()
    page.wait_for_url("**/?range=2025&*device=Phone")


def test_what_a_finger_draws_over_is_chosen_and_a_tap_tells_a_day(visitor: Visitor) -> None:
    page, box = shown(visitor, "/?range=2025", 390)
    y = box["y"] + 60
    draw(page, (box["middle"], y))
    expect(page.locator(f"{LINE} .bubble")).to_have_text(re.compile(r"Jul 2025\s*\d+ min$"))
    assert "range=2025&" in f"{page.url}&"
    draw(page, (box["middle"], y), (box["right"], y))
    page.wait_for_url(re.compile(r"range=2025-0[67]-\d\d\.\.2025-12-3[01]"))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_stretch_is_chosen_by_keys_and_each_day_on_the_way_is_told(visitor: Visitor, width: int) -> None:
    page, _ = shown(visitor, "/?range=2025&device=Phone", width)
    line, told = page.locator(LINE), page.locator("section:has([data-line]) [data-told]")
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
    page, box = shown(visitor, "/?range=2025", 1280)
    page.mouse.move(box["middle"], box["y"] + 60)
    bubble = page.locator(f"{LINE} .bubble")
    expect(bubble).to_have_text(re.compile(r"^\w+,? 2 Jul 2025\s*[\d,]+ min$"))
    page.mouse.move(box["middle"], box["y"] - 200)
    expect(bubble).not_to_be_visible()
