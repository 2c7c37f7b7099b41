"""The merge: a pure function of what has been seen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.play_merge import Merge, merge_plays
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.polled_plays import (
    NOON,
    Play,
    Row,
    at,
    everything,
    fact,
    local_file,
    newcomer,
    plays,
    poll,
    song,
)

CONTEXT = {"type": "album", "uri": "spotify:album:1"}
# Full length, shorter than the gaps between plays, under 30 s, length missing, no number, too large; a local file.
CATALOGUE = [
    song("long", duration_ms=3_600_000),
    song("usual", duration_ms=200_000),
    song("short", duration_ms=20_000),
    {key: value for key, value in song("no length").items() if key != "duration_ms"},
    song("nonsense", duration_ms="200000"),
    song("endless", duration_ms=10**15),
    local_file("demo"),
]
names = count()


def test_a_landed_play_becomes_one_whole_row(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kolkata")
        poll(tx, me, [Play(at(0), song("a"), CONTEXT), Play(at(7 * 60), local_file("demo"))])
        assert merge_plays(tx, me, at(8 * 60)) == Merge(2, at(0), at(7 * 60))
        assert fact(tx, me) == [
            {
                "played_at": at(0),
                "track_ref": "a",
                "ms_played": 200_000,
                "is_estimated": True,
                "played_at_local": datetime(2026, 11, 21, 17, 30),  # noqa: DTZ001 - local time has no zone
                "played_on": date(2026, 11, 21),
                "played_hour": 17,
                "api_at": at(0),
                "api_track_ref": "a",
                "api_duration_ms": 200_000,
                "context": CONTEXT,
                "export_at": None,
                "legacy_at": None,
            },
            {
                "played_at": at(7 * 60),
                "track_ref": "spotify:local:bob:tape:demo:180",
                "ms_played": 180_000,
                "is_estimated": True,
                "played_at_local": datetime(2026, 11, 22, 0, 30),  # noqa: DTZ001 - local time has no zone
                "played_on": date(2026, 11, 22),
                "played_hour": 0,
                "api_at": at(7 * 60),
                "api_track_ref": "spotify:local:bob:tape:demo:180",
                "api_duration_ms": 180_000,
                "context": None,
                "export_at": None,
                "legacy_at": None,
            },
        ]


def test_merging_again_adds_nothing(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        merge_plays(tx, me, at(5))
        once = everything(tx)
        assert merge_plays(tx, me, at(5)) == Merge(0, None, None)
        assert everything(tx) == once


def test_a_lost_mark_doubles_nothing(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        merge_plays(tx, me, at(5))
        once = everything(tx)
        tx.execute("update raw.recently_played set is_merged = false")
        assert merge_plays(tx, me, at(5)).added == 0
        assert everything(tx) == once


def test_a_late_play_shortens_its_successor(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 10]))
        merge_plays(tx, me, at(10))
        assert [row["ms_played"] for row in fact(tx, me)] == [200_000, 200_000]
        poll(tx, me, plays([9]))
        merge_plays(tx, me, at(11))
        assert [row["ms_played"] for row in fact(tx, me)] == [200_000, 200_000, 60_000]


def test_one_payload_landed_under_two_references_gives_two_tracks(warehouse: Warehouse) -> None:
    class Renamed(Play):
        @property
        def track_ref(self) -> str:
            return "another"

    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [Play(at(0), song("a")), Renamed(at(4), song("a"))])
        assert merge_plays(tx, me, at(5)).added == 2


def test_merges_of_two_listeners_do_not_touch_each_other(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine", zone="Asia/Kolkata"), newcomer(tx, "yours", zone="America/St_Johns")
        poll(tx, me, plays([0, 4]))
        poll(tx, you, plays([1]))
        merge_plays(tx, me, at(5))
        assert fact(tx, you) == []
        merge_plays(tx, you, at(5))
        assert [row["ms_played"] for row in (*fact(tx, me), *fact(tx, you))] == [200_000, 200_000, 200_000]
        assert [row["played_at_local"].strftime("%H:%M") for row in fact(tx, you)] == ["08:31"]


# Gaps between ENDs in ms: none, just around the 30 s, within a song, beyond it, and longer than an int of ms can say.
STEPS = st.sampled_from([0, 0, 1, 15_000, 29_999, 30_000, 30_001, 60_000, 200_000, 200_001, 3_600_000, 40 * 86_400_000])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Play], list[list[Play]], list[tuple[int, bool]]]:
    """What was listened to; pages that together show all of it; and an order of polls, each with or without a merge."""
    steps = draw(st.lists(st.tuples(STEPS, st.sampled_from(CATALOGUE)), min_size=1, max_size=14))
    instant, heard = NOON, []
    for step, track in steps:
        instant += timedelta(milliseconds=step)
        heard.append(Play(instant, track, CONTEXT if track is CATALOGUE[1] else None))
    # A page of any plays at all: what is on none of the others was uploaded late.
    indexes = st.sets(st.integers(0, len(heard) - 1))
    parts = draw(st.lists(indexes, max_size=4))
    parts.append(set(range(len(heard))) - set().union(*parts))
    pages = [[heard[n] for n in sorted(part, reverse=True)] for part in parts]
    order = draw(st.permutations(range(len(pages))))
    again = draw(st.lists(st.integers(0, len(pages) - 1), max_size=3))
    polls = [*order, *again]
    merges = draw(st.lists(st.booleans(), min_size=len(polls), max_size=len(polls)))
    return heard, pages, list(zip(polls, merges, strict=True))


@examples(50)
@given(history=histories())
def test_polls_in_any_order_and_number_give_the_fact_the_formula_gives(
    warehouse: Warehouse, history: tuple[list[Play], list[list[Play]], list[tuple[int, bool]]]
) -> None:
    heard, pages, polls = history
    with warehouse.transaction() as tx:
        in_order = _fact_after(tx, [heard], [(0, True)])
        assert _fact_after(tx, pages, polls) == in_order
    assert [(row["played_at"], row["track_ref"], row["ms_played"]) for row in in_order] == _by_the_formula(heard)
    assert all(row["is_estimated"] and row["api_at"] == row["played_at"] for row in in_order)


def _fact_after(tx: Connection, pages: Sequence[Sequence[Play]], polls: Sequence[tuple[int, bool]]) -> list[Row]:
    me = newcomer(tx, f"token {next(names)}")
    for number, merges in polls:
        poll(tx, me, pages[number])
        if merges:
            merge_plays(tx, me, NOON)
    merge_plays(tx, me, NOON)
    return fact(tx, me)


def _by_the_formula(heard: Sequence[Play]) -> list[tuple[datetime, str, int]]:
    """least(duration, greatest(30 s, time since the previous END)), slowly."""

    def length(track: dict[str, Any]) -> int:
        told = track.get("duration_ms")
        return told if isinstance(told, int) and 0 < told < 2**31 else 30_000

    found = []
    for play in {(play.played_at, play.track_ref): play for play in heard}.values():
        earlier = [other.played_at for other in heard if other.played_at < play.played_at]
        ms = length(play.track)
        if earlier:
            ms = min(ms, max(30_000, (play.played_at - max(earlier)) // timedelta(milliseconds=1)))
        found.append((play.played_at, play.track_ref, ms))
    return sorted(found)
