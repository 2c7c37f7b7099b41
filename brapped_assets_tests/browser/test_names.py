"""Names of songs and artists are what somebody else wrote: on every page they are text and nothing more."""

import re

import pytest
from playwright.sync_api import expect

from brapped_assets_tests.browser.listened import HOSTILE
from brapped_assets_tests.browser.visitor import Visitor


@pytest.mark.parametrize(
    "path",
    [
        "/?range=all",
        "/explore?range=all&artist={artist}",
        "/today",
        "/history",
        "/artist/{artist}?range=all",
        "/wrapped?range=all",
    ],
)
def test_hostile_names_stand_there_as_they_are_written(visitor: Visitor, path: str) -> None:
    page = visitor.visit(path)
    if path.startswith("/wrapped"):
        page.keyboard.press("Escape")
    assert any(name in page.locator("main").inner_text() for name in HOSTILE)
    for link in page.locator("main a:visible").all()[:12]:
        link.hover(force=True)
    assert page.locator("main img:not([data-cover]), main iframe, main script").count() == 0
    assert (
        page.evaluate("[...document.links].map((link) => link.protocol).filter((one) => !/^https?:$/.test(one))") == []
    )


def test_hostile_names_are_found_as_text(visitor: Visitor) -> None:
    page = visitor.visit("/search")
    for name in HOSTILE:
        page.locator("#q").fill(name)
        hit = page.locator("[data-kind=artist] .name").first
        expect(hit).to_have_text(name)
        hit.hover()


def test_a_known_cover_is_shown_and_an_unknown_one_is_never_asked_for(visitor: Visitor) -> None:
    page = visitor.visit("/today")
    covers = page.locator("img[data-cover]")
    assert covers.count() > 0
    covers.first.scroll_into_view_if_needed()
    expect(covers.first).to_have_attribute("src", re.compile("^/cover/"))
    assert covers.first.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    page.goto("/?range=2025")
    assert page.locator(".ranked .cover").count() >= 20
    # Only the artist of whom the record is known that was played today.
    addresses = page.locator("img[data-cover]").evaluate_all("(all) => all.map((one) => one.dataset.src)")
    assert [bool(re.match("/cover/artist/", address)) for address in addresses] == [True]
