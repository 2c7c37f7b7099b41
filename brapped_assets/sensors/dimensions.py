"""When the dimensions are refreshed: while the newest level says that something is due."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from brapped_assets.assets import tag_level
from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.jobs import refresh_dimensions
from brapped_assets.schedules import UNFINISHED

RUNNING = dg.DefaultSensorStatus.RUNNING
# All write the level: the fact, the exports and the ranking find new work, the artists say how much is left over. An
# import by the command writes one too, once Dagster's storage is there.
LEVEL_WRITERS = [dg.AssetKey(name) for name in ("streaming_fact", "streaming_history", "spotify_top", "artist_dim")]
# A refresh that failed writes no level; asking again at once would fail in a loop.
LEVELS = (DUE, NEXT_DUE_AT, tag_level.DUE, tag_level.NEXT_DUE_AT)
REST_AFTER_FAILURE = timedelta(minutes=15)


def is_due(level: dict[str, Any], now: datetime, due: str = DUE, later: str = NEXT_DUE_AT) -> bool:
    """Whether a level (metadata of a materialization) asks for a refresh at `now`."""
    next_due_at = level.get(later)
    return bool(level.get(due)) or (next_due_at is not None and next_due_at <= now.timestamp())


def newest_level(
    instance: dg.DagsterInstance, names: Names = OURS, writers: Sequence[dg.AssetKey] = LEVEL_WRITERS
) -> dict[str, Any]:
    """The level written last by one of the `writers`, as plain values; empty when none was ever materialized."""
    records = [record for key in writers for record in instance.fetch_materializations(names.key(key), limit=1).records]
    if not records:
        return {}
    # By their place in the log: after a clock that was ahead for a while, the latest instant is not the newest event.
    newest = max(records, key=lambda record: record.storage_id).asset_materialization
    assert newest is not None
    return {name: value.value for name, value in newest.metadata.items() if name in LEVELS}


def refresh_dimensions_sensor(names: Names = OURS, status: dg.DefaultSensorStatus = RUNNING) -> dg.SensorDefinition:
    """Asks for a refresh while the newest level says that something is due."""
    job_name = names.of(refresh_dimensions.name)

    @dg.sensor(
        name=names.of("refresh_dimensions"),
        job_name=job_name,
        minimum_interval_seconds=30,
        default_status=status,
        description="Refreshes tracks and artists while the newest level says that some are due. Reads Dagster's own "
        "event log, never the warehouse: Neon may sleep between polls.",
    )
    def refresh(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        level = newest_level(context.instance, names)
        return next_refresh(context.instance, job_name, is_due=is_due(level, datetime.now(UTC)))

    return refresh


def next_refresh(instance: dg.DagsterInstance, job_name: str, *, is_due: bool) -> dg.RunRequest | dg.SkipReason:
    """A run of a job that something is due for: one at a time, and not again right after a failure."""
    if not is_due:
        return dg.SkipReason("Nothing is due.")
    latest = instance.get_run_records(dg.RunsFilter(job_name=job_name), limit=1)
    if latest and latest[0].dagster_run.status in UNFINISHED:
        return dg.SkipReason("A refresh is queued or running.")
    if latest and latest[0].dagster_run.status == dg.DagsterRunStatus.FAILURE:
        ended_at = latest[0].end_time
        if ended_at is not None and datetime.now(UTC).timestamp() - ended_at < REST_AFTER_FAILURE.total_seconds():
            return dg.SkipReason("The last refresh failed a moment ago; the next try is in a quarter of an hour.")
    return dg.RunRequest()
