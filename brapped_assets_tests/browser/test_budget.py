"""What a visit costs on the line, measured by the browser: design figures, bytes and requests, no times."""

from typing import Any

from playwright.sync_api import Page

from brapped_assets_tests.browser.visitor import Visitor

FIRST_BYTES, FIRST_REQUESTS, SECOND_BYTES = 60_000, 15, 25_000


class Line:
    """Counts what goes over it; what comes out of the browser's own cache does not."""

    def __init__(self, page: Page) -> None:
        self.bytes, self.urls = 0, list[str]()
        self._asked: dict[str, str] = {}
        self._kept: set[str] = set()
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.requestWillBeSent", self._begun)
        client.on("Network.requestServedFromCache", lambda event: self._kept.add(event["requestId"]))
        client.on("Network.loadingFinished", self._ended)

    def _begun(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = event["request"]["url"]

    def _ended(self, event: dict[str, Any]) -> None:
        url = self._asked.get(event["requestId"], "")
        if event["requestId"] not in self._kept and url.startswith("http") and event["encodedDataLength"]:
            self.bytes += int(event["encodedDataLength"])
            self.urls.append(url)


def test_an_overview_is_light_the_first_time_and_lighter_the_second(visitor: Visitor) -> None:
    for width in (390, 1280):
        page = visitor.window(width)
        first = Line(page)
        page.goto("/", wait_until="networkidle")
        assert len(first.urls) <= FIRST_REQUESTS, first.urls
        assert first.bytes <= FIRST_BYTES, (first.bytes, first.urls)
        second = Line(page)
        page.goto("/?range=2025", wait_until="networkidle")
        assert second.bytes <= SECOND_BYTES, (second.bytes, second.urls)
        assert not any("/static/" in url for url in second.urls), second.urls


def test_the_story_covers_the_page_from_the_first_painting_on(visitor: Visitor) -> None:
    page = visitor.window(390)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
        " window.shift += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/wrapped?range=2025", "/", "/today", "/history"):
        page.goto(path, wait_until="networkidle")
        # On a machine that others use the letters come late, and the text is fitted once more; 0.1 is called good.
        assert page.evaluate("window.shift") < 0.1, path


def test_on_paper_stands_every_card(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=2025", 1280)
    page.locator(".frame.on").wait_for()
    page.emulate_media(media="print")
    cards = page.locator("[data-frame]")
    assert cards.count() > 10
    assert all(card.is_visible() for card in cards.all())
    places = [card.bounding_box() for card in page.locator(".scene").all()]
    assert len({(place["x"], place["y"]) for place in places if place}) == cards.count()
    assert not page.locator("[data-player]").is_visible()
