"""What holds of every page: one heading, everything inside a landmark, and a place in the navigation."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.insights import hiding
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.errors import NotAllowed, Waking
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"
LANDMARKS = {"header", "nav", "main", "aside", "footer"}
VOID = {"meta", "link", "input", "img", "br", "hr", "col", "path", "rect", "circle"}
# Each with the tab it belongs to.
TABS = {
    "/": "Overview", "/?range=2026-03-28": "Overview", "/?range=garbage": "Overview", "/?range=2019": "Overview",
    "/artist/1": "Overview", "/track/1": "Overview", "/album/1": "Overview",
    "/list/artists": "Overview", "/list/songs?sort=minutes": "Overview", "/list/albums?q=a": "Overview",
    "/list/days?page=9": "Overview", "/list/contexts": "Overview", "/changes/songs?range=7d": "Overview",
    "/places/songs": "Overview", "/genres": "Overview", "/genres?range=2019": "Overview",
    "/today": "Today", "/wrapped": "Wrapped",
    "/wrapped?range=2019": "Wrapped", "/wrapped/choose": "Wrapped", "/history": "History", "/history?on=x": "History",
    "/spoken": "Overview", "/spoken?range=2019&show=x": "Overview",
    "/explore": "Explore", "/explore?range=2019&device=Car": "Explore",
    "/hidden": "Hidden", "/search": "Search", "/search?q=a": "Search", "/artist/99": "Overview", "/compare": "Compare",
    "/settings": "Settings", "/api": "",
    "/add": "Add history", "/covers": "Add history", "/counted": "How is this counted?", "/nowhere": "",
}  # fmt: skip


class Outline(HTMLParser):
    """Headings of the first level, and what stands in the body but in no landmark."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings, self.outside = 0, list[str]()
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.headings += tag == "h1"
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = self._open[self._open.index("body") + 1 :] if "body" in self._open else []
        if data.strip() and inside and not LANDMARKS & set(inside) and data != "Skip to content":
            self.outside.append(data)


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(
        Reading(tmp_path, database_url), is_demo=True, writing=Writing(tmp_path, database_url), clock=lambda: NOW
    )
    with TestClient(create_app(site), HERE, raise_server_exceptions=False) as browser:
        browser.headers["origin"] = HERE
        yield browser


@pytest.fixture
def two(warehouse: Warehouse, tmp_path: Path, database_url: str) -> int:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        other = newcomer(tx, "other", zone="UTC")
        for listener in (me, other):
            play(tx, listener, [Told(NOW - timedelta(days=n), 1 + n % 6, 60_000, False, False, False, "ios", False)
                                for n in range(30)])  # fmt: skip
    hiding.hide(Writing(tmp_path, database_url), me, "artist", 3, NOW)
    return other


def outlines(browser: TestClient, *paths: str) -> dict[str, tuple[int, list[str]]]:
    found = {path: Outline(browser.get(path).text) for path in paths}
    return {path: (outline.headings, outline.outside) for path, outline in found.items()}


def test_every_page_has_one_heading_and_everything_in_a_landmark(browser: TestClient, two: int) -> None:
    assert outlines(browser, *TABS, "/export.html") == dict.fromkeys((*TABS, "/export.html"), (1, []))
    refused = browser.post("/hide", data={"token": "none"})
    assert (refused.status_code, Outline(refused.text).headings) == (403, 1)


def test_no_page_shows_where_a_number_should_stand_instead_of_it(browser: TestClient, two: int) -> None:
    found = {}
    for path in (*TABS, "/export.html"):
        words = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", browser.get(path).text)
        if places := re.findall(r"%\([a-z_]+\)s", words):
            found[path] = places
    assert found == {}


def test_before_anything_is_played_too(browser: TestClient) -> None:
    paths = (
        "/",
        "/explore",
        "/today",
        "/wrapped",
        "/history",
        "/search",
        "/hidden",
        "/add",
        "/counted",
        "/artist/1",
        "/list/songs",
    )
    assert outlines(browser, *paths) == dict.fromkeys(paths, (1, []))


def test_every_page_says_where_in_the_navigation_it_is(browser: TestClient, two: int) -> None:
    current = {path: re.findall(r"(?s)aria-current=\w+>(.*?)</a>", _frame(browser.get(path).text)) for path in TABS}
    found = {path: [re.sub(r"<[^>]*>", "", name) for name in names] for path, names in current.items()}
    assert found == {path: [name] if name else [] for path, name in TABS.items()}


def _frame(page: str) -> str:
    """Without the page's own part, and the names of people."""
    outside = re.sub(r"(?s)<main.*</main>", "", page)
    return re.sub(r'(?s)<a dir="auto" href="/of/.*?</a>', "", outside)


def test_a_day_leads_to_its_plays(browser: TestClient, two: int) -> None:
    assert 'href="/history?on=2026-03-28"' in browser.get("/?range=2026-03-28").text
    assert 'href="/history"' in browser.get("/today").text.split("<main", 1)[1]


def test_one_streak_is_told_once(browser: TestClient, two: int) -> None:
    page = browser.get(f"/of/{two}/?range=all").text
    assert re.findall(r'<p class="eyebrow">([^<]*treak[^<]*)</p>', page) == ["Longest streak, and going on"]


def test_bars_of_decades_are_all_of_it(browser: TestClient, two: int) -> None:
    (bars,) = re.findall(r'(?s)<h2 id="decades">.*?</ul>', browser.get("/?range=all").text)
    rows = re.findall(r"<li><a[^>]*><span[^>]*>([^<]*)</span><meter[^>]*value=\"(\d+)\"", bars)
    assert [name for name, _ in rows] == ["1970s", "1980s", "Not known"]
    (plays,) = re.findall(r'<p class="big">(\d+)</p><p class="unit">plays', browser.get("/?range=all").text)
    assert sum(int(value) for _, value in rows) == int(plays)


def test_what_an_artist_page_says_once_it_does_not_repeat(browser: TestClient, two: int) -> None:
    songs = browser.get("/artist/1").text.split("<h2>Songs</h2>")[1].split("</ol>")[0]
    assert "Track 1" in songs
    assert "Artist 1" not in songs
    hour = re.findall(r"plays? from (\d\d:00) to (\d\d:00)<", browser.get("/artist/1").text)
    assert [(int(end[:2]) - int(start[:2])) % 24 for start, end in hour] == [1]


@pytest.mark.parametrize(
    ("url", "says", "never"),
    [
        (None, "Starting the database…", "cloud"),
        ("postgresql://ann@ep-1.eu.aws.neon.tech/db", "Waking the database…", "starts with it"),
        ("postgresql://ann@db.example:5432/music", "Waiting for the database…", "cloud"),
    ],
)
def test_of_a_database_that_does_not_answer_only_what_is_true_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, says: str, never: str
) -> None:
    def answer(error: Exception) -> str:
        def asleep(_reading: Reading) -> None:
            raise error

        monkeypatch.setattr(Reading, "transaction", asleep)
        with TestClient(create_app(Site(Reading(tmp_path, url))), HERE) as browser:
            got = browser.get("/counted")
        assert (got.status_code, Outline(got.text).headings) == (503, 1)
        return str(got.text)

    waking = answer(Waking())
    assert says in waking
    assert never not in waking
    refused = answer(NotAllowed("The database role lacks a privilege."))
    assert says not in refused
    assert "The database role lacks a privilege." in refused
