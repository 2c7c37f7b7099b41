"""Ask, write, report: pictures and genres of artists, one call each, most played first, inside the daily budget."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.backlog_level import backlog_level
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.external_assets import spotify_web_api
from brapped_assets.assets.recently_played_raw import SPOTIFY_POOL
from brapped_assets.assets.spotify_lookup import Kind, look_up
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.spotify import Artist, SpotifyClient
from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.lookup_queue import ARTISTS

TABLE = "star.artist_dim"


@dg.asset(
    # After the tracks: they bring in artists, and leave over some of the run's calls.
    deps=[track_dim, spotify_web_api],
    pool=SPOTIFY_POOL,
    # No new artist is no staleness: only a machinery that stood still for a week is worth a warning.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=False),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("artist_dim"),
)
def artist_dim(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> dg.MaterializeResult[None]:
    """One row per artist. Asked again after 90 days; an id Spotify does not know, after a month."""
    started = perf_counter()
    with as_dagster_failures():
        artists = look_up(context, spotify, neon, Kind(ARTISTS, _ask, _save))
        with neon.transaction() as tx:
            table = table_metadata.contents(tx, TABLE)
            level = backlog_level(tx, spotify, datetime.now(UTC))
            spent = table_metadata.spent(tx, spotify, started)
    context.log.info("Artists looked up: %s.", artists)
    return dg.MaterializeResult(
        metadata={
            **table,
            **level,
            "artists_asked": artists.asked,
            "artists_unknown": artists.unknown,
            "artists_failed": artists.failed,
            **spent,
        }
    )


def _ask(client: SpotifyClient, artist_id: str) -> Artist | None:
    return client.artist(artist_id)


def _save(tx: Connection, artist_id: str, artist: Artist, now: datetime) -> None:
    dimensions.save_artist(tx, artist_id, name=artist.name, genres=artist.genres, image_url=artist.image_url, now=now)
