"""When we ask: a poll every 20 minutes; the day's upkeep and the reports once a day."""

from collections.abc import Collection
from datetime import UTC, datetime

import dagster as dg

from brapped_assets import partitions
from brapped_assets.jobs import daily_upkeep, hourly_plays, wrapped_reports
from brapped_assets.settings import Settings

RAW = dg.AssetKey("recently_played_raw")
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


def closed_hours(instance: dg.DagsterInstance, candidates: Collection[str]) -> set[str]:
    """Which of these hours are materialized. Reads these only, so that a decade of hours costs nothing."""
    if not candidates:
        return set()
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=RAW, asset_partitions=list(candidates)), limit=MATERIALIZATIONS_TO_READ
    )
    return {record.partition_key for record in found.records if record.partition_key}


def is_under_way(instance: dg.DagsterInstance, job_name: str) -> bool:
    """Whether a run of this job is queued or running."""
    return bool(instance.get_run_ids(dg.RunsFilter(job_name=job_name, statuses=UNFINISHED), limit=1))


def was_kept_up(instance: dg.DagsterInstance, now: datetime) -> bool:
    """Whether the upkeep of `now`'s UTC day has succeeded, asked for by the schedule or by `brapped sync`."""
    return has_succeeded(instance, daily_upkeep.name, now)


def has_succeeded(instance: dg.DagsterInstance, job_name: str, now: datetime) -> bool:
    """Whether the newest success of this job is of `now`'s UTC day."""
    latest = instance.get_run_records(dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    return bool(latest) and latest[0].create_timestamp.astimezone(UTC).date() == now.date()


def next_poll(instance: dg.DagsterInstance, now: datetime) -> dg.RunRequest | dg.SkipReason:
    """The one run that closes every hour still open, or polls the newest again; at most one at a time."""
    if not Settings.load().is_connected:
        return dg.SkipReason("No Spotify account is connected yet. Connect one with `brapped login`.")
    if is_under_way(instance, hourly_plays.name):
        return dg.SkipReason("An earlier poll is queued or running; it polls for this tick too.")
    candidates = partitions.look_back(now)
    due = partitions.due(candidates, closed_hours(instance, candidates))
    if due is None:
        return dg.SkipReason(f"The first hour ({partitions.START:%Y-%m-%d %H:%M} UTC) has not ended yet.")
    return dg.RunRequest(tags=due.tags)


# 50 plays of 30 s take 25 minutes: at a poll every 20 no listener outruns the API. At 5 past, an hour that has just
# ended is complete but for late uploads.
@dg.schedule(
    name="hourly_plays",
    job=hourly_plays,
    cron_schedule="5,25,45 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Polls at minutes 5, 25 and 45. A tick missed while asleep is made up by the next one.",
)
def hourly_plays_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    # The clock, not the tick's time: a tick evaluated late polls for what is over by now.
    return next_poll(context.instance, datetime.now(UTC))


# Asked every hour, so that a laptop that sleeps at night loses no day and a day that failed is tried again. A run key
# would not do: Dagster's scheduler compares it together with the tick's own time (measured: a run a tick).
@dg.schedule(
    name="daily_upkeep",
    job=daily_upkeep,
    # Just after a poll, which has woken the database anyway.
    cron_schedule="8 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a UTC day, at the first chance: Spotify's own ranking, all checks, retention.",
)
def daily_upkeep_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    if not Settings.load().is_connected:
        return dg.SkipReason("No Spotify account is connected yet. Connect one with `brapped login`.")
    if is_under_way(context.instance, daily_upkeep.name) or was_kept_up(context.instance, datetime.now(UTC)):
        return dg.SkipReason("Today's upkeep is done or under way.")
    return dg.RunRequest()


# Three minutes after the upkeep, while the database is awake. Without an account nothing new is played: whoever imports
# an export takes the file from the page or from `brapped report`.
@dg.schedule(
    name="wrapped_reports",
    job=wrapped_reports,
    cron_schedule="11 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a UTC day: the pages of the running year and of all time, as files.",
)
def wrapped_reports_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    if not Settings.load().is_connected:
        return dg.SkipReason("No Spotify account is connected yet. Connect one with `brapped login`.")
    now = datetime.now(UTC)
    if is_under_way(context.instance, wrapped_reports.name) or has_succeeded(
        context.instance, wrapped_reports.name, now
    ):
        return dg.SkipReason("Today's pages are written or under way.")
    return dg.RunRequest(partition_key=f"{now.year}")
