"""Runs of the real jobs in this process, and what they left behind."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

import dagster as dg
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from brapped_assets import partitions
from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.definitions import defs
from brapped_assets.sensors.dimensions import newest_level
from brapped_assets_tests.conftest import Connected

FEED = "/v1/me/player"
RAW, FACT = "recently_played_raw", "streaming_fact"


# Checks are tested by themselves: without them a poll takes half the time.
poll_only = dg.define_asset_job("poll_only", dg.AssetSelection.assets(RAW, FACT).without_checks())
everything = dg.Definitions.merge(defs, dg.Definitions(jobs=[poll_only]))


def run(job: str, instance: dg.DagsterInstance, tags: Mapping[str, str] | None = None) -> dg.ExecuteInProcessResult:
    """One run of a job; a failure is part of the result."""
    resolved = everything.resolve_job_def(job)
    return resolved.execute_in_process(instance=instance, tags=dict(tags or {}), raise_on_error=False)


def poll(instance: dg.DagsterInstance, hours: int = 1, job: str = "poll_only") -> dg.ExecuteInProcessResult:
    """Poll and merge for the newest `hours` ended hours."""
    newest = partitions.look_back(datetime.now(UTC))[-hours:]
    hour_range = partitions.HourRange(partitions.hour_of(newest[0]), partitions.hour_of(newest[-1]))
    return run(job, instance, hour_range.tags)


def noted_run(
    instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus, tags: Mapping[str, str] | None = None
) -> dg.DagsterRun:
    """A run that some other process asked for."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("brapped"), "__repository__")
    asked = dg.DagsterRun(
        job_name=job, status=status, tags=dict(tags or {}), remote_job_origin=RemoteJobOrigin(repository, job)
    )
    return instance.add_run(asked)


def backlog(instance: dg.DagsterInstance) -> dict[str, float]:
    """The newest level of tracks and artists; that of tags stands beside it."""
    return {name: value for name, value in newest_level(instance).items() if name in (DUE, NEXT_DUE_AT)}


def closed(instance: dg.DagsterInstance, asset: str = RAW) -> set[str]:
    return set(instance.get_materialized_partitions(dg.AssetKey(asset)))


def metadata_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str | None, dict[str, Any]]:
    """Plain metadata of every materialization of this run, by partition key."""
    return {
        event.partition: {name: value.value for name, value in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
    }


def why(result: dg.ExecuteInProcessResult) -> tuple[str, str]:
    """The sentence and the cure of the one step that failed."""
    assert not result.success
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None, failed.step_failure_data.error_display_string
    assert told.description is not None
    cure = told.metadata.get("cure")
    return told.description, str(cure.value) if cure else ""


def warnings(result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> list[str]:
    """What the run logged as warnings or worse."""
    return [entry.user_message for entry in instance.all_logs(result.run_id) if int(entry.level) >= 30]


def rows(connected: Connected, statement: LiteralString, **values: Any) -> list[dict[str, Any]]:
    with connected.warehouse.transaction() as tx:
        return tx.execute(statement, values).fetchall()


def value(connected: Connected, statement: LiteralString, **values: Any) -> Any:
    (row,) = rows(connected, statement, **values)
    (only,) = row.values()
    return only


def fact(connected: Connected) -> list[tuple[datetime, str]]:
    """Every row of the fact as (END, track uri), in order; a row too many is seen."""
    found = rows(
        connected,
        "select f.played_at, coalesce('spotify:track:' || t.track_id, t.track_ref) as uri"
        " from star.streaming_fact f join star.track_dim t using (track_key) order by 1, 2",
    )
    return [(row["played_at"], row["uri"]) for row in found]


def served(connected: Connected) -> list[tuple[datetime, str]]:
    """What the account showed to anybody, ever, in order."""
    return sorted(connected.account.served)


def calls(connected: Connected) -> list[str]:
    """The paths of all calls the account answered, in order."""
    return [call.path for call in connected.account.calls]
