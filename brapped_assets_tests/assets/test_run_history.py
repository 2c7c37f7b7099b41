"""Dagster's own history is kept small, and no play depends on it."""

from datetime import timedelta

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from time_machine import Traveller

from brapped_assets.assets.run_history import _forget_check_results
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import RAW, metadata_of, poll, run, value
from brapped_assets_tests.conftest import Connected


def test_history_older_than_a_month_is_deleted_and_no_play_with_it(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    old = poll(instance).run_id
    clock.shift(timedelta(days=29))
    recent = poll(instance).run_id
    clock.shift(timedelta(days=2))
    told = metadata_of(run("daily_upkeep", instance), "run_history")[None]
    assert (told["runs_deleted"], told["ledger_rows_deleted"]) == (1, 0)
    assert not instance.has_run(old)
    assert instance.has_run(recent)
    assert value(connected, "select count(*) from star.streaming_fact") > 50
    clock.shift(timedelta(days=90))
    assert metadata_of(run("daily_upkeep", instance), "run_history")[None]["ledger_rows_deleted"] > 0


def test_results_of_checks_older_than_a_month_are_deleted_and_the_newest_of_each_stays(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    assert poll(instance, hours=2, job="hourly_plays").success
    clock.shift(timedelta(days=31))
    deleted = [metadata_of(run("daily_upkeep", instance), "run_history")[None]["check_results_deleted"]]
    clock.shift(timedelta(days=31))
    deleted += [metadata_of(run("daily_upkeep", instance), "run_history")[None]["check_results_deleted"] for _ in "12"]
    # Of the poll: what was planned (two checks, two hours) and two results; of the first day: twelve results.
    assert deleted == [6, 12, 0]


def test_the_newest_result_of_a_check_that_ran_long_ago_stays(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    check = dg.AssetCheckKey(dg.AssetKey(RAW), "no_hour_was_lost")
    poll(instance, job="hourly_plays")
    clock.shift(timedelta(days=400))
    assert _forget_check_results(instance, NOW + timedelta(days=370)) == 2
    (kept,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=9)
    assert kept.status == AssetCheckExecutionRecordStatus.SUCCEEDED
