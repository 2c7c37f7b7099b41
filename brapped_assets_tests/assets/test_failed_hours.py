"""An hour that was polled in time is green again after the next poll, whatever became of a run for it in between."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.assets import streaming_fact
from brapped_assets.schedules import next_polls
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets_tests.assets.runs import FACT, FEED, RAW, everything, poll, run
from brapped_assets_tests.assets.user_interface import UserInterface
from brapped_assets_tests.conftest import Connected

FIRST, NEWEST = "2026-11-20-13:00", "2026-11-20-14:00"
GREEN = {"MATERIALIZED": [(FIRST, NEWEST)]}


@pytest.fixture(autouse=True)
def short_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hours begin at 13:00: none before it is open."""
    monkeypatch.setattr(partitions, "look_back", lambda now, start=None: [key for key in hours(now) if key >= FIRST])


def hours(now: datetime) -> list[str]:
    newest = now.replace(minute=0, second=0) - partitions.HOUR
    return [partitions.key_of(newest - n * partitions.HOUR) for n in range(71, -1, -1)]


def next_poll(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """What the schedule asks for now."""
    requests = next_polls(instance, datetime.now(UTC))
    assert isinstance(requests, list)
    return run("hourly_plays", instance, requests[0].tags)


def materialize(instance: dg.DagsterInstance, *assets: str) -> dg.ExecuteInProcessResult:
    """As from the page of an asset: a run of no job of ours."""
    return everything.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        partition_key=NEWEST,
        asset_selection=[dg.AssetKey(asset) for asset in assets],
        raise_on_error=False,
    )


@pytest.mark.parametrize(
    "by_hand",
    [
        pytest.param(False, id="by the schedule"),
        pytest.param(True, id="from the page of an asset", marks=pytest.mark.slow),
    ],
)
def test_an_hour_whose_second_poll_failed(
    connected: Connected, kept_instance: dg.DagsterInstance, ui: UserInterface, clock: Traveller, *, by_hand: bool
) -> None:
    assert poll(kept_instance, hours=2, job="hourly_plays").success
    assert ui.hours(RAW) == ui.hours(FACT) == GREEN
    clock.shift(timedelta(minutes=38))
    connected.account.faults.add("server_error", path=FEED, times=None)
    failed = materialize(kept_instance, RAW, FACT) if by_hand else next_poll(kept_instance)
    assert not failed.success
    # Dagster's doing, and no lie: its last run failed.
    assert ui.hours(RAW) == ui.hours(FACT) == {"MATERIALIZED": [(FIRST, FIRST)], "FAILED": [(NEWEST, NEWEST)]}
    connected.account.faults.clear()
    clock.shift(timedelta(minutes=20))
    assert next_poll(kept_instance).success
    assert ui.hours(RAW) == ui.hours(FACT) == {"MATERIALIZED": [(FIRST, "2026-11-20-15:00")]}
    # And then it is left alone.
    assert next_poll(kept_instance).dagster_run.tags["dagster/partition"] == "2026-11-20-15:00"


@pytest.mark.slow
def test_an_hour_whose_merge_failed(
    connected: Connected,
    kept_instance: dg.DagsterInstance,
    ui: UserInterface,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert poll(kept_instance, hours=2, job="hourly_plays").success

    def broken(*_: object) -> None:
        raise WarehouseError("gone for a while")

    clock.shift(timedelta(minutes=38))
    with monkeypatch.context() as patched:
        patched.setattr(streaming_fact, "merge_everybody", broken)
        assert not next_poll(kept_instance).success
    assert ui.hours(RAW) == GREEN
    assert ui.hours(FACT)["FAILED"] == [(NEWEST, NEWEST)]
    clock.shift(timedelta(minutes=20))
    assert next_poll(kept_instance).success
    assert ui.hours(FACT) == {"MATERIALIZED": [(FIRST, "2026-11-20-15:00")]}


@pytest.mark.slow
def test_an_hour_that_was_polled_and_not_merged(
    connected: Connected, kept_instance: dg.DagsterInstance, ui: UserInterface, clock: Traveller
) -> None:
    assert poll(kept_instance, hours=2, job="hourly_plays").success
    clock.shift(timedelta(hours=1))
    assert run("poll_only", kept_instance, {"dagster/partition": NEWEST}).success
    # Terminated between the two steps, or only the one asset chosen.
    result = everything.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=kept_instance, partition_key="2026-11-20-15:00", asset_selection=[dg.AssetKey(RAW)]
    )
    assert result.success
    clock.shift(timedelta(hours=1))
    assert next_poll(kept_instance).success
    assert ui.hours(RAW) == ui.hours(FACT) == {"MATERIALIZED": [(FIRST, "2026-11-20-16:00")]}
