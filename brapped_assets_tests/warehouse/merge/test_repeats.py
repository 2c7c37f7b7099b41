"""Plays that nobody can have heard are kept, and counted nowhere."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.repeats import Report, find_repeats
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import NOON, Told, after, natural, tell
from brapped_assets_tests.warehouse.merge.test_exported_plays import minute, polled
from brapped_assets_tests.warehouse.polled_plays import newcomer

SONG_MS = 149_073


def counted(tx: Connection, listener_id: int) -> list[float]:
    """The seconds after noon at which the plays that count ended."""
    rows = tx.execute(
        "select played_at from bi.plays where listener_id = %s and counts_as_play order by played_at", [listener_id]
    ).fetchall()
    return [(row["played_at"] - NOON).total_seconds() for row in rows]


@pytest.mark.parametrize(
    ("seconds", "counting"),
    quick_of(
        4,
        [
            # A stuck device: one song of 149 s every 6 s. At most one fits, then one each time it can have been heard.
            ([6 * n for n in range(12)], [0]),
            ([6 * n for n in range(60)], [0, 150, 300]),
            # On repeat it ends each 149 s, by a clock that is cut to the second.
            ([149 * n for n in range(4)], [0, 149, 298, 447]),
            # What Spotify hears of late, and songs that are faded into each other for 12 s, were heard.
            ([0, 146, 299, 445], [0, 146, 299, 445]),
            ([137 * n for n in range(4)], [0, 137, 274, 411]),
            ([0, 135, 272], [0, 272]),
            ([0, 0, 0], [0]),
        ],
    ),
)
def test_of_a_song_reported_again_and_again_as_many_plays_count_as_can_have_been_heard(
    warehouse: Warehouse, seconds: list[int], counting: list[int]
) -> None:
    told = [Told(after(second), SONG_MS) for second in seconds]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", told)])
        assert counted(tx, me) == counting
        assert len(natural(tx, me)) == len(seconds)
        # What counts is what statistics show, and nothing else about the rest is different.
        shown = tx.execute("select count(*) from bi.shown_plays where counts_as_play").fetchone()
        assert shown == {"count": len(counting)}


def test_other_songs_other_lengths_and_short_plays_are_nobodys_repeats(warehouse: Warehouse) -> None:
    told = [
        *[Told(after(0), SONG_MS), Told(after(6), SONG_MS + 1), Told(after(12), SONG_MS, "b", "Song b")],
        *[Told(after(20), 0, "c", "Song c"), Told(after(20), 0, "c", "Song c"), Told(after(21), 900, "c", "Song c")],
    ]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", told)])
        assert [row.is_repeat for row in natural(tx, me)] == [False] * 6


def test_of_plays_polled_a_few_seconds_apart_as_many_count_as_spotify_can_show(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [polled(6 * n) for n in range(12)])])
        # Spotify shows no play under 30 s.
        assert counted(tx, me) == [0, 30, 60]
        # Another song in between, and its tail of 3 s, are real.
        tell(tx, me, [("poll", [polled(500, "b"), polled(503, "c"), polled(700, "b")])])
        assert counted(tx, me) == [0, 30, 60, 500, 503, 700]


def test_account_data_that_tells_a_burst_by_the_minute_counts_what_fits(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("account", [minute(Told(after(60 * n), SONG_MS)) for n in range(6)])])
        # Two minutes of 60 to 180 s: the ENDs lie within a minute each.
        assert counted(tx, me) == [0, 120, 240]


def test_what_counts_follows_when_the_play_before_comes_late_or_is_forgotten(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [Told(after(100 * n), SONG_MS) for n in range(1, 5)])])
        assert counted(tx, me) == [100, 300]
        tell(tx, me, [("extended", [Told(after(0), SONG_MS)])])
        assert counted(tx, me) == [0, 200, 400]


def test_a_chain_of_days_is_told_apart_to_its_end(warehouse: Warehouse) -> None:
    long = 23 * 3_600_000
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        hours = [Told(after(3_600 * n), long) for n in range(1, 120)]
        tell(tx, me, [("extended", hours)])
        assert counted(tx, me) == [3_600 * n for n in range(1, 120, 23)]
        tell(tx, me, [("extended", [Told(after(0), long)])])
        assert counted(tx, me) == [3_600 * n for n in range(0, 120, 23)]


@given(st.lists(st.tuples(st.integers(0, 3_000), st.booleans()), max_size=30), st.integers(1, 600_000))
def test_no_two_counted_reports_end_nearer_than_they_last_and_each_other_one_says_why(
    ends: list[tuple[int, bool]], ms_played: int
) -> None:
    reports = [
        Report(key, NOON + timedelta(seconds=end), ms_played, is_to_the_minute)
        for key, (end, is_to_the_minute) in enumerate(sorted(ends))
    ]
    found = find_repeats(reports)
    lasts = timedelta(milliseconds=ms_played)
    kept = [report for report in reports if found[report.play_key] is None]
    for one, other in pairwise(kept):
        precision = timedelta(seconds=60 if one.is_to_the_minute or other.is_to_the_minute else 1)
        is_burst = other.play_key - one.play_key > 1
        faded = timedelta(0) if is_burst else timedelta(milliseconds=min(12_000, ms_played // 10))
        assert other.ended_at - one.ended_at + precision > lasts - faded
    for report in reports:
        repeated = found[report.play_key]
        if repeated is not None:
            assert found[repeated] is None
            assert report.ended_at - reports[repeated].ended_at < lasts


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 900), st.sampled_from("ab"), st.sampled_from([90_000, 200_000])), max_size=40))
def test_of_songs_that_overlap_in_any_way_what_counts_is_decided_song_by_song(
    warehouse: Warehouse, ends: list[tuple[int, str, int]]
) -> None:
    expected: list[float] = []
    for group in sorted({(song, ms) for _, song, ms in ends}):
        told = sorted(end for end, song, ms in ends if (song, ms) == group)
        found = find_repeats([Report(key, after(end), group[1], False) for key, end in enumerate(told)])
        expected += [end for key, end in enumerate(told) if found[key] is None]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [Told(after(end), ms, song, f"Song {song}") for end, song, ms in ends])])
        assert counted(tx, me) == sorted(expected)
        tx.execute("delete from star.streaming_fact where listener_id = %s", [me])
