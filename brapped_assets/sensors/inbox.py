"""When an export in the inbox is imported: once nothing in it grows any more."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import dagster as dg

from brapped_assets.assets.error_to_failure import failed_run
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.jobs import import_history
from brapped_assets.resources.neon import NeonResource
from brapped_assets.schedules import is_under_way
from brapped_assets.sensors.dimensions import REST_AFTER_FAILURE
from brapped_assets.transfer.inbox import inbox, state

RUNNING = dg.DefaultSensorStatus.RUNNING
# On a run: for which state it was asked.
STATE_TAG = "brapped/inbox"
DONE = dg.SkipReason("What lies in the inbox was imported, or refused, as it is.")


@dataclass(frozen=True)
class InboxSeen:
    """The sensor's cursor: the state of the inbox at the last tick, and the one a run was asked for last."""

    state: str | None = None
    asked_for: str | None = None

    @classmethod
    def of(cls, cursor: str | None) -> "InboxSeen":
        with suppress(ValueError, TypeError):
            return cls(**json.loads(cursor or "{}"))
        # Of another version: at worst the same files are imported again, which changes nothing.
        return cls()


def inbox_sensor(names: Names = OURS, status: dg.DefaultSensorStatus = RUNNING) -> dg.SensorDefinition:
    """Asks for one import of what lies in the inbox, and for another when that has changed."""
    job_name = names.of(import_history.name)

    @dg.sensor(
        name=names.of("inbox"),
        job_name=job_name,
        minimum_interval_seconds=30,
        default_status=status,
        description="Imports what lies in the folder `exports` of the home, once no file there grows any more. A file "
        "that was refused is not tried again until something in the folder changes.",
    )
    @names.bind
    def watch(context: dg.SensorEvaluationContext, neon: NeonResource) -> dg.RunRequest | dg.SkipReason:
        folder = inbox(neon.settings.brapped_home)
        seen, now = InboxSeen.of(context.cursor), state(folder)
        if now is None:
            context.update_cursor(json.dumps(asdict(InboxSeen())))
            return dg.SkipReason(f"The inbox is empty. Put a data export of Spotify's into {folder}.")
        if is_under_way(context.instance, job_name):
            return dg.SkipReason("An import is queued or running.")
        if now != seen.state:
            context.update_cursor(json.dumps(asdict(InboxSeen(now, seen.asked_for))))
            return dg.SkipReason("Something new lies in the inbox. It is imported once it no longer grows.")
        key = now if now != seen.asked_for else _again(context.instance, job_name, now)
        if isinstance(key, dg.SkipReason):
            return key
        context.update_cursor(json.dumps(asdict(InboxSeen(now, now))))
        return dg.RunRequest(run_key=key, tags={STATE_TAG: now})

    return watch


def _again(instance: dg.DagsterInstance, job_name: str, asked_for: str) -> str | dg.SkipReason:
    """The key of another run for a state whose last one failed of what passes by itself, or why none is due."""
    tried = dg.RunsFilter(job_name=job_name, tags={STATE_TAG: asked_for})
    latest = next(iter(instance.get_run_records(tried, limit=1)), None)
    if latest is not None and latest.dagster_run.status == dg.DagsterRunStatus.CANCELED:
        return dg.SkipReason(f"Somebody ended the import of the inbox. Launch {job_name} to let it go on.")
    if latest is None or latest.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return DONE
    failures = instance.all_logs(latest.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    # Without a failed step it was cut off: it goes on where it was.
    if not all(failed_run(job_name, one.get_dagster_event().step_failure_data).cures_itself for one in failures):
        return DONE
    if datetime.now(UTC).timestamp() - (latest.end_time or 0) < REST_AFTER_FAILURE.total_seconds():
        return dg.SkipReason("The last import failed a moment ago; the next try is in a quarter of an hour.")
    return f"{asked_for} after {latest.dagster_run.run_id}"
