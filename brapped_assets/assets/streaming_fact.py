"""Merge, report: every landed play becomes a row of the fact."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.backlog_level import DUE, backlog_level
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures, asked_partitions
from brapped_assets.assets.lost_hours import refuse_lost_hours
from brapped_assets.assets.merging import merge_everybody
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.listener_status import STANDSTILL

TABLE = "star.streaming_fact"
# What a poll tells of a play; the rest is an export's, or what the merge finds out.
FROM_RAW = {
    "listener_id": "raw.recently_played.listener_id",
    **dict.fromkeys(
        ("played_at", "api_at", "played_at_local", "played_on", "played_hour", "ms_played"),
        "raw.recently_played.played_at",
    ),
    **dict.fromkeys(("track_key", "api_track_key"), "raw.recently_played.track_ref"),
    "api_duration_ms": "raw.recently_played.payload_key",
    "api_context_key": "raw.recently_played.context_key",
}


@dg.asset(
    deps=[recently_played_raw],
    partitions_def=partitions.hours,
    backfill_policy=dg.BackfillPolicy.single_run(),
    # As its source: every poll is merged in the same run.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=STANDSTILL, warn_window=timedelta(hours=2)),
    group_name="listening",
    kinds={"postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata=table_metadata.definition(TABLE, FROM_RAW),
    code_version=code_version("streaming_fact"),
)
def streaming_fact(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row per play of a listener, by the instant it ended.

    Partition H is the poll after hour H; the rows it adds may belong to any hour. What is merged is what is marked as
    not merged yet, so that doing it again, or not having done it, loses and doubles nothing.
    """
    started = perf_counter()
    hours = [partitions.hour_of(key) for key in asked_partitions(context)]
    with as_dagster_failures():
        refuse_lost_hours(context, neon, datetime.now(UTC))
        added = merge_everybody(neon)
        with neon.transaction() as tx:
            by_hour = run_stats.plays_by_hour(tx, hours)
            table = table_metadata.contents(tx, TABLE)
            level = backlog_level(tx, spotify, datetime.now(UTC))

    context.log.info("Plays added: %d. Waiting to be looked up now: %d.", added, level[DUE].value)
    for hour in by_hour:
        context.add_asset_metadata(
            {
                "dagster/partition_row_count": hour.plays,
                "counted_plays": hour.counted_plays,
                "minutes_played": round(hour.ms_played / 60_000, 1),
                "plays_from_api": hour.plays_from_api,
                "plays_from_export": hour.plays_from_export,
                "plays_from_both": hour.plays_from_both,
            },
            partition_key=partitions.key_of(hour.hour),
        )
    # Once a run, on its newest hour, whose event is the newest: there the sensor finds the level.
    context.add_asset_metadata(
        {**table, **level, "plays_added": added, "seconds": round(perf_counter() - started, 3)},
        partition_key=context.partition_keys[-1],
    )
    yield dg.MaterializeResult()
