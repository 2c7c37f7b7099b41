"""Everything Dagster sees, for a code location of our own or of somebody else's.

Importing it touches nothing outside. What is wrong with the settings is said by whatever uses them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.code_location.asset_list import ASSETS, CHECKS, EXTERNAL
from brapped_assets.code_location.code_links import linked
from brapped_assets.code_location.renaming import renamed_asset, renamed_checks, renamed_jobs, renamed_spec
from brapped_assets.jobs import (
    daily_upkeep,
    hourly_plays,
    import_history,
    refresh_dimensions,
    refresh_tags,
    wrapped_reports,
)
from brapped_assets.partitions import START
from brapped_assets.resources.musicbrainz import MusicBrainzResource
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.schedules import hourly_plays_schedule
from brapped_assets.sensors.artist_tags import refresh_tags_sensor
from brapped_assets.sensors.daily import daily_upkeep_sensor, wrapped_reports_sensor
from brapped_assets.sensors.dimensions import refresh_dimensions_sensor
from brapped_assets.sensors.heartbeat import heartbeat_sensor
from brapped_assets.sensors.inbox import inbox_sensor
from brapped_assets.sensors.notifications import notices_sensor
from brapped_assets.settings import whole_hour_in_utc

JOBS = [hourly_plays, import_history, refresh_dimensions, refresh_tags, daily_upkeep, wrapped_reports]


def build_defs(
    *,
    first_hour: datetime,
    resources: Mapping[str, Any] | None = None,
    key_prefix: str | Sequence[str] = (),
    executor: dg.ExecutorDefinition | None = None,
    is_on: bool = True,
    git_url: str | None = None,
    git_branch: str = "main",
) -> dg.Definitions:
    """All of it, for a code location: also somebody else's, by `dg.Definitions.merge`, and several times in one.

    The hours begin at `first_hour`, a constant: moving it later orphans what is materialized. `resources` are a `neon`,
    a `spotify` and a `musicbrainz`; those that are absent go by Brapped's settings. With a `key_prefix` assets have it
    before their keys; groups, jobs, schedules, sensors, resources and pools have it before their names. Without an
    `executor` it is the code location's own. Unless `is_on` schedules and sensors wait until somebody switches them on.
    Each asset is linked to its code, on this machine, or in the repository at `git_url`
    (`https://github.com/owner/name`, or GitLab).
    """
    start = whole_hour_in_utc(first_hour)
    names = Names((key_prefix,) if isinstance(key_prefix, str) else tuple(key_prefix))
    # "At launch" is Dagster's word for one that others depend on: a run then has one connection, not one for each.
    neon = (resources or {}).get("neon") or NeonResource.configure_at_launch()
    given = {
        "neon": neon,
        "spotify": SpotifyResource(neon=neon),
        "musicbrainz": MusicBrainzResource(neon=neon),
        **(resources or {}),
    }
    assets, external, checks, jobs = linked(ASSETS, git_url, git_branch), EXTERNAL, CHECKS, JOBS
    if names != OURS or start != START:
        jobs = renamed_jobs(JOBS, dg.Definitions(assets=ASSETS, asset_checks=CHECKS, resources=given), names)
        assets = [renamed_asset(asset, names, start) for asset in assets]
        external = [renamed_spec(spec, names, start) for spec in EXTERNAL]
        checks = [renamed_checks(each, names) for each in CHECKS]
    schedules_are = dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED
    sensors_are = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED
    return dg.Definitions(
        assets=[*assets, *external],
        asset_checks=checks,
        jobs=jobs,
        schedules=[hourly_plays_schedule(names, start, schedules_are)],
        sensors=[
            daily_upkeep_sensor(names, sensors_are),
            wrapped_reports_sensor(names, sensors_are),
            refresh_dimensions_sensor(names, sensors_are),
            refresh_tags_sensor(names, sensors_are),
            inbox_sensor(names, sensors_are),
            heartbeat_sensor(jobs[0], names, sensors_are),
            notices_sensor(names, sensors_are),
        ],
        resources={names.of(name): resource for name, resource in given.items()},
        executor=executor,
    )
