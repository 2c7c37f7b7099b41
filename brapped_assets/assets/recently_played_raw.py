"""Poll, land, report: the newest plays of every listener, kept as served."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures, asked_partitions
from brapped_assets.assets.external_assets import spotify_web_api
from brapped_assets.assets.lost_hours import refuse_lost_hours
from brapped_assets.assets.merging import merge_everybody
from brapped_assets.assets.polling import poll_shard
from brapped_assets.assets.shards import shard_of
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listener_status import STANDSTILL

TABLE = "raw.recently_played"
SPOTIFY_POOL = "spotify_api"


@dg.asset(
    deps=[spotify_web_api],
    partitions_def=partitions.hours,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=SPOTIFY_POOL,
    # A postponed poll materializes nothing: its hours stay open for the next.
    output_required=False,
    # A poll every 20 minutes closes each hour within 5 minutes of its end: two hours without one is a missed beat.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=STANDSTILL, warn_window=timedelta(hours=2)),
    group_name="listening",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("recently_played_raw"),
)
def recently_played_raw(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row per play and listener, as Spotify served it.

    Partition H means *polled after hour H had ended*: a poll asks for the newest 50 plays, without a cursor, and lands
    every one not seen before, whichever hour it belongs to. So one poll closes every hour still open. Hours that ended
    more than 72 hours ago and were not polled in time are refused: only an export can tell of them. A run with the tag
    `brapped/shard` polls a part of the listeners; the last such run closes the hours.
    """
    started = perf_counter()
    now = datetime.now(UTC)
    shard = shard_of(context.run.tags)
    hours = [partitions.hour_of(key) for key in asked_partitions(context)]
    with as_dagster_failures():
        refuse_lost_hours(context, neon, now)
        # Where the hours stay open `streaming_fact` does not run: what landed is merged here, so that nobody waits for
        # somebody else's trouble.
        try:
            polled = poll_shard(context, spotify, neon, shard, now)
        except Exception:
            with suppress(WarehouseError):
                merge_everybody(neon, shard)
            raise
        if polled is None:
            merge_everybody(neon, shard)
            return
        with neon.transaction() as tx:
            by_hour = run_stats.landed_by_hour(tx, hours)
            table = table_metadata.contents(tx, TABLE)
            spent = table_metadata.spent(tx, spotify, started)

    context.log.info(
        "Listeners asked: %d. Items served: %d, of them new plays: %d, gaps found: %d. Calls left today: %d.",
        *(polled.listeners, polled.items, polled.landed, polled.gaps, spent["calls_left_today"]),
    )
    for hour in by_hour:
        context.add_asset_metadata(
            {"dagster/partition_row_count": hour.plays, "is_vouched_for": hour.is_vouched_for},
            partition_key=partitions.key_of(hour.hour),
        )
    # Once a run, on its newest hour: Dagster would repeat a result's numbers on every hour of a range, and once more in
    # the event of the step's output.
    context.add_asset_metadata(
        {
            **table,
            **polled.numbers(),
            **spent,
        },
        partition_key=context.partition_keys[-1],
    )
    yield dg.MaterializeResult()
