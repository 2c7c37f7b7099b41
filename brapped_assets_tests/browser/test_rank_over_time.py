"""Rank over time: every mark leads to the list it stands in, and rows of what changed to what they name."""

import re

import pytest
from playwright.sync_api import expect

from brapped_assets_tests.browser.test_explore import WITH_AND_WITHOUT_SCRIPT
from brapped_assets_tests.browser.visitor import Visitor
from brapped_assets_tests.examples import quick_of


@pytest.mark.parametrize(("script", "width"), WITH_AND_WITHOUT_SCRIPT)
def test_a_mark_leads_to_the_list_in_which_it_has_its_place(visitor: Visitor, width: int, script: bool) -> None:
    for path, column, place in (("/places/artists?range=2025", 3, 2), ("/places/songs?range=2025-06", 1, 1)):
        page = visitor.visit(path, width, java_script_enabled=script)
        mark = page.locator(".column:not(.heads)").nth(column).locator("a").nth(place - 1)
        name = (mark.get_attribute("title") or "").rsplit(": No. ", 1)
        mark.click()
        expect(page).to_have_url(re.compile(r"/list/(artists|songs)\?range=2025-0"))
        told = page.locator(".rows li").nth(int(name[1].split(",")[0]) - 1)
        expect(told.locator(".what a").first).to_have_attribute("title", name[0])


@pytest.mark.parametrize("width", quick_of(1, [390, 1280]))
def test_rows_of_what_changed_lead_to_what_they_name_in_their_time(visitor: Visitor, width: int) -> None:
    for move, asked in (("rose", "range=2025-06"), ("fell", "range=2025-06")):
        page = visitor.visit("/changes/songs?range=2025-06", width)
        row = page.locator(f"[data-move={move}] li").first
        plays = row.locator(".count").inner_text().split()[0]
        row.locator(".what a").first.click()
        expect(page).to_have_url(re.compile(re.escape(asked)))
        expect(page.locator("dl.numbers dd").first).to_have_text(plays)


def test_on_a_small_phone_a_name_at_number_one_has_room_beside_its_latest_week(visitor: Visitor) -> None:
    names = visitor.visit("/places/artists?range=all", 320).locator(".led .what a")
    assert min(names.evaluate_all("(all) => all.map((name) => name.parentElement.clientWidth)")) > 100
