"""A run for hours that nothing can be known of: it fails and names the export, and changes nothing else."""

from datetime import timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.partitions import HourRange, hour_of
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import FACT, RAW, calls, closed, poll, run, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import at

# Each hour of a run takes Dagster some hundredths of a second.
DAY = HourRange(hour_of("2026-11-09-00:00"), hour_of("2026-11-09-23:00"))
SENTENCE = (
    "Spotify shows only the last 50 plays: what was played in 24 of these hours (2026-11-09-00:00 to 2026-11-09-23:00 "
    "UTC) can come from Spotify's data export only. Bring it in with `brapped import`. Hours from 2026-11-17-15:00 UTC "
    "on can be polled."
)


def failed(instance: dg.DagsterInstance, asset: str) -> set[str]:
    """The hours that Dagster shows as failed."""
    attempts = instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations
    return set(attempts(dg.AssetKey(asset)))


def test_a_past_day_does_not_turn_green(connected: Connected, instance: dg.DagsterInstance) -> None:
    assert poll(instance).success
    before = calls(connected)
    assert why(run("poll_only", instance, DAY.tags)) == (SENTENCE, "a person")
    assert closed(instance) == closed(instance, FACT) == {"2026-11-20-14:00"}
    assert calls(connected) == before


def test_nor_does_the_fact_by_itself(connected: Connected, instance: dg.DagsterInstance) -> None:
    fact_only = dg.define_asset_job("fact_only", dg.AssetSelection.assets(FACT).without_checks())
    from brapped_assets.definitions import defs

    job = dg.Definitions.merge(defs, dg.Definitions(jobs=[fact_only])).resolve_job_def("fact_only")
    assert poll(instance).success
    result = job.execute_in_process(instance=instance, tags=DAY.tags, raise_on_error=False)
    assert why(result) == (SENTENCE, "a person")


@pytest.mark.slow
def test_hours_that_were_closed_in_their_time_stay_so_in_a_range_with_a_hole(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    assert poll(instance, hours=3).success
    before = closed(instance)
    clock.shift(timedelta(days=7))
    now = NOW + timedelta(days=7)
    # The feed does not reach back: a week is lost, and only the look-back can be closed.
    assert poll(instance, hours=1).success
    everything = HourRange(hour_of(min(before)), hour_of(partitions.look_back(now)[-1]))
    sentence, _ = why(run("poll_only", instance, everything.tags))
    assert "what was played in 96 of these hours (2026-11-20-15:00 to 2026-11-24-14:00 UTC)" in sentence
    newest = {"2026-11-27-14:00"}
    assert closed(instance) == closed(instance, FACT) == before | newest
    assert not failed(instance, RAW) & (before | newest)
    assert not failed(instance, FACT) & (before | newest)
    # What is in the look-back can be polled, and what was closed in its time be done again.
    assert poll(instance, hours=2).success
    assert run("poll_only", instance, HourRange(hour_of(min(before)), hour_of(max(before))).tags).success


def test_an_import_that_covers_them_vouches_for_them(connected: Connected, instance: dg.DagsterInstance) -> None:
    assert poll(instance).success
    first = (DAY.first - at(0)).total_seconds() / 60
    with connected.warehouse.transaction() as tx:
        meet(tx, 1, Imported("a.json", first, first + 24 * 60 + 60), when=NOW)
    assert run("poll_only", instance, DAY.tags).success
    assert len(closed(instance)) == 25


@pytest.mark.parametrize("job", ["hourly_plays", "wrapped_reports"])
def test_a_run_that_names_no_partition_is_a_sentence(
    connected: Connected, instance: dg.DagsterInstance, job: str
) -> None:
    assert why(run(job, instance)) == (
        "This run names no partition. Launch it with one, or with a range of them: *Materialize* asks for them.",
        "a person",
    )
    assert calls(connected) == []


@pytest.mark.parametrize("hours", [0, 23])
def test_in_a_home_of_its_first_day_every_hour_can_be_polled(hours: int) -> None:
    start = hour_of("2026-11-17-15:00")
    now = NOW + timedelta(hours=hours)
    keys = [partitions.key_of(start + n * partitions.HOUR) for n in range(72 + hours)]
    assert partitions.beyond_look_back(keys, now, start) == []
    later = now + timedelta(hours=25 - hours)
    assert partitions.beyond_look_back(keys, later, start) == keys[:25]
