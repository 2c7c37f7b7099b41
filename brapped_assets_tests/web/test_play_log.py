"""The history: every play once, whichever way one pages, and gaps where they are."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import play_log
from brapped_assets.insights.play_log import Missing, Page, Place, Played, end_of, place_named
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.items_plays import MOMENTS, NOW, ZONES, Told, know, play, plays
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.polled_plays import at


def seen(tx: Connection) -> Viewer:
    who = viewer(tx, NOW)
    assert who is not None
    return who


def keys(page: Page) -> list[int]:
    return [one.play_key for _, of_day in page.days for one in of_day if isinstance(one, Played)]


@examples(15)
@given(told=plays(), zone=st.sampled_from(ZONES), size=st.integers(1, 7))
def test_paging_shows_every_play_once_in_both_directions(warehouse: Warehouse, told: Any, zone: str, size: int) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = know(tx, zone)
        play(tx, me, told)
        who = seen(tx)
        every = tx.execute("select play_key, played_on from bi.plays order by played_at desc, play_key desc").fetchall()
        page = play_log.page(tx, who, None, many=size)
        down, pages = keys(page), 1
        while page.older:
            page, pages = play_log.page(tx, who, place_named(str(page.older)), many=size), pages + 1
            down += keys(page)
        assert down == [row["play_key"] for row in every]
        assert [day for day, _ in page.days] == sorted({day for day, _ in page.days}, reverse=True)
        up = keys(page)
        while page.newer:
            page = play_log.page(tx, who, page.newer, many=size)
            up = keys(page) + up
        # The newest page is always a full one, and may repeat some of the one below.
        assert list(dict.fromkeys(up)) == down
        assert -(-len(down) // size) == pages
        day = every[-1]["played_on"]
        newest_of_day = next(row["play_key"] for row in every if row["played_on"] <= day)
        assert keys(play_log.page(tx, who, end_of(day, who), many=size))[0] == newest_of_day


def test_a_play_says_where_it_is_from_and_why_it_does_not_count(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        play(
            tx,
            me,
            [
                Told(MOMENTS[0], 1, 29_999, incognito=True),
                Told(MOMENTS[0], 2, 60_000, True, None, "spotify:playlist:1"),
            ],
        )
        tx.execute(
            "insert into insights.hidden (listener_id, context_uri, hidden_at) values (%s, %s, now())",
            (me, "spotify:playlist:1"),
        )
        ((day, (polled, exported)),) = play_log.page(tx, seen(tx), None).days
    assert day == date(2024, 12, 31)
    assert isinstance(polled, Played)
    assert isinstance(exported, Played)
    assert (polled.source, polled.is_estimated, polled.counts, polled.hidden, polled.context_type) == (
        "both" if polled.incognito else "api", True, True, True, "playlist",
    )  # fmt: skip
    assert (exported.counts, exported.is_estimated, exported.incognito, exported.hidden) == (False, False, True, False)
    assert exported.played_at_local == datetime(2024, 12, 31, 23, 30)  # noqa: DTZ001 - local time has no zone


def test_a_gap_stands_between_the_plays_it_lies_between(warehouse: Warehouse) -> None:
    start = MOMENTS[1]
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [Told(start + timedelta(hours=n), 1, 60_000) for n in range(4)])
        noon = at(0)
        minutes = [(start - noon).total_seconds() / 60 + 60 * n for n in range(4)]
        for first, last in pairwise(minutes):
            miss(tx, me, first, last)
        # An export tells of the first hour.
        meet(tx, me, Imported("a.json", minutes[0], minutes[1]), when=start + timedelta(days=9))
        who = seen(tx)
        newest = play_log.page(tx, who, None, many=2)
        older = play_log.page(tx, who, newest.older, many=2)
    shown = [[type(one) for _, of_day in page.days for one in of_day] for page in (newest, older)]
    assert shown == [[Played, Missing, Played], [Missing, Played, Played]]
    # 26 October 2025, the night in which an hour comes twice.
    assert [one for _, of_day in older.days for one in of_day if isinstance(one, Missing)] == [
        Missing(datetime(2025, 10, 26, 1), datetime(2025, 10, 26, 2))  # noqa: DTZ001 - local time has no zone
    ]


@pytest.mark.parametrize(
    "name", ["", "x", "2026-01-01", "2026-01-01T00:00:00.000000_0", "2026-01-01T00:00:00.000000_9999999999999999999"]
)
def test_an_address_that_names_no_place_shows_the_newest_plays(name: str) -> None:
    assert place_named(name) is None


def test_a_place_survives_its_address() -> None:
    place = Place(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), 9)
    assert place_named(str(place)) == place
