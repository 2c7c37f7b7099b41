"""Hours that no poll can vouch for any more, and what becomes of a run that is asked for them."""

from datetime import datetime

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.error_to_failure import CURE, CURED_BY_A_PERSON
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse import run_stats


def refuse_lost_hours(context: dg.AssetExecutionContext, neon: NeonResource, now: datetime) -> None:
    """Raise a Failure that names the export if nothing can be known of one of this run's hours."""
    hours = context.assets_def.partitions_def
    assert isinstance(hours, dg.TimeWindowPartitionsDefinition)
    lost = _lost_hours(context, neon, now, hours.start)
    if not lost:
        return
    _keep_closed_hours(context)
    raise dg.Failure(
        f"Spotify shows only the last 50 plays: what was played in {len(lost)} of these hours ({lost[0]} to {lost[-1]} "
        "UTC) can come from Spotify's data export only. Bring it in with `brapped import`. Hours from "
        f"{partitions.look_back(now, hours.start)[0]} UTC on can be polled.",
        metadata={CURE: CURED_BY_A_PERSON},
        allow_retries=False,
    )


def _lost_hours(context: dg.AssetExecutionContext, neon: NeonResource, now: datetime, start: datetime) -> list[str]:
    """Keys of the hours before the look-back that were not closed in their time and that nothing vouches for.

    What vouches is a poll that reached back to them, or an imported export that covers them.
    """
    old = partitions.beyond_look_back(context.partition_keys, now, start)
    if not old:
        return []
    closed = context.instance.get_materialized_partitions(_beside(context, "recently_played_raw"))
    unclosed = [partitions.hour_of(key) for key in old if key not in closed]
    with neon.transaction() as tx:
        hours = run_stats.landed_by_hour(tx, unclosed)
    return [partitions.key_of(hour.hour) for hour in hours if not hour.is_vouched_for]


def _keep_closed_hours(context: dg.AssetExecutionContext) -> None:
    """Let the hours of this run that were closed before stay so: Dagster marks every hour of a run that fails.

    Those of the look-back that are open the next poll closes.
    """
    for name in ("recently_played_raw", "streaming_fact"):
        asset = _beside(context, name)
        closed = context.instance.get_materialized_partitions(asset)
        for key in context.partition_keys:
            if key in closed:
                context.log_event(dg.AssetMaterialization(asset, partition=key))


def _beside(context: dg.AssetExecutionContext, name: str) -> dg.AssetKey:
    """The key of one of ours with the prefix that this one has."""
    return dg.AssetKey([*context.asset_key.path[:-1], name])
