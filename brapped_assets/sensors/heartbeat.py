"""The heartbeat: somebody is called after each poll, so that silence is heard."""

from typing import TYPE_CHECKING

import dagster as dg

from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.jobs import hourly_plays
from brapped_assets.notifications.heartbeat import beat
from brapped_assets.resources.neon import NeonResource

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

RUNNING = dg.DefaultSensorStatus.RUNNING


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
