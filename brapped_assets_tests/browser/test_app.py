"""The pages on a home screen: installable, and readable while nothing answers."""

import re
from collections import Counter
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.finger import draw
from brapped_assets_tests.browser.visitor import Visitor

READY = "navigator.serviceWorker.ready.then(() => true)"
CONTROLLED = "navigator.serviceWorker.controller !== null"
# As many pages as are kept, as if they had been seen before.
SEEN = """caches.open("pages").then((kept) => Promise.all(
  Array.from({ length: 40 }, (_, nth) => kept.put(`/seen?${nth}`, new Response("A page.")))))"""
KEPT = "caches.open('pages').then((kept) => kept.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))"


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """A window whose pages are kept from now on."""
    page = visitor.window(390, service_workers="allow")
    page.goto("/today")
    assert page.evaluate(READY)
    page.wait_for_function(CONTROLLED)
    return page


def test_a_home_screen_finds_a_name_a_start_and_icons_of_the_sizes_it_is_told(page: Page) -> None:
    address = page.locator("link[rel=manifest]").get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["display"], manifest["scope"]) == ("Brapped", "standalone", "/")
    for where in (manifest["start_url"], *(shortcut["url"] for shortcut in manifest["shortcuts"])):
        assert page.request.get(where).ok
    for icon in manifest["icons"]:
        body = page.request.get(urljoin(address, icon["src"])).body()
        if icon["type"] == "image/png":
            # Width and height of a PNG stand behind its signature.
            assert f"{int.from_bytes(body[16:20])}x{int.from_bytes(body[20:24])}" == icon["sizes"]
    assert [icon["src"] for icon in manifest["icons"] if icon.get("purpose") == "maskable"] == ["icon-maskable-512.png"]
    assert page.request.get(page.locator("link[rel=apple-touch-icon]").get_attribute("href") or "").ok


def test_a_page_that_was_seen_is_read_again_while_nothing_answers_and_says_as_of_when(page: Page) -> None:
    page.goto("/?range=2025")
    before = page.locator("h1").first.inner_text()
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-offline]")).to_have_text(
        re.compile(r"^Nothing answers; this is as of .*\d{1,2}:\d\d.*\.$")
    )
    assert page.locator("h1").first.inner_text() == before
    # In its own letters and colours.
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 246, 238)"
    page.goto("/search?q=never+asked")
    expect(page.locator("h1")).to_have_text("Not seen here yet.")
    page.context.set_offline(False)
    page.goto("/?range=2025")
    expect(page.locator("[data-offline]")).to_have_count(0)


def test_only_the_last_pages_are_kept_and_no_file_or_form_of_them(page: Page) -> None:
    page.evaluate(SEEN)
    for day in range(1, 4):
        page.goto(f"/?range=2025-03-{day:02d}")
        page.goto(f"/history?range=2025-03-{day:02d}")
    page.wait_for_function(f"{KEPT}.then((kept) => kept.length === 41 && kept.at(-1) === '/history')")
    assert Counter(page.evaluate(KEPT)) == {"/": 3, "/history": 3, "/seen": 34, "/offline": 1}


def test_a_finger_turns_from_day_to_day_and_from_month_to_month(visitor: Visitor) -> None:
    page = visitor.visit("/?range=2025-03-12", 390)
    right, left = (330.0, 300.0), (60.0, 310.0)
    draw(page, left, right)
    page.wait_for_url("**/?range=2025-03-11*")
    draw(page, right, left)
    page.wait_for_url("**/?range=2025-03-12*")
    # Up and down it scrolls.
    draw(page, (200, 600), (220, 200))
    page.goto("/?range=2025-03")
    draw(page, right, left)
    page.wait_for_url("**/?range=2025-04*")
    assert page.locator(".beside [rel=prev]").inner_text().strip() == "March 2025"


def test_on_a_home_screen_that_has_no_way_to_ask_again_the_page_is_pulled(visitor: Visitor) -> None:
    page = visitor.window(390)
    page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    page.goto("/today", wait_until="networkidle")
    with page.expect_navigation(url="**/today"):
        draw(page, (200, 200), (210, 500))
