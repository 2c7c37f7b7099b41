"""What is done once a day, at the first chance: the upkeep, and the pages of Wrapped. Asked for after polls.

Sensors and no schedules: what is owed is a question about runs, asked when a poll has woken the database anyway. So a
laptop that sleeps at night loses no day, and a day that failed is tried again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.assets.streaming_history import FIRST_YEAR
from brapped_assets.jobs import daily_upkeep, hourly_plays, wrapped_reports
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.schedules import NOBODY, is_under_way

IMPORTED = dg.AssetKey("streaming_history")
RUNNING = dg.DefaultSensorStatus.RUNNING
EVERY_SECONDS = 60
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
# What fails of something lasting would spend calls after each poll.
REST_AFTER_FAILURE = timedelta(minutes=55)
# Runs are deleted after 30 days: two a day, and a backfill of every year.
RUNS_TO_READ = 200
# Spotify lets a device stay offline for 30 days; its plays are uploaded after that.
LONGEST_OFFLINE = timedelta(days=30)
# At UTC-12 a year ends twelve hours after it does in UTC.
LAST_ZONE = timedelta(hours=12)


def why_not(
    context: dg.SensorEvaluationContext, spotify: SpotifyResource, job_name: str, names: Names
) -> dg.SkipReason | None:
    """Why this tick does not look whether a run of this job is owed; None: a poll has ended since the last look.

    The sensor's cursor is the poll after which it looked last.
    """
    if not spotify.is_connected:
        return NOBODY
    polls = dg.RunsFilter(job_name=names.of(hourly_plays.name), statuses=ENDED)
    poll = next(iter(context.instance.get_run_records(polls, limit=1)), None)
    if poll is None or poll.dagster_run.run_id == context.cursor:
        return dg.SkipReason("No poll has ended since the last look.")
    if is_under_way(context.instance, job_name):
        return dg.SkipReason("A run is queued or running.")
    context.update_cursor(poll.dagster_run.run_id)
    tried = next(iter(context.instance.get_run_records(dg.RunsFilter(job_name=job_name), limit=1)), None)
    if (
        tried is not None
        and tried.dagster_run.status == dg.DagsterRunStatus.FAILURE
        and datetime.now(UTC) - tried.create_timestamp.astimezone(UTC) < REST_AFTER_FAILURE
    ):
        return dg.SkipReason("The last run failed within the hour; the next try is after a later poll.")
    return None


def was_kept_up(instance: dg.DagsterInstance, now: datetime, names: Names = OURS) -> bool:
    """Whether the upkeep of `now`'s UTC day has succeeded, asked for by the sensor or by `brapped sync`."""
    succeeded = dg.RunsFilter(job_name=names.of(daily_upkeep.name), statuses=[dg.DagsterRunStatus.SUCCESS])
    latest = instance.get_run_records(succeeded, limit=1)
    return bool(latest) and latest[0].create_timestamp.astimezone(UTC).date() == now.date()


def daily_upkeep_sensor(names: Names = OURS, status: dg.DefaultSensorStatus = RUNNING) -> dg.SensorDefinition:
    """A run key would not do: a day that failed is asked for again."""
    job_name = names.of(daily_upkeep.name)

    @dg.sensor(
        name=names.of("daily_upkeep"),
        job_name=job_name,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=status,
        description="Once a UTC day, after its first poll: Spotify's own ranking, all checks, retention.",
    )
    @names.bind
    def keep_up(context: dg.SensorEvaluationContext, spotify: SpotifyResource) -> dg.RunRequest | dg.SkipReason:
        if skip := why_not(context, spotify, job_name, names):
            return skip
        if was_kept_up(context.instance, datetime.now(UTC), names):
            return dg.SkipReason("Today's upkeep is done.")
        return dg.RunRequest()

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


def wrapped_reports_sensor(names: Names = OURS, status: dg.DefaultSensorStatus = RUNNING) -> dg.SensorDefinition:
    """Without an account nothing new is played: whoever imports an export takes the file from the pages."""
    job_name = names.of(wrapped_reports.name)

    @dg.sensor(
        name=names.of("wrapped_reports"),
        job_name=job_name,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=status,
        description="Once a UTC day, after its first poll: the pages of the running year, of last year until it is "
        "complete, and of all time. After an import those of all years.",
    )
    @names.bind
    def write(context: dg.SensorEvaluationContext, spotify: SpotifyResource) -> dg.RunRequest | dg.SkipReason:
        if skip := why_not(context, spotify, job_name, names):
            return skip
        owed = owed_years(context.instance, datetime.now(UTC), names)
        if not owed:
            return dg.SkipReason("Today's pages are written.")
        # One run, that of all time once: hardly ever is there a year between them that is not owed.
        return dg.RunRequest(tags=partitions.range_tags(f"{owed[0]}", f"{owed[-1]}"))

    return write
