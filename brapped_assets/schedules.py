"""When we ask: a poll every 20 minutes; the day's upkeep and the reports once a day."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets import partitions
from brapped_assets.jobs import IS_DEMO, daily_upkeep, hourly_plays, wrapped_reports
from brapped_assets.settings import Settings

RAW, IMPORTED = dg.AssetKey("recently_played_raw"), dg.AssetKey("streaming_history")
# Nobody who looks at the demo waits for a quarter of an hour.
AT_ONCE = "* * * * *"
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
# Runs are deleted after 30 days: two a day, and a backfill of every year.
RUNS_TO_READ = 200
# Spotify lets a device stay offline for 30 days; its plays are uploaded after that.
LONGEST_OFFLINE = timedelta(days=30)
# At UTC-12 a year ends twelve hours after it does in UTC.
LAST_ZONE = timedelta(hours=12)


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


def why_not(instance: dg.DagsterInstance, job_name: str, under_way: str) -> dg.SkipReason | None:
    """Why a tick asks for no run of this job: nobody has logged in, or, in the words `under_way`, one is going on."""
    if not Settings.load().is_connected:
        return dg.SkipReason("No Spotify account is connected yet. Connect one with `brapped login`.")
    return dg.SkipReason(under_way) if is_under_way(instance, job_name) else None


def was_kept_up(instance: dg.DagsterInstance, now: datetime) -> bool:
    """Whether the upkeep of `now`'s UTC day has succeeded, asked for by the schedule or by `brapped sync`."""
    succeeded = dg.RunsFilter(job_name=daily_upkeep.name, statuses=[dg.DagsterRunStatus.SUCCESS])
    latest = instance.get_run_records(succeeded, limit=1)
    return bool(latest) and latest[0].create_timestamp.astimezone(UTC).date() == now.date()


def next_poll(instance: dg.DagsterInstance, now: datetime) -> dg.RunRequest | dg.SkipReason:
    """The one run that closes every hour still open, or polls the newest again; at most one at a time."""
    under_way = "An earlier poll is queued or running; it polls for this tick too."
    if skip := why_not(instance, hourly_plays.name, under_way):
        return skip
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
    cron_schedule=AT_ONCE if IS_DEMO else "8 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a UTC day, at the first chance: Spotify's own ranking, all checks, retention.",
)
def daily_upkeep_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    done = "Today's upkeep is done or under way."
    if skip := why_not(context.instance, daily_upkeep.name, done):
        return skip
    return dg.SkipReason(done) if was_kept_up(context.instance, datetime.now(UTC)) else dg.RunRequest()


def settled_at(year: int) -> datetime:
    """When a year is over in every zone and every play of it has been uploaded, UTC."""
    return datetime(year + 1, 1, 1, tzinfo=UTC) + LAST_ZONE + LONGEST_OFFLINE


def owed_years(instance: dg.DagsterInstance, now: datetime) -> list[int]:
    """The years whose pages are to be written now, oldest first.

    The running year is owed once a UTC day. An earlier year is owed once a UTC day until its page was written after the
    year was settled and after the first poll since then: a machine that slept polls what it missed after it wakes. Last
    year is owed again after an import, and when Dagster no longer remembers that its page was written.
    """
    newest = _newest_success(instance)
    years = [year for year in sorted({*newest, now.year - 1, now.year}) if partitions.years.start.year <= year]
    return [
        year
        for year in years
        if year <= now.year
        and ((written_at := newest.get(year)) is None or written_at.date() != now.date())
        and (year == now.year or written_at is None or written_at < _complete_from(instance, year, now))
    ]


def _newest_success(instance: dg.DagsterInstance) -> dict[int, datetime]:
    """When the newest run that wrote a year's page was asked for, by year, UTC."""
    written = dg.RunsFilter(job_name=wrapped_reports.name, statuses=[dg.DagsterRunStatus.SUCCESS])
    newest: dict[int, datetime] = {}
    for record in instance.get_run_records(written, limit=RUNS_TO_READ):
        for year in _years_of(record.dagster_run.tags):
            newest.setdefault(year, record.create_timestamp.astimezone(UTC))
    return newest


def _years_of(tags: Mapping[str, str]) -> range:
    """The years that a run with these tags writes."""
    only = tags.get(partitions.PARTITION, "")
    first, last = tags.get(partitions.RANGE_START, only), tags.get(partitions.RANGE_END, only)
    return range(int(first), int(last) + 1) if first.isdecimal() and last.isdecimal() else range(0)


def _complete_from(instance: dg.DagsterInstance, year: int, now: datetime) -> datetime:
    """The instant (UTC) from which on a page of this year holds all of it, as far as is known now."""
    polled = dg.RunsFilter(
        job_name=hourly_plays.name, statuses=[dg.DagsterRunStatus.SUCCESS], created_after=settled_at(year)
    )
    first = instance.get_run_records(polled, limit=1, ascending=True)
    complete_from = first[0].create_timestamp.astimezone(UTC) if first else settled_at(year)
    imported = instance.get_latest_materialization_event(IMPORTED) if year == now.year - 1 else None
    return max(complete_from, datetime.fromtimestamp(imported.timestamp, UTC)) if imported else complete_from


# Three minutes after the upkeep, while the database is awake. Without an account nothing new is played: whoever imports
# an export takes the file from the page or from `brapped report`.
@dg.schedule(
    name="wrapped_reports",
    job=wrapped_reports,
    cron_schedule=AT_ONCE if IS_DEMO else "11 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a UTC day: the pages of the running year, of last year until it is complete, and of all time.",
)
def wrapped_reports_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    done = "Today's pages are written or under way."
    if skip := why_not(context.instance, wrapped_reports.name, done):
        return skip
    owed = owed_years(context.instance, datetime.now(UTC))
    if not owed:
        return dg.SkipReason(done)
    # One run, that of all time once: hardly ever is there a year between them that is not owed.
    return dg.RunRequest(tags=partitions.range_tags(f"{owed[0]}", f"{owed[-1]}"))
