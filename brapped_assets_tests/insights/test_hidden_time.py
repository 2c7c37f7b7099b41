"""A play, or a stretch of time, that is hidden is in no number, stays in the history, and comes back."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights.columns.life_cache import LifeCache
from brapped_assets.insights.play_log_selection import list_plays
from brapped_assets.insights.viewer import viewer
from brapped_assets.warehouse import zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import MOMENTS, NOW, Told, histories, know, play, seen, tell
from brapped_assets_tests.insights.test_play_log import in_file
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"


@examples(25)
@given(
    history=histories(),
    spans=st.lists(st.tuples(st.sampled_from(MOMENTS), st.integers(0, 900), st.integers(1, 300)), max_size=3),
    plays=st.lists(st.integers(0, 27), max_size=4),
)
def test_what_is_shown_is_what_the_public_view_shows(
    warehouse: Warehouse, history: Any, spans: list[tuple[datetime, int, int]], plays: list[int]
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell(tx, history)
        for start, after, minutes in spans:
            first = start + timedelta(minutes=after)
            tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)"
                       " values (%s, %s, %s, now()) on conflict do nothing",
                       (me, first, first + timedelta(minutes=minutes)))  # fmt: skip
        for nth in plays:
            tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at)"
                       " select listener_id, played_at, played_at + interval '1 microsecond', track_key, now()"
                       " from star.streaming_fact order by play_key offset %s limit 1 on conflict do nothing",
                       (nth,))  # fmt: skip
        who = seen(tx)
        shown, every = who.shown, tx.execute("select play_key from bi.plays order by played_at, play_key").fetchall()
        left = {row["play_key"] for row in tx.execute("select play_key from bi.shown_plays").fetchall()}
        assert {every[n]["play_key"] for n in np.flatnonzero(shown.rows[shown.all_places])} == left
        private = {row["play_key"] for row in tx.execute("select play_key from bi.plays where incognito").fetchall()}
        hidden = [row["hidden"] == "yes" for row in in_file(tx, list_plays(tx, who))]
        assert [
            row["play_key"] in left for row in every
        ] == [
            not is_hidden and row["play_key"] not in private for row, is_hidden in zip(every, hidden, strict=True)
        ]  # fmt: skip


def test_a_life_in_memory_is_without_what_is_hidden_from_the_next_look_on(warehouse: Warehouse) -> None:
    lives = LifeCache()
    with warehouse.transaction() as tx:
        me = listen(tx)

        def plays() -> int:
            who = viewer(tx, NOW, me, lives=lives)
            assert who is not None
            return len(who.shown.ever)

        assert plays() == 30
        tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)"
                   " values (%s, %s, %s, now())", (me, NOW - timedelta(days=9, minutes=1), NOW))  # fmt: skip
        assert plays() == 21
        tx.execute("delete from insights.hidden_time")
        assert plays() == 30


def listen(tx: Connection) -> int:
    me = know(tx, "Europe/Berlin")
    play(tx, me, [Told(NOW - timedelta(days=n), 1 + n % 6, 60_000, False, False, False, "ios", False)
                  for n in range(30)])  # fmt: skip
    return me


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        browser.headers["origin"] = HERE
        yield browser


def fields(page: str, wanted: str) -> dict[str, str]:
    """Of the first form that has a field."""
    forms = re.findall(r'(?s)<form method="post".*?</form>', page)
    (form, *_) = [form for form in forms if f'name="{wanted}"' in form]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def counted(browser: TestClient) -> int:
    (plays,) = re.findall(r'role="status">\s*<span><b>([\d,]+)</b>', browser.get("/history").text)
    return int(plays.replace(",", ""))


def test_a_play_of_the_history_is_hidden_by_a_click_and_shown_again_by_another(
    warehouse: Warehouse, browser: TestClient
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.post("/hide", data=fields(browser.get("/history").text, "play"), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/history?on=2026-03-29")
    assert counted(browser) == 29
    page = browser.get("/history?on=2026-03-29").text
    assert page.count("hidden by you") == 1
    assert '<a href="/hidden">Hidden: 1</a>' in page
    hidden = browser.get("/hidden").text
    assert 'One play, <a href="/history?on=2026-03-29">' in hidden
    browser.post("/show-again", data=fields(hidden, "hidden_time_id"))
    assert counted(browser) == 30


def test_a_stretch_is_told_in_the_time_of_the_zone_that_held_then(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        me = listen(tx)
        moved = NOW - timedelta(days=10)
        zones.write(tx, me, (zones.Span(None, "Asia/Kathmandu"), zones.Span(moved, "Europe/Berlin")))
    given = fields(browser.get("/hidden").text, "from")
    # At 20:10 UTC it was 01:55 in Kathmandu.
    browser.post("/hide", data={**given, "from": "2026-03-15T01:55", "until": "2026-03-16T01:55"})
    assert counted(browser) == 29
    page = browser.get("/hidden").text
    assert "01:55" in page
    assert re.search(r"· 1 play · since", page)


@pytest.mark.parametrize(
    ("change", "says"),
    quick_of(
        4,
        [
            ({"from": "2026-03-15T02:00", "until": ""}, "has a beginning and an end"),
            ({"from": "yesterday", "until": "2026-03-15T02:00"}, "has a beginning and an end"),
            ({"from": "2026-02-30T02:00", "until": "2026-03-15T02:00"}, "has a beginning and an end"),
            ({"from": "0001-01-01T00:00", "until": "9999-03-15T02:00"}, "has a beginning and an end"),
            ({"from": "2026-03-15T02:00", "until": "2026-03-14T02:00"}, "ends before it begins"),
            ({"listener": "99", "from": "2026-03-14T02:00", "until": "2026-03-15T02:00"}, "lacks something"),
            ({"play": "2026-03-14T02:00_1"}, "lacks something"),
            ({"play": "2026-01-01T00:00:00.000000_9999999999"}, "lacks something"),
        ],
    ),
)
def test_what_is_no_time_and_no_play_is_said(
    warehouse: Warehouse, browser: TestClient, change: dict[str, str], says: str
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.post("/hide", data={**fields(browser.get("/hidden").text, "from"), **change})
    assert (answer.status_code, says in answer.text) == (400, True)
    with warehouse.transaction() as tx:
        assert tx.execute("select from insights.hidden_time").rowcount == 0


def test_another_s_play_and_another_s_hidden_time_are_left_alone(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
        other = newcomer(tx, "other")
    given = fields(browser.get("/history").text, "play")
    browser.post("/hide", data={**given, "listener": str(other)})
    assert counted(browser) == 30
    browser.post("/hide", data=given)
    again = fields(browser.get("/hidden").text, "hidden_time_id")
    browser.post("/show-again", data={**again, "listener": str(other)})
    assert counted(browser) == 29


@pytest.mark.parametrize(
    ("told", "instant"),
    [
        ("2026-03-29 01:59", "2026-03-29 00:59"),
        # Twice in the night in which clocks go back: the first. Left out in that in which they go forward: an hour on.
        ("2025-10-26 02:30", "2025-10-26 00:30"),
        ("2026-03-29 02:30", "2026-03-29 01:30"),
    ],
)
def test_a_local_time_is_one_instant(told: str, instant: str) -> None:
    spans = (zones.Span(None, "Europe/Berlin"),)
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert zones.instant_of(spans, datetime.fromisoformat(told)) == expected
