"""When we ask Spotify: a poll every 20 minutes."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.assets.shards import TAG, all_shards
from brapped_assets.jobs import hourly_plays
from brapped_assets.resources.spotify import NOT_CONNECTED, SpotifyResource

RAW, FACT = dg.AssetKey("recently_played_raw"), dg.AssetKey("streaming_fact")
RUNNING = dg.DefaultScheduleStatus.RUNNING
NOBODY = dg.SkipReason(NOT_CONNECTED)
# Not NOT_STARTED: a run is that for milliseconds, between being made and being queued. A daemon killed then leaves
# it so for ever, nothing in Dagster ends it, and every later tick would wait for it.
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# Each of 72 hours is materialized by up to three polls, and a heal writes many at once; more than enough.
MATERIALIZATIONS_TO_READ = 1000
# While polls fail hours are open anyway.
FAILURES_TO_READ = 500


def closed_hours(instance: dg.DagsterInstance, candidates: Collection[str], names: Names = OURS) -> set[str]:
    """Which of these hours Dagster shows as done, of the plays and of the fact: materialized, and not failed since.

    Dagster marks each hour of a run that fails, also one that an earlier poll had closed; so it is polled for again.
    Reads these hours only, so that a decade of hours costs nothing.
    """
    if not candidates:
        return set()
    failed_at = _failures(instance, candidates, names)
    closed = set(candidates)
    for asset in (RAW, FACT):
        found = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=names.key(asset), asset_partitions=list(candidates)),
            limit=MATERIALIZATIONS_TO_READ,
        )
        closed &= {
            record.partition_key
            for record in found.records
            if record.partition_key and record.timestamp > failed_at.get(record.partition_key, 0)
        }
    return closed


def _failures(instance: dg.DagsterInstance, candidates: Collection[str], names: Names) -> dict[str, float]:
    """When the newest run that failed to poll or merge for one of these hours was asked for, by hour."""
    job_name, ours = names.of(hourly_plays.name), {names.key(RAW), names.key(FACT)}
    failed = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.FAILURE], created_after=partitions.hour_of(min(candidates)) + partitions.HOUR
    )
    failed_at: dict[str, float] = {}
    # The newest first.
    for record in instance.get_run_records(failed, limit=FAILURES_TO_READ):
        run = record.dagster_run
        hours = partitions.range_of(run.tags)
        # A run that somebody launches from an asset's page is of no job of ours.
        if hours and (run.job_name == job_name or not ours.isdisjoint(run.asset_selection or ())):
            for key in candidates:
                if hours[0] <= key <= hours[1]:
                    failed_at.setdefault(key, record.create_timestamp.astimezone(UTC).timestamp())
    return failed_at


def is_under_way(instance: dg.DagsterInstance, job_name: str, tags: Mapping[str, str] | None = None) -> bool:
    """Whether a run of this job, with these tags, is queued or running."""
    wanted = dg.RunsFilter(job_name=job_name, statuses=UNFINISHED, tags=tags)
    return bool(instance.get_run_ids(wanted, limit=1))


def next_polls(
    instance: dg.DagsterInstance,
    now: datetime,
    names: Names = OURS,
    start: datetime = partitions.START,
    shards: int = 1,
) -> list[dg.RunRequest] | dg.SkipReason:
    """The run of each shard that together close every hour since `start` still open, or poll the newest again.

    Of a shard at most one run is queued or running.
    """
    idle = [s for s in all_shards(shards) if not is_under_way(instance, names.of(hourly_plays.name), s.tags)]
    if not idle:
        return dg.SkipReason("An earlier poll is queued or running; it polls for this tick too.")
    candidates = partitions.look_back(now, start)
    due = partitions.due(candidates, closed_hours(instance, candidates, names))
    if due is None:
        return dg.SkipReason(f"The first hour ({start:%Y-%m-%d %H:%M} UTC) has not ended yet.")
    # Of several requests of a tick Dagster asks for a key each, which it compares within the tick.
    return [dg.RunRequest(run_key=shard.tags.get(TAG), tags={**due.tags, **shard.tags}) for shard in idle]


def hourly_plays_schedule(
    names: Names = OURS, start: datetime = partitions.START, status: dg.DefaultScheduleStatus = RUNNING
) -> dg.ScheduleDefinition:
    """At most one poll of a listener at a time, of the hours since `start`."""

    # 50 plays of 30 s take 25 minutes: at a poll every 20 no listener outruns the API. At 5 past, an hour that has just
    # ended is complete but for late uploads.
    @dg.schedule(
        name=names.of("hourly_plays"),
        job_name=names.of(hourly_plays.name),
        cron_schedule="5,25,45 * * * *",
        execution_timezone="UTC",
        default_status=status,
        description="Polls at minutes 5, 25 and 45. A tick missed while asleep is made up by the next one.",
    )
    @names.bind
    def poll(context: dg.ScheduleEvaluationContext, spotify: SpotifyResource) -> list[dg.RunRequest] | dg.SkipReason:
        if not spotify.is_connected:
            return NOBODY
        # The clock, not the tick's time: a tick evaluated late polls for what is over by now.
        return next_polls(context.instance, datetime.now(UTC), names, start, spotify.settings.brapped_shards)

    return poll
