"""Once a day everything is verified, and Dagster's own history is kept small: no play depends on it."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from time_machine import Traveller

from brapped_assets.assets.daily_retention import _forget_check_results
from brapped_assets.definitions import defs
from brapped_assets.partitions import range_tags
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import RAW, metadata_of, poll, run, value
from brapped_assets_tests.assets.user_interface import UserInterface
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of


def audited(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What one day's audit tells."""
    return metadata_of(run("daily_upkeep", instance), "listening_audit")[None]


@pytest.mark.slow
@pytest.mark.parametrize("rounds", quick_of(1, [2, 3]))
def test_after_the_next_poll_and_the_next_refresh_no_check_is_not_evaluated(
    connected: Connected, kept_instance: dg.DagsterInstance, ui: UserInterface, clock: Traveller, rounds: int
) -> None:
    assert set(ui.checks().values()) == {None}
    assert poll(kept_instance, hours=2, job="hourly_plays").success
    assert run("daily_upkeep", kept_instance).success
    assert run("wrapped_reports", kept_instance, range_tags("2025", "2026")).success
    for _ in range(rounds):
        found = ui.checks()
        # Nothing was imported.
        assert found.pop(("episode_history", "no_spoken_play_is_music")) is None
        assert len(found) == 19
        assert set(found.values()) == {"SUCCEEDED"}
        clock.shift(timedelta(minutes=20))
        assert poll(kept_instance, job="hourly_plays").success
        assert run("refresh_dimensions", kept_instance).success


@pytest.mark.slow
def test_a_check_that_failed_stays_failed_after_the_next_poll(
    connected: Connected, kept_instance: dg.DagsterInstance, ui: UserInterface
) -> None:
    assert poll(kept_instance, job="hourly_plays").success
    with connected.warehouse.transaction() as tx:
        tx.execute("update star.streaming_fact set played_at = '2026-11-20 15:13Z' where play_key = 1")
    assert run("daily_upkeep", kept_instance).success
    assert poll(kept_instance, job="hourly_plays").success
    assert ui.checks()["listening_audit", "no_play_is_in_the_future"] == "FAILED"


def test_the_audit_tells_of_every_claim_and_shows_what_contradicts_it(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    assert poll(instance).success
    told = audited(instance)
    assert (told["claims"], told["claims_broken"], told["offending_rows"]) == (14, 0, 0)
    with connected.warehouse.transaction() as tx:
        tx.execute("update star.streaming_fact set played_at = '2026-11-20 15:13Z' where play_key in (1, 2)")
        tx.execute(
            "insert into audit.import_file (listener_id, content_hash, kind, name, started_at)"
            " values (1, 'x', 'account', 'a.json', '2026-11-19 14:00Z')"
        )
    told = audited(instance)
    broken = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in told["verdicts"].splitlines()[2:]}
    assert {name: rows for name, rows in broken.items() if rows != "0"} == {
        "no_play_is_in_the_future": "2",
        "every_import_is_finished": "1",
        "local_time_agrees_with_the_zone": "2",
    }
    assert (told["claims_broken"], told["offending_rows"]) == (3, 5)
    assert '"started_at"' in told["verdicts"]


def test_one_check_can_be_run_by_itself_and_materializes_nothing(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    assert poll(instance).success
    key = dg.AssetCheckKey(dg.AssetKey("listening_audit"), "no_play_is_in_the_future")
    job = dg.define_asset_job("one_check", dg.AssetSelection.checks(key))
    result = (
        dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
        .resolve_job_def("one_check")
        .execute_in_process(instance=instance)
    )
    assert [one.check_name for one in result.get_asset_check_evaluations()] == ["no_play_is_in_the_future"]
    assert not result.get_asset_materialization_events()


@pytest.mark.slow
def test_history_older_than_a_month_is_deleted_and_no_play_with_it(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    old = poll(instance).run_id
    clock.shift(timedelta(days=29))
    recent = poll(instance).run_id
    clock.shift(timedelta(days=2))
    told = audited(instance)
    assert (told["runs_deleted"], told["ledger_rows_deleted"]) == (1, 0)
    assert not instance.has_run(old)
    assert instance.has_run(recent)
    assert value(connected, "select count(*) from star.streaming_fact") > 50
    clock.shift(timedelta(days=90))
    assert audited(instance)["ledger_rows_deleted"] > 0


@pytest.mark.slow
def test_results_of_checks_older_than_a_month_are_deleted_and_the_newest_of_each_stays(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    assert poll(instance, hours=2, job="hourly_plays").success
    clock.shift(timedelta(days=31))
    deleted = [audited(instance)["check_results_deleted"]]
    clock.shift(timedelta(days=31))
    deleted += [audited(instance)["check_results_deleted"] for _ in "12"]
    # Of the poll: what was planned (two checks, two hours) and two results; of the first day: eighteen results.
    assert deleted == [6, 18, 0]


def test_the_newest_result_of_a_check_that_ran_long_ago_stays(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    check = dg.AssetCheckKey(dg.AssetKey(RAW), "no_hour_was_lost")
    poll(instance, job="hourly_plays")
    clock.shift(timedelta(days=400))
    assert _forget_check_results(instance, NOW + timedelta(days=370)) == 2
    (kept,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=9)
    assert kept.status == AssetCheckExecutionRecordStatus.SUCCEEDED
