"""The page of what is no music: sums, shows, every episode to the end, and the file of it."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.import_ledger import READER_VERSION
from brapped_assets.warehouse.listener_status import by_listener
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.history.export_builders import account, nameless
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.heard_episodes import hear
from brapped_assets_tests.warehouse.imported_files import vouch

HERE = "http://127.0.0.1:3000"
LINK = 'href="/spoken"'
ROWS = [
    *(
        nameless(
            ts=f"{NOW - timedelta(days=2, minutes=number):%Y-%m-%dT%H:%M:%SZ}", ms_played=60_000,
            reason_end="trackdone", spotify_episode_uri=f"spotify:episode:{number}",
            episode_name=f"=Episode <{number}>", episode_show_name="Monday",
        )
        for number in range(1, 151)
    ),
    nameless(
        ts=f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}", ms_played=1_800_000, reason_end="endplay",
        audiobook_title="The Salt Road", audiobook_chapter_uri="spotify:episode:c1",
    ),
]  # fmt: skip


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [Told(NOW - timedelta(days=3), 1, 60_000, False, False, False, "ios", False)])
    return me


@pytest.fixture
def browser(database_url: str, tmp_path: Path, me: int) -> Iterator[TestClient]:
    del me
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        yield browser


def test_who_heard_no_music_is_led_to_what_there_is(browser: TestClient, warehouse: Warehouse, me: int) -> None:
    with warehouse.transaction() as tx:
        tx.execute("delete from star.streaming_fact")
        hear(tx, me, ROWS)
    for path in ("/", "/today", "/explore", "/wrapped"):
        page = browser.get(path).text
        assert "Nothing played yet" in page
        assert 'href="/spoken?range=all"' in page
    page = browser.get("/spoken?range=all").text
    assert "<span>180</span>" in page
    assert "<span>180</span>" in browser.get("/spoken").text
    assert len(browser.get("/spoken.csv?range=all").text.splitlines()) == 152


def test_without_anything_there_is_no_way_to_it_and_the_page_says_where_it_would_come_from(browser: TestClient) -> None:
    assert LINK not in browser.get("/").text
    page = browser.get("/spoken").text
    assert "Only a data export tells of these: Spotify’s API tells nothing of them." in page
    assert "Nothing of this kind was heard or watched in this time." in page


def test_it_tells_sums_shows_and_the_share_heard_to_the_end(browser: TestClient, warehouse: Warehouse, me: int) -> None:
    with warehouse.transaction() as tx:
        hear(tx, me, ROWS)
    assert LINK in browser.get("/").text
    page = browser.get("/spoken").text
    said = "Complete up to your last export (Sat 28 Mar 2026): Spotify’s API tells nothing of these."
    assert said in page.replace("\u00a0", " ").replace("\u2068", "").replace("\u2069", "")
    assert "<span>180</span>" in page
    assert "Podcasts: 150 episodes, 2\u00a0h 30\u00a0min" in page
    assert "Audiobooks: 1 chapter, 30\u00a0min" in page
    assert "99\u00a0% of them were heard to the end (150 of 151 whose end extended history tells)." in page
    assert "Chapter without a title" in page
    # No number of music knows of it.
    assert "<b>1</b> play" in browser.get("/history").text


def test_the_list_goes_on_to_the_end_and_is_a_file(browser: TestClient, warehouse: Warehouse, me: int) -> None:
    with warehouse.transaction() as tx:
        hear(tx, me, ROWS)
        hear(tx, me, [account(endTime="2026-03-01 10:00", podcastName="Old", episodeName="E")
                      | {"trackName": None}])  # fmt: skip
    second = browser.get("/spoken?show=Monday&page=2").text
    assert "=Episode &lt;150&gt;" in second
    assert "The Salt Road" not in second.partition('id="list"')[2]
    assert browser.get("/spoken?page=9").status_code == 404
    answer = browser.get("/spoken.csv?range=all")
    assert answer.headers["content-disposition"] == 'attachment; filename="brapped-spoken-all.csv"'
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 152
    assert (rows[0]["show"], rows[0]["source"], rows[0]["reason_end"]) == ("Old", "account", "")
    # Never a formula.
    assert rows[1]["title"] == "'=Episode <150>"
    assert len(browser.get("/spoken.csv?range=all&show=Monday").text.splitlines()) == 151


def test_private_sessions_are_left_out_unless_they_are_asked_for(
    browser: TestClient, warehouse: Warehouse, me: int
) -> None:
    with warehouse.transaction() as tx:
        hear(tx, me, [row | {"incognito_mode": True} for row in ROWS])
    assert "Nothing of this kind" in browser.get("/spoken").text
    with warehouse.transaction() as tx:
        tx.execute(
            "insert into insights.preference (listener_id, private_sessions, chosen_at) values (%s, true, now())", [me]
        )
    assert "<span>180</span>" in browser.get("/spoken").text


def test_files_read_before_it_was_kept_are_asked_for_again(browser: TestClient, warehouse: Warehouse, me: int) -> None:
    sentence = "1 file was read before podcasts, audiobooks and videos were kept. Add it again: no play doubles."
    with warehouse.transaction() as tx:
        vouch(tx, me, NOW - timedelta(days=9), NOW)
        (one,) = by_listener(tx, NOW)
        assert one.files_to_read_again == 1
    assert sentence in browser.get("/add").text
    with warehouse.transaction() as tx:
        tx.execute("update audit.import_file set reader_version = %s", [READER_VERSION])
        (one,) = by_listener(tx, NOW)
        assert one.files_to_read_again == 0
    assert sentence not in browser.get("/add").text
