"""When the dimensions are refreshed (while the newest level says that something is due); the inbox; the heartbeat."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.assets.failures import failed_run
from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.jobs import hourly_plays, import_history, refresh_dimensions
from brapped_assets.notifications.heartbeat import beat
from brapped_assets.resources.neon import NeonResource
from brapped_assets.schedules import UNFINISHED, is_under_way
from brapped_assets.transfer.inbox import inbox, state

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

RUNNING = dg.DefaultSensorStatus.RUNNING
# All write the level: the fact, the exports and the ranking find new work, the artists say how much is left over. An
# import by the command writes one too, once Dagster's storage is there.
LEVEL_WRITERS = [dg.AssetKey(name) for name in ("streaming_fact", "streaming_history", "spotify_top", "artist_dim")]
# A refresh that failed writes no level; asking again at once would fail in a loop.
REST_AFTER_FAILURE = timedelta(minutes=15)
# On a run: for which state it was asked.
STATE_TAG = "brapped/inbox"


def is_due(level: dict[str, Any], now: datetime) -> bool:
    """Whether a level (metadata of a materialization) asks for a refresh at `now`."""
    next_due_at = level.get(NEXT_DUE_AT)
    return bool(level.get(DUE)) or (next_due_at is not None and next_due_at <= now.timestamp())


def newest_level(instance: dg.DagsterInstance, names: Names = OURS) -> dict[str, Any]:
    """The level written last, as plain values; empty when nothing was ever materialized."""
    records = [
        record for key in LEVEL_WRITERS for record in instance.fetch_materializations(names.key(key), limit=1).records
    ]
    if not records:
        return {}
    # By their place in the log: after a clock that was ahead for a while, the latest instant is not the newest event.
    newest = max(records, key=lambda record: record.storage_id).asset_materialization
    assert newest is not None
    return {name: value.value for name, value in newest.metadata.items() if name in (DUE, NEXT_DUE_AT)}


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
        now = datetime.now(UTC)
        if not is_due(newest_level(context.instance, names), now):
            return dg.SkipReason("Nothing is due.")
        latest = context.instance.get_run_records(dg.RunsFilter(job_name=job_name), limit=1)
        if latest and latest[0].dagster_run.status in UNFINISHED:
            return dg.SkipReason("A refresh is queued or running.")
        if latest and latest[0].dagster_run.status == dg.DagsterRunStatus.FAILURE:
            ended_at = latest[0].end_time
            if ended_at is not None and now.timestamp() - ended_at < REST_AFTER_FAILURE.total_seconds():
                return dg.SkipReason("The last refresh failed a moment ago; the next try is in a quarter of an hour.")
        return dg.RunRequest()

    return refresh


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
        if key is None:
            return dg.SkipReason("What lies in the inbox was imported, or refused, as it is.")
        context.update_cursor(json.dumps(asdict(InboxSeen(now, now))))
        return dg.RunRequest(run_key=key, tags={STATE_TAG: now})

    return watch


def _again(instance: dg.DagsterInstance, job_name: str, asked_for: str) -> str | None:
    """The key of another run for a state whose last one failed of what passes by itself; None: there is none due."""
    tried = dg.RunsFilter(job_name=job_name, tags={STATE_TAG: asked_for})
    latest = next(iter(instance.get_run_records(tried, limit=1)), None)
    if latest is None or latest.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return None
    if datetime.now(UTC).timestamp() - (latest.end_time or 0) < REST_AFTER_FAILURE.total_seconds():
        return None
    failures = instance.all_logs(latest.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    # Without a failed step it was cut off: it goes on where it was.
    passes = all(failed_run(job_name, one.get_dagster_event().step_failure_data).cures_itself for one in failures)
    return f"{asked_for} after {latest.dagster_run.run_id}" if passes else None


def heartbeat_sensor(
    polls: "UnresolvedAssetJobDefinition" = hourly_plays,
    names: Names = OURS,
    status: dg.DefaultSensorStatus = RUNNING,
) -> dg.SensorDefinition:
    """A sensor and not a hook: a hook would write an event with each step, also where nobody has set a URL."""

    @dg.run_status_sensor(
        name=names.of("heartbeat"),
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[polls],
        minimum_interval_seconds=30,
        default_status=status,
        description="Calls BRAPPED_HEARTBEAT_URL after every poll that succeeded.",
    )
    @names.bind
    def tell(context: dg.RunStatusSensorContext, neon: NeonResource) -> dg.SkipReason | None:
        url = neon.settings.brapped_heartbeat_url
        if url is None:
            return dg.SkipReason("BRAPPED_HEARTBEAT_URL is not set.")
        run_id = context.dagster_run.run_id
        if not context.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
            return dg.SkipReason("The poll was postponed.")
        unheard = beat(url)
        return dg.SkipReason(unheard) if unheard else None

    return tell
