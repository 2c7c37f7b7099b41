"""Covers without a login: nobody is asked before the click, then a song of each album heard most, and no more a day."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.warehouse import cover_lookup
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.web.cover_worker import Progress
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer
from brapped_assets_tests.web.add_site import Pages, pages

ALBUMS = 4
LONG_AGO = datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(SimulatedAccount(seed="covers")) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, database_url: str, warehouse: Warehouse, server: RunningServer) -> Iterator[Pages]:
    """An export and nothing else: the second of four artists' albums is played most."""
    account = SimulatedAccount(seed="covers")
    server.become(account)
    told: list[Told] = []
    for number in range(ALBUMS):
        album, tracks = account.catalogue.discography(number)[0]
        for nth in range(12 if number == 1 else 5 - number):
            track = tracks[nth % 2]
            told.append(
                Told(LONG_AGO + timedelta(hours=len(told)), 180_000, track.id, track.name, album.artists[0].name,
                     album=album.name)
            )  # fmt: skip
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx, zone="Asia/Kolkata"), [("extended", told)])
    with pages(tmp_path / "home", database_url, server.api_url) as site:
        yield site


def asked(server: RunningServer) -> list[str]:
    return [call.path for call in server.account.calls]


def press(home: Pages) -> Progress:
    found = re.search(r'name="token" value="([^"]+)"', home.browser.get("/add").text)
    assert found
    answer = home.browser.post("/covers", data={"token": found[1]}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/covers")
    assert home.site.covering
    home.site.covering.join(60)
    return home.site.covering.progress()


def test_nobody_is_asked_before_the_click_and_then_of_each_album_one_song(
    home: Pages, server: RunningServer, warehouse: Warehouse
) -> None:
    for path in ("/", "/today", "/wrapped?range=all", "/history", "/list/albums?range=all", "/add", "/covers"):
        assert home.browser.get(path).status_code == 200
    assert "Get them, without a login" in home.browser.get("/wrapped?range=all").text
    assert "Nobody is asked anything before you press the button." in home.browser.get("/covers").text
    assert asked(server) == []

    assert press(home) == Progress("done", asked=ALBUMS, found=ALBUMS)
    assert asked(server) == ["/oembed"] * ALBUMS
    with warehouse.transaction() as tx:
        urls = {row["image_url"] for row in tx.execute("select image_url from star.album_dim").fetchall()}
        keys = tx.execute("select min(artist_key) as artist, min(album_key) as album from star.track_dim").fetchone()
    assert keys is not None
    firsts = {server.account.catalogue.discography(number)[0][0].id for number in range(ALBUMS)}
    assert urls == {f"{server.url}/image/{album}?size=300" for album in firsts}
    # An artist of whom no picture is known is shown by a cover of theirs.
    pictures = [home.browser.get(f"/cover/{kind}/{key}").text for kind, key in keys.items()]
    assert all(picture.startswith("<svg ") for picture in pictures)
    assert "Get them, without a login" not in home.browser.get("/wrapped?range=all").text

    assert press(home) == Progress("done")
    assert asked(server).count("/oembed") == ALBUMS
    assert "Nothing lacks." in home.browser.get("/covers").text


def test_the_most_played_album_comes_first_and_a_day_has_its_budget(
    home: Pages, server: RunningServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover_lookup, "DAILY_BUDGET", 1)
    assert press(home) == Progress("spent", asked=1, found=1)
    with warehouse.transaction() as tx:
        row = tx.execute("select album_name from star.album_dim where image_url is not null").fetchone()
    assert row == {"album_name": server.account.catalogue.discography(1)[0][0].name}
    assert press(home) == Progress("spent")
    assert "Tomorrow it goes on from here." in home.browser.get("/covers").text
    # Tomorrow.
    with warehouse.transaction() as tx:
        tx.execute("update audit.cover_lookup set asked_at = asked_at - interval '25 hours'")
    assert press(home) == Progress("spent", asked=1, found=1)
    assert asked(server).count("/oembed") == 2


def test_a_long_wait_is_remembered_and_told_and_nothing_is_lost(home: Pages, server: RunningServer) -> None:
    server.account.faults.add("rate_limited", path="/oembed", retry_after=7200)
    ended = press(home)
    assert (ended.state, ended.asked, ended.found) == ("postponed", 0, 0)
    page = home.browser.get("/covers").text
    assert "Spotify asks to wait." in page
    calls = len(asked(server))
    assert press(home).state == "postponed"
    assert len(asked(server)) == calls


def test_a_song_that_spotify_does_not_know_is_not_asked_about_again_for_a_month(
    home: Pages, server: RunningServer
) -> None:
    other = SimulatedAccount(seed="somebody else's catalogue")
    server.become(other)
    assert press(home) == Progress("done", asked=ALBUMS, found=0)
    assert press(home) == Progress("done")
    assert len(asked(server)) == ALBUMS


def test_an_answer_that_is_none_is_told_in_words(home: Pages, server: RunningServer) -> None:
    server.account.faults.add("forbidden", path="/oembed")
    ended = press(home)
    assert ended.state == "failed"
    assert "Spotify refuses to tell of covers without a login (403)" in home.browser.get("/covers").text


def test_only_a_form_of_ours_begins_it(home: Pages, server: RunningServer) -> None:
    assert home.browser.post("/covers", data={"token": "guess"}).status_code == 403
    assert home.browser.post("/covers", headers={"origin": "https://evil.example"}).status_code == 403
    assert asked(server) == []
