"""When we ask: a poll every 20 minutes; the day's upkeep and the reports once a day."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.assets.shards import TAG, all_shards
from brapped_assets.assets.streaming_history import FIRST_YEAR
from brapped_assets.jobs import daily_upkeep, hourly_plays, wrapped_reports
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.settings import NOT_CONNECTED, is_demo_home

RAW, IMPORTED = dg.AssetKey("recently_played_raw"), dg.AssetKey("streaming_history")
RUNNING = dg.DefaultScheduleStatus.RUNNING
NOBODY = dg.SkipReason(NOT_CONNECTED)
# Nobody who looks at the demo waits for a quarter of an hour.
IS_DEMO = is_demo_home()
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


def closed_hours(instance: dg.DagsterInstance, candidates: Collection[str], names: Names = OURS) -> set[str]:
    """Which of these hours are materialized. Reads these only, so that a decade of hours costs nothing."""
    if not candidates:
        return set()
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=names.key(RAW), asset_partitions=list(candidates)),
        limit=MATERIALIZATIONS_TO_READ,
    )
    return {record.partition_key for record in found.records if record.partition_key}


def is_under_way(instance: dg.DagsterInstance, job_name: str, tags: Mapping[str, str] | None = None) -> bool:
    """Whether a run of this job, with these tags, is queued or running."""
    wanted = dg.RunsFilter(job_name=job_name, statuses=UNFINISHED, tags=tags)
    return bool(instance.get_run_ids(wanted, limit=1))


def why_not(
    instance: dg.DagsterInstance, spotify: SpotifyResource, job_name: str, under_way: str
) -> dg.SkipReason | None:
    """Why a tick asks for no run of this job: nobody has logged in, or, in the words `under_way`, one is going on."""
    if not spotify.is_connected:
        return NOBODY
    return dg.SkipReason(under_way) if is_under_way(instance, job_name) else None


def was_kept_up(instance: dg.DagsterInstance, now: datetime, names: Names = OURS) -> bool:
    """Whether the upkeep of `now`'s UTC day has succeeded, asked for by the schedule or by `brapped sync`."""
    succeeded = dg.RunsFilter(job_name=names.of(daily_upkeep.name), statuses=[dg.DagsterRunStatus.SUCCESS])
    latest = instance.get_run_records(succeeded, limit=1)
    return bool(latest) and latest[0].create_timestamp.astimezone(UTC).date() == now.date()


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


def daily_upkeep_schedule(names: Names = OURS, status: dg.DefaultScheduleStatus = RUNNING) -> dg.ScheduleDefinition:
    """Asked every hour, so that a laptop that sleeps at night loses no day and a day that failed is tried again.

    A run key would not do: Dagster's scheduler compares it together with the tick's own time (measured: a run a tick).
    """

    @dg.schedule(
        name=names.of("daily_upkeep"),
        job_name=names.of(daily_upkeep.name),
        # Just after a poll, which has woken the database anyway.
        cron_schedule=AT_ONCE if IS_DEMO else "8 * * * *",
        execution_timezone="UTC",
        default_status=status,
        description="Once a UTC day, at the first chance: Spotify's own ranking, all checks, retention.",
    )
    @names.bind
    def keep_up(context: dg.ScheduleEvaluationContext, spotify: SpotifyResource) -> dg.RunRequest | dg.SkipReason:
        done = "Today's upkeep is done or under way."
        if skip := why_not(context.instance, spotify, names.of(daily_upkeep.name), done):
            return skip
        return dg.SkipReason(done) if was_kept_up(context.instance, datetime.now(UTC), names) else dg.RunRequest()

    return keep_up


def settled_at(year: int) -> datetime:
    """When a year is over in every zone and every play of it has been uploaded, UTC."""
    return datetime(year + 1, 1, 1, tzinfo=UTC) + LAST_ZONE + LONGEST_OFFLINE


def owed_years(instance: dg.DagsterInstance, now: datetime, names: Names = OURS) -> list[int]:
    """The years whose pages are to be written now, oldest first.

    The running year is owed once a UTC day. An earlier year is owed once a UTC day until its page was written after the
    year was settled and after the first poll since then: a machine that slept polls what it missed after it wakes.
    After an import every year from the first play on is owed; so is one of which Dagster no longer remembers that its
    page was written.
    """
    newest = _newest_success(instance, names)
    imported = instance.get_latest_materialization_event(names.key(IMPORTED))
    imported_at = datetime.fromtimestamp(imported.timestamp, UTC) if imported else None
    first = min(_first_year(imported) or now.year, now.year - 1)
    years = [
        year
        for year in sorted({*newest, *range(first, now.year + 1)})
        if partitions.years.start.year <= year <= now.year
    ]
    return [
        year
        for year in years
        if ((written_at := newest.get(year)) is None or written_at.date() != now.date())
        and (year == now.year or written_at is None or written_at < _complete_from(instance, year, imported_at, names))
    ]


def _first_year(imported: dg.EventLogEntry | None) -> int | None:
    """The year of the first play, as the newest import tells it."""
    told = imported.asset_materialization.metadata if imported and imported.asset_materialization else {}
    year = told[FIRST_YEAR].value if FIRST_YEAR in told else None
    return year if isinstance(year, int) else None


def _newest_success(instance: dg.DagsterInstance, names: Names) -> dict[int, datetime]:
    """When the newest run that wrote a year's page was asked for, by year, UTC."""
    written = dg.RunsFilter(job_name=names.of(wrapped_reports.name), statuses=[dg.DagsterRunStatus.SUCCESS])
    newest: dict[int, datetime] = {}
    for record in instance.get_run_records(written, limit=RUNS_TO_READ):
        for year in _years_of(record.dagster_run.tags):
            newest.setdefault(year, record.create_timestamp.astimezone(UTC))
    return newest


def _years_of(tags: Mapping[str, str]) -> range:
    """The years that a run with these tags writes."""
    first, last = partitions.range_of(tags) or ("", "")
    return range(int(first), int(last) + 1) if first.isdecimal() and last.isdecimal() else range(0)


def _complete_from(instance: dg.DagsterInstance, year: int, imported_at: datetime | None, names: Names) -> datetime:
    """The instant (UTC) from which on a page of this year holds all of it, as far as is known now."""
    polled = dg.RunsFilter(
        job_name=names.of(hourly_plays.name),
        statuses=[dg.DagsterRunStatus.SUCCESS],
        created_after=settled_at(year),
    )
    first = instance.get_run_records(polled, limit=1, ascending=True)
    complete_from = first[0].create_timestamp.astimezone(UTC) if first else settled_at(year)
    return max(complete_from, imported_at) if imported_at else complete_from


def wrapped_reports_schedule(names: Names = OURS, status: dg.DefaultScheduleStatus = RUNNING) -> dg.ScheduleDefinition:
    """Three minutes after the upkeep, while the database is awake.

    Without an account nothing new is played: whoever imports an export takes the file from the page or from
    `brapped report`.
    """

    @dg.schedule(
        name=names.of("wrapped_reports"),
        job_name=names.of(wrapped_reports.name),
        cron_schedule=AT_ONCE if IS_DEMO else "11 * * * *",
        execution_timezone="UTC",
        default_status=status,
        description="Once a UTC day: the pages of the running year, of last year until it is complete, and of all "
        "time.",
    )
    @names.bind
    def write(context: dg.ScheduleEvaluationContext, spotify: SpotifyResource) -> dg.RunRequest | dg.SkipReason:
        done = "Today's pages are written or under way."
        if skip := why_not(context.instance, spotify, names.of(wrapped_reports.name), done):
            return skip
        owed = owed_years(context.instance, datetime.now(UTC), names)
        if not owed:
            return dg.SkipReason(done)
        # One run, that of all time once: hardly ever is there a year between them that is not owed.
        return dg.RunRequest(tags=partitions.range_tags(f"{owed[0]}", f"{owed[-1]}"))

    return write
