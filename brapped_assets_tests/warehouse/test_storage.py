"""What a plan counts: bytes of databases, and hours awake by the arithmetic that docs/neon.md tells."""

from datetime import datetime, timedelta

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.storage import Awake, awake, stored
from brapped_assets_tests.warehouse.polled_plays import NOON, newcomer

DAY = timedelta(days=1)


def polled(tx: Connection, begin: datetime, end: datetime, every: timedelta) -> None:
    tx.execute(
        "insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped,"
        " keys_missing, keys_new) select l.listener_id, 'run', at, 0, 0, 0, true, '{}', '{}' from audit.listener l,"
        " generate_series(%s::timestamptz, %s::timestamptz - interval '1 second', %s) at",
        (begin, end, every),
    )


def called(tx: Connection, *minutes: datetime) -> None:
    for minute in minutes:
        tx.execute("insert into audit.api_call values (%s, 'artists', 1)", (minute,))


@pytest.mark.parametrize(
    ("every", "hours"),
    # 310 s a burst, 30 days: an up that polls every 20 minutes, an hourly job, and one that never lets it sleep.
    [(20, 72 * 310 * 30 / 3600), (60, 24 * 310 * 30 / 3600), (5, 24 * 30)],
)
def test_hours_awake_are_bursts_and_the_time_until_it_sleeps(warehouse: Warehouse, every: int, hours: float) -> None:
    with warehouse.transaction() as tx:
        newcomer(tx)
        polled(tx, NOON - 60 * DAY, NOON, timedelta(minutes=every))
        found = awake(tx, NOON)
    assert found is not None
    assert found.hours_a_month == pytest.approx(hours, rel=0.01)
    assert found.bursts_a_day == pytest.approx(24 * 60 / every if every > 5 else 0, abs=0.1)
    assert found.cu_hours == found.hours_a_month / 4


def test_calls_count_too_and_a_day_is_scaled_to_a_month(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        newcomer(tx)
        assert awake(tx, NOON) is None
        # One burst of three minutes with calls, and one alone: 120 s + 310 s, and 310 s.
        called(tx, *(NOON - DAY + timedelta(minutes=minute) for minute in (0, 1, 2, 600)))
        assert awake(tx, NOON) == Awake(bursts_a_day=2, hours_a_month=740 / 3600 * 30)


def test_storage_is_that_of_all_databases_of_the_server(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        here = tx.execute("select pg_database_size(current_database()) as size").fetchone()
        assert here is not None
        alone, beside = stored(tx, None), stored(tx, "brapped")
    assert (alone.warehouse, alone.dagster) == (here["size"], None)
    assert beside.dagster is not None
    assert beside.project >= beside.warehouse + beside.dagster


def test_the_index_of_a_life_that_comes_before_what_is_polled_is_dense_though_plays_end_in_one_second(
    warehouse: Warehouse,
) -> None:
    exported, polled = range(20_000), range(20_000, 20_500)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for plays in (polled, exported):
            tx.execute(
                "insert into star.streaming_fact (listener_id, played_at, played_at_local, export_at, track_key,"
                " ms_played, is_estimated, in_extended)"
                # Each hundredth ends when the one before it does.
                " select %s, at, at at time zone 'UTC', at, 1, 0, false, true from generate_series(%s::int, %s) nth,"
                " lateral (select %s + (nth - (nth %% 100 = 1)::int) * interval '3 minutes' as at) as told",
                (me, plays.start, plays.stop - 1, NOON),
            )
        row = tx.execute("select pg_relation_size('star.streaming_fact_by_time') as size").fetchone()
    assert row is not None
    # 28 bytes an entry, and a tenth of each page left free.
    assert row["size"] / (len(exported) + len(polled)) < 33
