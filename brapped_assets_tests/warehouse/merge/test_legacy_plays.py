"""The old tables' plays in the fact: whole rows."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.legacy_plays import merge_legacy
from brapped_assets.warehouse.merge.play_merge import MergeOutcome
from brapped_assets.warehouse.reconciliation import reconciliation
from brapped_assets_tests.warehouse.exported_plays import Batch, Old, Row, Told, after, natural, tell
from brapped_assets_tests.warehouse.polled_plays import Play, local_file, newcomer, song


def plays(tx: Connection, *columns: str) -> list[tuple[Any, ...]]:
    """What the public view shows, oldest first."""
    rows = tx.execute("select * from bi.plays order by played_at, track_name").fetchall()
    return [tuple(row[column] for column in columns) for row in rows]


def polled(second: float, ref: str = "a") -> Play:
    return Play(after(second), song(ref, artists=["Alice"]))


def test_a_play_only_the_old_tables_tell_of_is_a_whole_row_with_an_estimate(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kolkata")
        old = [Old(after(0), artist_id="id-alice"), Old(after(95), "b", "Song b", duration_ms=180_000)]
        assert merge_legacy(tx, me, old) == MergeOutcome(added=2)
        first, second = tx.execute("select * from bi.plays order by played_at").fetchall()
    assert first["played_at_local"] == datetime(2026, 3, 1, 17, 30)  # noqa: DTZ001 local columns carry no zone
    known = {
        "track_id": "a", "track_name": "Song a", "artist_id": "id-alice", "artist_name": "Alice", "album_id": None,
        "duration_ms": 200_000, "ms_played": 200_000, "ms_played_basis": "estimated", "counts_as_play": True,
        "skipped": None, "source": "legacy",
    }  # fmt: skip
    assert {name: first[name] for name in known} == known
    # As long as there was since the play before.
    assert (second["ms_played"], second["ms_played_basis"], second["source"]) == (95_000, "estimated", "legacy")


def test_rows_of_one_track_two_seconds_apart_are_one_play_however_many_and_in_any_order(warehouse: Warehouse) -> None:
    old = [Old(after(second)) for second in (0, 1.5, 3, 3, 5, 7.001)] + [
        Old(after(1), None),
        Old(after(1), "b", "Song b"),
    ]
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        assert merge_legacy(tx, me, old) == MergeOutcome(added=3, told_twice=5)
        assert merge_legacy(tx, me, old[::-1]) == MergeOutcome(known=7, told_twice=1)
        for row in old[::-1]:
            merge_legacy(tx, you, [row])
        expected = natural(tx, me)
        assert {(row.legacy_at, row.ref) for row in expected} == {(after(0), "a"), (after(1), "b"), (after(7.001), "a")}
        assert natural(tx, you) == expected


def test_a_row_that_joins_two_plays_leaves_one(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [Told(after(40), 60_000)]), ("legacy", [Old(after(0)), Old(after(3))])])
        assert plays(tx, "played_at", "source", "ms_played") == [
            (after(0), "legacy", 200_000), (after(3), "export", 60_000)
        ]  # fmt: skip
        assert merge_legacy(tx, me, [Old(after(1.5))]) == MergeOutcome(told_twice=1)
        assert plays(tx, "played_at", "source", "ms_played") == [(after(0), "export", 60_000)]
        assert merge_legacy(tx, me, [Old(after(-1))]) == MergeOutcome(told_twice=1)
        assert plays(tx, "played_at", "source", "ms_played") == [(after(-1), "export", 60_000)]


@pytest.mark.parametrize("order", [1, -1])
def test_what_was_polled_by_both_is_one_play_and_all_of_it_is_the_apis(warehouse: Warehouse, order: int) -> None:
    batches: list[Batch] = [
        ("poll", [polled(0.333), Play(after(300), local_file("demo"))]),
        ("legacy", [Old(after(1)), Old(after(300), None, "demo", "bob"), Old(after(-2))]),
    ]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, batches[::order])
        rows = natural(tx, me)
        assert merge_legacy(tx, me, batches[1][1]) == MergeOutcome(known=3)
        assert natural(tx, me) == rows
        assert [(row.played_at, row.legacy_at) for row in rows] == [
            (after(-2), after(-2)), (after(0.333), after(1)), (after(300), after(300))
        ]  # fmt: skip
        assert plays(tx, "track_name", "source") == [("Song a", "legacy"), ("Song a", "api"), ("demo", "api")]


def test_of_a_play_that_is_exported_too_the_instant_is_the_old_tables_and_all_else_the_exports(
    warehouse: Warehouse,
) -> None:
    batches: list[Batch] = [
        ("legacy", [Old(after(0))]),
        ("extended", [Told(after(89), 12_345, "relinked", skipped=True)]),
    ]
    columns = ("played_at", "track_id", "ms_played", "ms_played_basis", "skipped", "source")
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        tell(tx, me, batches[:1])
        assert tell(tx, me, batches[1:]).matched == 1
        tell(tx, you, batches[1:])
        assert merge_legacy(tx, you, batches[0][1]) == MergeOutcome(matched=1)
        assert plays(tx, *columns) == [(after(0), "a", 12_345, "reported", True, "export")] * 2
        # Without an id the old tables' word for the track is the weaker one.
        other = newcomer(tx, "theirs")
        tell(tx, other, [("legacy", [Old(after(0), None)]), batches[1]])
        assert [(row.ref, row.legacy_ref, row.export_ref) for row in natural(tx, other)] == [
            ("relinked", "name:Alice\x1fSong a", "relinked")
        ]


def test_a_poll_that_comes_later_takes_both_halves_and_gives_back_what_fits_another_better(
    warehouse: Warehouse,
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("legacy", [Old(after(0))]), ("extended", [Told(after(5), 60_000)])])
        tell(tx, me, [("poll", [polled(2)])])
        told = (after(5), "a", 60_000, True, "android", None, None, None, 1)
        untold = (None, None, None, False, None, None, None, None, None)
        assert natural(tx, me) == [Row(after(2), "a", 60_000, False, after(2), "a", after(0), "a", *told)]
        tell(tx, me, [("poll", [polled(0.5)])])
        assert natural(tx, me) == [
            Row(after(0.5), "a", 200_000, True, after(0.5), "a", after(0), "a", *untold),
            Row(after(2), "a", 60_000, False, after(2), "a", None, None, *told),
        ]


def test_two_tellings_of_a_track_are_two_rows_and_neither_is_lost(warehouse: Warehouse) -> None:
    wild = "\x00\ud83d" + "ж" * 5_000
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        old = [
            Old(after(0)),
            Old(after(0), duration_ms=None),
            Old(after(0), title=""),
            Old(after(600), None, wild, wild),
        ]
        assert merge_legacy(tx, me, old) == MergeOutcome(added=2, told_twice=2)
        landed = tx.execute("select count(*)::int as rows from raw.legacy_play").fetchone()
        assert landed == {"rows": 4}
        assert [len(name) for (name,) in plays(tx, "track_name")] == [len("Song a"), 500]


def test_a_title_and_a_length_are_filled_in_where_an_export_told_none(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [Told(after(0), 60_000, title="", artist="")])])
        assert plays(tx, "track_name", "duration_ms") == [("a", None)]
        merge_legacy(tx, me, [Old(after(0))])
        assert plays(tx, "track_name", "duration_ms", "source") == [("Song a", 200_000, "export")]
        merge_legacy(tx, me, [replace(Old(after(900)), title="Another", duration_ms=1)])
        assert set(plays(tx, "track_name", "duration_ms")) == {("Song a", 200_000)}


def test_what_the_old_scripts_polled_counts_as_polled_beside_an_export(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(
            tx,
            me,
            [("legacy", [Old(after(0)), Old(after(900))]), ("extended", [Told(after(4), 1), Told(after(2_000), 1)])],
        )
        found = reconciliation(tx, me)
    assert (found.matched, found.only_polled, found.only_exported) == (1, 1, 1)
    assert {name: plays for name, plays in found.histogram.items() if plays} == {"2 to 5 s": 1}


def test_the_old_tables_are_one_listeners_and_go_with_them(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        merge_legacy(tx, me, [Old(after(0))])
        assert natural(tx, you) == []
        assert merge_legacy(tx, you, [Old(after(0))]) == MergeOutcome(added=1)
        tx.execute("delete from audit.listener where listener_id = %s", (me,))
        assert len(natural(tx, you)) == 1
        assert tx.execute("select listener_id from raw.legacy_play").fetchall() == [{"listener_id": you}]
