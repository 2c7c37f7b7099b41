"""Dagster's own history is kept small, and no play depends on it."""

from datetime import timedelta

import dagster as dg
from time_machine import Traveller

from brapped_assets_tests.conftest import Connected

from .runs import metadata_of, poll, run, value


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
