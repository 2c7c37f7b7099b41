"""When to look for something to tell: after a run has ended, or when no poll comes any more. Asks Dagster's storage."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets.assets.error_to_failure import failed_run
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.jobs import daily_upkeep, hourly_plays, refresh_dimensions, wrapped_reports
from brapped_assets.notifications.conditions import PATIENCE, Failed
from brapped_assets.notifications.notifier import notify
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.schedules import RAW
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listener_status import STANDSTILL

# Whoever starts an import, or puts a file into the inbox, looks what comes of it.
WATCHED = [job.name for job in (hourly_plays, refresh_dimensions, daily_upkeep, wrapped_reports)]
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
# A longer pause between two ticks means that the machine slept, or that nobody was there to tick.
PAUSE = timedelta(minutes=5)
# While no poll comes, each look wakes the database for nothing else.
BETWEEN_LOOKS = timedelta(hours=1)


@dataclass(frozen=True)
class Seen:
    """The sensor's cursor: the run that ended last when it looked; instants in seconds since 1970."""

    run: str = ""
    looked_at: float = 0
    ticked_at: float = 0
    awake_since: float = 0

    @classmethod
    def of(cls, cursor: str | None) -> "Seen":
        try:
            return cls(**json.loads(cursor or "{}"))
        except (ValueError, TypeError):
            # Of another version: at worst it looks once more.
            return cls()


def is_standstill(seen: Seen, polled_at: float | None, now: float) -> bool:
    """Whether no poll has come for 3 h, on a machine that was awake long enough to poll; asked once an hour."""
    return (
        polled_at is not None
        and now - polled_at >= STANDSTILL.total_seconds()
        and now - seen.awake_since >= PATIENCE.total_seconds()
        and now - seen.looked_at >= BETWEEN_LOOKS.total_seconds()
    )


def notices_sensor(
    names: Names = OURS, status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING
) -> dg.SensorDefinition:
    """Looks after each run, and when no poll comes any more."""

    @dg.sensor(
        name=names.of("notices"),
        minimum_interval_seconds=60,
        default_status=status,
        description="Tells the owner, by BRAPPED_NOTIFY, what needs them: each thing once, and once that it is over. "
        "Looks into the warehouse after a run only, while that is awake; a standstill is seen in Dagster's own "
        "storage.",
    )
    @names.bind
    def look(context: dg.SensorEvaluationContext, spotify: SpotifyResource) -> dg.SkipReason:
        if spotify.settings.brapped_notify is None:
            return dg.SkipReason("BRAPPED_NOTIFY is not set: nobody is to be told.")
        return tick(context, spotify.settings, datetime.now(UTC), names)

    return look


def tick(context: dg.SensorEvaluationContext, settings: Settings, now: datetime, names: Names) -> dg.SkipReason:
    instance, at = context.instance, now.timestamp()
    seen = Seen.of(context.cursor)
    is_awake = at - seen.ticked_at < PAUSE.total_seconds()
    seen = Seen(seen.run, seen.looked_at, at, seen.awake_since if is_awake else at)
    newest = instance.get_run_records(dg.RunsFilter(statuses=ENDED), limit=1, order_by="update_timestamp")
    run = newest[0].dagster_run.run_id if newest else ""
    if run == seen.run and not is_standstill(seen, _polled_at(instance, names), at):
        context.update_cursor(json.dumps(asdict(seen)))
        return dg.SkipReason("Nothing has happened since the last look.")
    context.update_cursor(json.dumps(asdict(Seen(run, at, at, seen.awake_since))))
    try:
        looked = notify(settings, now, newest_failure(instance, names))
    except (SettingsError, WarehouseError, OSError) as error:
        return dg.SkipReason(str(error))
    if looked.undelivered:
        return dg.SkipReason(
            f"{looked.undelivered} could not be delivered; tried again after a run: brapped notify --test"
        )
    return dg.SkipReason(f"Looked; {looked.told} told.")


def newest_failure(instance: dg.DagsterInstance, names: Names = OURS) -> Failed | None:
    """The failure of the first job whose newest run failed; None while every newest run succeeded."""
    for job_name in map(names.of, WATCHED):
        newest = instance.get_run_records(dg.RunsFilter(job_name=job_name, statuses=ENDED), limit=1)
        if newest and newest[0].dagster_run.status == dg.DagsterRunStatus.FAILURE:
            run_id = newest[0].dagster_run.run_id
            steps = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
            if not steps:
                # Killed, or over its time: the next one does its work.
                return Failed(job_name, "It was stopped before its end.", cures_itself=True)
            event = steps[-1].dagster_event
            return failed_run(job_name, event.step_failure_data if event else None)
    return None


def _polled_at(instance: dg.DagsterInstance, names: Names) -> float | None:
    newest = instance.fetch_materializations(names.key(RAW), limit=1).records
    return newest[0].timestamp if newest else None
