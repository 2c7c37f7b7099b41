"""Read what has landed, ask for what has not, report.

A page of plays carries whole track objects: only tracks that nothing but an export names cost a call each.
"""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.external_assets import spotify_web_api
from brapped_assets.assets.recently_played_raw import SPOTIFY_POOL
from brapped_assets.assets.spotify_lookup import Kind, look_up, share_of_tracks
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.spotify import SpotifyClient
from brapped_assets.warehouse import dimensions, landed_plays, run_stats
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.lookup_queue import TRACKS, backlog

TABLE = "star.track_dim"


@dg.asset(
    # After it, no more: the level tells what is due, and a poll without a new track makes no track old. Of its first
    # hour, which no later poll writes again: Dagster would call this table out of date after each of them.
    deps=[dg.AssetDep(streaming_fact, partition_mapping=partitions.only_first_hour), spotify_web_api],
    pool=SPOTIFY_POOL,
    # No new track is no staleness: only a machinery that stood still for a week is worth a warning.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=False),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("track_dim"),
)
def track_dim(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> dg.MaterializeResult[None]:
    """One row per track, with its album (`star.album_dim`) and its credits (`star.track_artist`).

    A track is asked for once; an id Spotify does not know, again after a month.
    """
    started = perf_counter()
    with as_dagster_failures():
        payloads_read = _read(neon)
        with neon.transaction() as tx:
            artists_due = backlog(tx, datetime.now(UTC)).artists
        tracks = look_up(context, spotify, neon, Kind(TRACKS, _ask, _save), share=share_of_tracks(artists_due))
        if tracks.asked:
            payloads_read += _read(neon)
        with neon.transaction() as tx:
            albums, credits_ = run_stats.rows(tx, "star.album_dim"), run_stats.rows(tx, "star.track_artist")
            table = table_metadata.contents(tx, TABLE)
            spent = table_metadata.spent(tx, spotify, started)
    context.log.info("Payloads read: %d. Tracks looked up: %s.", payloads_read, tracks)
    return dg.MaterializeResult(
        metadata={
            **table,
            "payloads_read": payloads_read,
            "albums": albums,
            "credits": credits_,
            "tracks_asked": tracks.asked,
            "tracks_unknown": tracks.unknown,
            "tracks_failed": tracks.failed,
            **spent,
            "read_at": dg.MetadataValue.timestamp(datetime.now(UTC)),
        }
    )


def _read(neon: NeonResource) -> int:
    """Read every landed payload; returns how many."""
    payloads_read = 0
    while True:
        # A transaction a batch: a kill costs the batch, which stays marked as unread.
        with neon.transaction() as tx:
            batch = dimensions.apply_payloads(tx)
        payloads_read += batch
        if batch < dimensions.PAYLOADS_A_BATCH:
            return payloads_read


def _ask(client: SpotifyClient, track_id: str) -> dict[str, Any] | None:
    return client.track(track_id)


def _save(tx: Connection, track_id: str, track: dict[str, Any], now: datetime) -> None:
    """Landed as what was played, whatever id the answer has, and read with all others."""
    landed_plays.land_tracks(tx, [(track_id, track)], now)
