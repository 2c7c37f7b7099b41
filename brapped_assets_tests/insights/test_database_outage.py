"""While the database is stopped, pages go on from memory and say as of when; what needs it says so."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.insights import database_outage, names
from brapped_assets.insights.database_answers import UNNAMED, DatabaseAnswers
from brapped_assets.warehouse.db import embedded_server, read_pool
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, label, play

HERE = "http://127.0.0.1"


@pytest.fixture(autouse=True)
def little_patience(patient_pages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As people have it; here the database is away for good."""
    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 1.5)


@pytest.fixture(scope="module")
def played() -> Iterator[EmbeddedServer]:
    """A server of these tests' own with plays, under a short path outside pytest's private folder."""
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    server = embedded_server.start(home)
    with Warehouse(home, server.url("brapped")) as warehouse, warehouse.transaction() as tx:
        play(tx, know(tx, "UTC"), [Told(NOW - timedelta(days=n), 1 + n % 6, 60_000, False, n % 3 == 0, n % 2 == 0,
                                        "android" if n % 4 else "web_player windows 10;chrome", False)
                                   for n in range(80)])  # fmt: skip
        label(tx)
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture
def server(played: EmbeddedServer) -> EmbeddedServer:
    """It runs, also where the test before has stopped it."""
    played.restart()
    return played


@pytest.fixture
def browser(server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    # Asked once, it is not waited for again in these tests.
    monkeypatch.setattr(database_outage, "PAUSE_SECONDS", 3600.0)
    url = server.url("brapped")
    site = Site(Reading(tmp_path, url), writing=Writing(tmp_path, url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        yield browser


def plays(page: str) -> str:
    (found,) = re.findall(r'data-plays="(\d+)"', page)
    return str(found)


@pytest.mark.slow
def test_pages_go_on_from_memory_and_say_as_of_when(server: EmbeddedServer, browser: TestClient) -> None:
    seen = {address: browser.get(address).text for address in ("/?range=all", "/explore?range=all", "/list/songs")}
    promised = dict(
        re.findall(r'href="([^"]*)" data-mark="weekday=\d"[^>]*>.*?<b>(\d+)</b>', seen["/explore?range=all"])
    )
    assert len(promised) == 7
    server.stop()
    said = f"The database does not answer; this is as of {NOW:%H:%M}."
    for address, before in seen.items():
        page = browser.get(address)
        assert (page.status_code, said in page.text) == (200, True), address
        assert re.findall(r"<title>.*?</title>|data-plays=.\d+|<b>[\d,]+</b>", page.text) == re.findall(
            r"<title>.*?</title>|data-plays=.\d+|<b>[\d,]+</b>", before
        )
        # Nothing can be changed now.
        assert 'method="post"' not in page.text
    # Pages that nobody looked at before are answered from the plays.
    assert {href: plays(browser.get(unescape(href)).text) for href in promised} == promised
    assert "are not known now" not in browser.get("/explore?range=all&weekday=3").text
    # What is not in memory says that it needs the database.
    for address in ("/history", "/history.csv", "/list/songs.csv", "/export.html?range=all", "/artist/1"):
        page = browser.get(address)
        assert (page.status_code, "database" in page.text) == (503, True), address


def test_what_was_never_shown_has_no_name_and_what_numbers_go_by_is_not_guessed() -> None:
    artists, contexts = names.q.artists, names.q.contexts
    held = DatabaseAnswers()
    assert held.recall(artists, {"keys": [1]}) is None
    one = {"artist_key": 1, "artist_id": "a", "artist_name": "A", "has_cover": True}
    held.keep(artists, {"keys": [1, 2]}, [one])
    held.keep(contexts, {"keys": [7]}, [{"context_key": 7, "context_uri": "spotify:album:1"}])
    assert held.recall(artists, {"keys": [1]}) == ([one], False)
    # There is no artist 2; of 3 nothing was asked.
    unnamed = {"artist_key": 3, "artist_id": None, "artist_name": UNNAMED, "has_cover": None}
    assert held.recall(artists, {"keys": [1, 2, 3]}) == ([one, unnamed], True)
    assert held.recall(contexts, {"keys": [7]}) == ([{"context_key": 7, "context_uri": "spotify:album:1"}], False)
    assert held.recall(contexts, {"keys": [7, 8]}) is None


@pytest.mark.slow
def test_it_is_asked_again_after_a_pause(
    server: EmbeddedServer, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "The database does not answer"
    monkeypatch.setattr(database_outage, "PAUSE_SECONDS", 0.2)
    browser.get("/list/songs")
    server.stop()
    assert said in browser.get("/list/songs").text
    server.restart()
    texts = (browser.get("/list/songs").text for _ in range(60))
    assert said not in next(text for text in texts if said not in text)


@pytest.mark.slow
def test_a_process_that_never_met_the_database_waits_for_it(tmp_path: Path, server: EmbeddedServer) -> None:
    server.stop()
    with TestClient(create_app(Site(Reading(tmp_path, server.url("brapped")))), HERE) as browser:
        assert browser.get("/").status_code == 503
