"""Two runs at once, a lost Dagster, a clock that jumps, a run that dies: nothing is lost and nothing doubled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import dagster as dg
import psycopg
import pytest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.resources.neon import NeonResource
from brapped_assets.schedules import closed_hours
from brapped_assets_tests.assets.conftest import NOW, defaults_of
from brapped_assets_tests.assets.runs import FACT, closed, fact, metadata_of, poll, rows, run, served, value, why
from brapped_assets_tests.conftest import Connected


def test_two_runs_of_one_hour_at_once_land_and_merge_every_play_once(connected: Connected) -> None:
    together = Barrier(2)

    def one_run() -> dg.ExecuteInProcessResult:
        with dg.DagsterInstance.ephemeral() as own:
            together.wait(60)
            return poll(own)

    with ThreadPoolExecutor(2) as pool:
        results = [future.result(60) for future in [pool.submit(one_run), pool.submit(one_run)]]
    assert [result.success for result in results] == [True, True]
    added = [told["plays_added"] for result in results for told in metadata_of(result, FACT).values()]
    assert sum(added) == 50
    assert fact(connected) == served(connected)
    assert rows(connected, "select * from audit.gap") == []
    assert value(connected, "select count(*) from audit.listener") == 1


@pytest.mark.slow
def test_losing_dagsters_whole_database_changes_no_row_of_the_fact(connected: Connected, clock: Traveller) -> None:
    everything = "select * from star.streaming_fact order by play_key"
    with dg.DagsterInstance.ephemeral() as lost:
        assert poll(lost, 6).success
        before = rows(connected, everything)
    with dg.DagsterInstance.ephemeral() as new:
        candidates = partitions.look_back(datetime.now(UTC))
        assert closed_hours(new, candidates) == set()
        assert poll(new, 72).success
        assert closed_hours(new, candidates) == set(candidates)
    assert rows(connected, everything) == before


def test_a_clock_that_jumps_forward_and_back_loses_nothing(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    account = connected.account
    spotifys_now = NOW
    account.clock = lambda: spotifys_now
    assert poll(instance).success
    for jump in (timedelta(days=2), timedelta(days=-3), timedelta(0)):
        spotifys_now += timedelta(minutes=20)
        # A token that seems to have expired, or not to have begun, is no reason to stop.
        clock.move_to(spotifys_now + jump)
        assert poll(instance).success
    assert fact(connected) == served(connected)
    assert rows(connected, "select * from audit.gap") == []
    assert value(connected, "select max(played_at) <= %(now)s from star.streaming_fact", now=spotifys_now)


def test_a_poll_whose_merge_found_no_room_is_merged_by_the_next(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(defaults_of(NeonResource.transaction), "lock_seconds", 1)
    assert poll(instance).success
    clock.shift(timedelta(hours=12))
    with psycopg.connect(connected.database_url) as another:
        # Somebody else's merge that does not end.
        another.execute("select * from audit.listener for no key update")
        result = poll(instance)
    assert why(result) == (
        (
            "Another run is working on the same listener. Nothing was lost: what is not merged yet stays marked "
            "for the next run."
        ),
        "time",
    )
    # Landed, so the hour is closed; what the fact lacks is marked.
    assert "2026-11-21-02:00" in closed(instance) - closed(instance, FACT)
    waiting = value(connected, "select count(*) from raw.recently_played where not is_merged")
    assert waiting == len(served(connected)) - len(fact(connected)) > 0
    clock.shift(timedelta(minutes=20))
    assert poll(instance).success
    assert fact(connected) == served(connected)


def test_reading_and_refreshing_again_change_nothing(connected: Connected, instance: dg.DagsterInstance) -> None:
    assert poll(instance).success
    assert run("refresh_dimensions", instance).success
    tables = ("track_dim", "album_dim", "artist_dim", "track_artist", "streaming_fact")
    before = {table: rows(connected, f"select * from star.{table} order by 1, 2") for table in tables}
    assert poll(instance).success
    assert run("refresh_dimensions", instance).success
    assert {table: rows(connected, f"select * from star.{table} order by 1, 2") for table in tables} == before
