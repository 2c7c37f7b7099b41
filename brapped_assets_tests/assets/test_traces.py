"""Dagster's own history tells of runs, not of people: `brapped forget` could not remove them from there."""

from datetime import timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets_tests.assets.runs import poll, run
from brapped_assets_tests.conftest import Connected


def _told(instance: dg.DagsterInstance) -> str:
    """Everything Dagster keeps of all runs: events, logs, metadata, results of checks, configuration, tags."""
    runs = instance.get_runs()
    events = [str(record) for one in runs for record in instance.get_records_for_run(one.run_id).records]
    return "\n".join([*map(str, runs), *events])


@pytest.mark.slow
def test_no_name_and_no_id_of_a_listener_is_in_dagsters_history(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    connected.account.listener.display_name = "Canary Name"
    assert poll(instance, job="hourly_plays").success
    # A gap, a consent that is about to end, a poll that is late; then one that has ended.
    clock.shift(timedelta(days=170))
    poll(instance, job="hourly_plays")
    run("daily_upkeep", instance)
    clock.shift(timedelta(days=30))
    assert not poll(instance).success
    with connected.warehouse.transaction() as tx:
        person = tx.execute("select display_name, spotify_user_id, account_id from audit.listener").fetchone()
    told = _told(instance)
    assert person is not None
    assert person["display_name"] == "Canary Name"
    assert "Listener 1" in told
    assert [name for name, value in person.items() if value and str(value) in told] == []
