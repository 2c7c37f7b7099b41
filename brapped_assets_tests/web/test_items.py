"""The pages of artists, tracks and albums, search, history and hiding, asked for as a browser does."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import uvicorn

from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.how_counted import SECTIONS
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.items_plays import MOMENTS, NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }}",
]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    yield site
    site.close()


@dataclass(frozen=True)
class Browser:
    """Asks the pages of one address over real HTTP, and says where its forms come from."""

    address: str
    session: requests.Session

    def get(self, path: str, **asked: Any) -> requests.Response:
        return self.session.get(f"{self.address}{path}", timeout=60, allow_redirects=False, **asked)

    def post(self, path: str, fields: dict[str, str], origin: str | None = None) -> requests.Response:
        headers = {"Origin": self.address if origin is None else origin}
        return self.session.post(f"{self.address}{path}", fields, headers=headers, timeout=60, allow_redirects=False)


@contextmanager
def serving(site: Site) -> Iterator[Browser]:
    server = uvicorn.Server(uvicorn.Config(create_app(site), port=0, log_level="warning", lifespan="off"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        with requests.Session() as session:
            yield Browser(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", session)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    with serving(site) as browser:
        yield browser


def listen(tx: Connection) -> int:
    me = know(tx, "Europe/Berlin")
    moments = [MOMENTS[1] + timedelta(minutes=4 * n) for n in range(8)]
    play(tx, me, [Told(at, 1 + n % 6, 200_000, n % 3 == 0, None, "spotify:playlist:1") for n, at in enumerate(moments)])
    return me


PAGES = [
    *(
        f"/{item}{asked}"
        for item in ("artist/1", "artist/3", "track/1", "track/3", "album/1", "album/3")
        for asked in ("", "?range=2025-10-25", "?range=today")
    ),
    "/search", "/search?q=%25_%5C", "/search?q=a", "/search?q=artist", "/hidden", "/counted",
    "/explore", "/explore?range=all&artist=1&track=9&context=spotify:playlist:1", "/explore?range=2019&hour=3",
    "/history", "/history?on=2025-10-26", "/history?on=1999-01-01", "/history?on=9999-12-31",
]  # fmt: skip


@pytest.mark.parametrize("listened", quick_of(1, [listen, lambda tx: know(tx, "UTC"), lambda tx: None]))
def test_no_page_is_an_error_whatever_there_is(warehouse: Warehouse, browser: Browser, listened: Any) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
    answers = {path: browser.get(path) for path in PAGES}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PAGES, 200)
    assert all("Brapped" in answer.text and " style=" not in answer.text for answer in answers.values())


@pytest.mark.parametrize(
    "path",
    quick_of(2, ["/artist/99", "/track/0", "/album/-1", "/artist/99999999999999", "/track/x", "/album/٣", "/nowhere"]),
)
def test_what_is_not_there_is_a_friendly_404(warehouse: Warehouse, browser: Browser, path: str) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "No such" in answer.text


def test_of_an_artist_never_played_the_page_says_so(warehouse: Warehouse, browser: Browser) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.get("/artist/4")
    assert (answer.status_code, "You never played this artist." in answer.text) == (404, True)


def test_hostile_names_are_text_everywhere(warehouse: Warehouse, browser: Browser) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
        for key, name in enumerate(HOSTILE, 1):
            tx.execute(
                "update star.artist_dim set artist_name = %s, genres = %s where artist_key = %s", (name, name, key)
            )
            tx.execute(
                "update star.album_dim set album_name = %s, artist_name = %s where album_key = %s", (name, name, key)
            )
            tx.execute("update star.track_dim set track_name = %s where track_key = %s", (name, key))
    found = [
        browser.get(path).text
        for path in ["/artist/1", "/track/1", "/track/2", "/album/1", "/history", "/search?q=alert", "/track/4"]
    ]
    found.append(browser.get("/search", params={"q": HOSTILE[1]}).text)
    assert not [name for name in HOSTILE[:3] for text in found if name in text]
    assert "{{ 7 * 7 }}" in found[-2]


def test_search_answers_as_it_is_typed(warehouse: Warehouse, browser: Browser) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    assert browser.get("/search.json", params={"q": " fóur "}).json() == {
        "q": "fóur", "enough": True,
        "hits": [{"kind": "track", "key": 5, "name": "Four", "by": "Artist 2", "plays": 1, "has_cover": False}],
    }  # fmt: skip
    assert browser.get("/search.json", params={"q": "f"}).json() == {"q": "f", "enough": False, "hits": []}


def form(browser: Browser, path: str, action: str) -> dict[str, str]:
    """The fields of a form of a page."""
    found = re.search(rf'<form method="post" action="{action}">(.*?)</form>', browser.get(path).text, re.DOTALL)
    assert found is not None
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))


def plays_shown(browser: Browser, path: str) -> int:
    found = re.search(r"<dd><a [^>]*>([\d,]+)</a></dd><dt>plays?<", browser.get(path).text)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize(("path", "left"), [("/artist/2", 0), ("/track/4", 0), ("/history", 0)])
def test_what_is_hidden_is_not_counted_and_can_be_shown_again(
    warehouse: Warehouse, browser: Browser, path: str, left: int
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    counted_on = "/artist/1" if path == "/history" else path
    before = plays_shown(browser, counted_on)
    hidden = browser.post("/hide", form(browser, path, "/hide"))
    assert (hidden.status_code, hidden.headers["location"].split("?")[0]) == (303, path)
    assert plays_shown(browser, counted_on) == left < before
    assert '<a href="/hidden">Hidden: 1</a>' in browser.get("/").text
    shown = browser.post("/show-again", form(browser, "/hidden", "/show-again"))
    assert (shown.status_code, shown.headers["location"]) == (303, "/hidden")
    assert plays_shown(browser, counted_on) == before


@pytest.mark.parametrize(
    ("origin", "change", "refused"),
    quick_of(
        3,
        [
            ("https://elsewhere.example", {}, 403),
            ("null", {}, 403),
            # What is no origin is no request.
            ("", {}, 400),
            ("http://127.0.0.1:9", {}, 403),
            (None, {"token": "guessed"}, 403),
            (None, {"token": ""}, 403),
        ],
    ),
)
def test_a_form_of_somebody_else_changes_nothing(
    warehouse: Warehouse, browser: Browser, origin: str | None, change: dict[str, str], refused: int
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    fields = form(browser, "/artist/1", "/hide") | change
    answer = browser.post("/hide", fields, origin)
    assert (answer.status_code, "out of date" in answer.text) == (refused, refused == 403)
    with warehouse.transaction() as tx:
        assert tx.execute("select * from insights.hidden").fetchall() == []


@pytest.mark.parametrize(
    ("change", "status_code"),
    quick_of(
        2,
        [
            ({"artist": "99"}, 303),
            ({"artist": "x"}, 400),
            ({"listener": "77"}, 303),
            ({"listener": ""}, 400),
            ({"more": "x" * 20_000}, 413),
        ],
    ),
)
def test_a_form_that_makes_no_sense_changes_nothing(
    warehouse: Warehouse, browser: Browser, change: dict[str, str], status_code: int
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.post("/hide", form(browser, "/artist/1", "/hide") | change)
    assert answer.status_code == status_code
    with warehouse.transaction() as tx:
        assert tx.execute("select * from insights.hidden").fetchall() == []


@pytest.mark.parametrize(
    "back", quick_of(2, ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x", ""])
)
def test_a_form_leads_back_to_our_pages_only(warehouse: Warehouse, browser: Browser, back: str) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.post("/hide", form(browser, "/artist/1", "/hide") | {"back": back})
    assert answer.headers["location"] == "/hidden"


def test_one_listener_cannot_show_again_what_another_hid(warehouse: Warehouse, browser: Browser) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
        other = newcomer(tx, "other")
        tx.execute("insert into insights.hidden (listener_id, artist_key, hidden_at) values (%s, 1, now())", (other,))
    fields = form(browser, "/artist/1", "/hide") | {"hidden_id": "1"}
    assert browser.post("/show-again", fields).status_code == 303
    with warehouse.transaction() as tx:
        assert tx.execute("select artist_key from insights.hidden").fetchall() == [{"artist_key": 1}]


def test_pages_that_may_not_write_have_no_forms(warehouse: Warehouse, site: Site) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    site.writing = None
    with serving(site) as browser:
        assert [
            path
            for path in ("/artist/1", "/track/1", "/history", "/hidden")
            if "<form method" in browser.get(path).text
        ] == []
        assert browser.post("/hide", {"token": site.token, "artist": "1", "listener": "1"}).status_code == 403


def test_each_formula_stands_on_the_page(browser: Browser) -> None:
    text = browser.get("/counted").text
    assert [
        formula.name for formulas in SECTIONS.values() for formula in formulas if f"<h3>{formula.name}</h3>" not in text
    ] == []
