"""What a run reports about hours and tables."""

from datetime import timedelta

import pytest

from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.run_stats import Column, FactHour, LandedHour
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import NOON, at, newcomer, plays, poll

HOURS = [NOON + timedelta(hours=n) for n in range(-1, 4)]


def test_an_hour_is_vouched_for_when_polls_or_exports_tell_of_all_of_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 59.999]))
        poll(tx, me, plays([130]))
        found = run_stats.landed_by_hour(tx, HOURS)
        meet(tx, me, Imported("half.json", 70, 100), when=at(200))
        half_closed = run_stats.landed_by_hour(tx, HOURS)
        meet(tx, me, Imported("before collecting too.json", -60, 135), when=at(200))
        closed = run_stats.landed_by_hour(tx, HOURS)
    assert found == [
        LandedHour(HOURS[0], 0, is_vouched_for=False),
        LandedHour(HOURS[1], 2, is_vouched_for=False),
        LandedHour(HOURS[2], 0, is_vouched_for=False),
        LandedHour(HOURS[3], 1, is_vouched_for=False),
        LandedHour(HOURS[4], 0, is_vouched_for=True),
    ]
    assert half_closed == found
    assert [hour.is_vouched_for for hour in closed] == [True] * 5


def test_the_facts_hours_count_short_plays_apart(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4, 60]))
        merge_plays(tx, me, NOON)
        tx.execute("update star.streaming_fact set ms_played = 29999 where played_at = %s", (at(4),))
        assert run_stats.plays_by_hour(tx, HOURS[:3]) == [
            FactHour(HOURS[0], 0, 0, 0, 0, 0, 0),
            FactHour(HOURS[1], 2, 1, 229_999, 2, 0, 0),
            FactHour(HOURS[2], 1, 1, 200_000, 1, 0, 0),
        ]


def test_the_facts_hours_say_who_tells_of_their_plays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4, 8, 12]))
        merge_plays(tx, me, NOON)
        tx.execute(
            "update star.streaming_fact set export_at = played_at, in_account = true where played_at >= %s", (at(4),)
        )
        tx.execute("update star.streaming_fact set api_at = null where played_at >= %s", (at(8),))
        tx.execute(
            "update star.streaming_fact set export_at = null, in_account = false, legacy_at = played_at"
            " where played_at >= %s", (at(12),),
        )  # fmt: skip
        (hour,) = run_stats.plays_by_hour(tx, [NOON])
    assert (hour.plays, hour.plays_from_api, hour.plays_from_both, hour.plays_from_export) == (4, 1, 1, 1)


def test_tables_are_described_as_the_database_has_them(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        newcomer(tx)
        assert run_stats.rows(tx, "audit.listener") == 1
        columns = run_stats.columns(tx, "audit.listener")
    assert columns[0] == Column("listener_id", "integer", is_nullable=False, description=None)
    assert [column.name for column in columns if column.description][0] == "time_zone"  # noqa: RUF015 - the first of many


def test_a_large_tables_rows_are_reckoned_and_not_counted(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.transaction() as tx:
        tx.execute("create table audit.long as select n, repeat('x', 100) as text from generate_series(1, 20000) n")
        tx.execute("analyze audit.long")
        assert 19_000 < run_stats.rows(tx, "audit.long") < 21_000
        # Grown since: reckoned by its size of now.
        tx.execute("insert into audit.long select * from audit.long")
        assert 36_000 < run_stats.rows(tx, "audit.long") < 44_000
        tx.execute("delete from audit.long where n > 10")
        # A small one is counted, to the row.
        monkeypatch.setattr(run_stats, "COUNTED_BYTES", 100_000_000)
        assert run_stats.rows(tx, "audit.long") == 20
