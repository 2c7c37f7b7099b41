"""Ask, write, report: Spotify's own ranking, six calls a day. It has no counts and is never part of a total."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import get_args
from zoneinfo import ZoneInfo

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.backlog_level import backlog_level
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.external_assets import spotify_web_api
from brapped_assets.assets.recently_played_raw import SPOTIFY_POOL
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import ConnectedListener, SpotifyResource
from brapped_assets.spotify import (
    ConsentNeeded,
    Malformed,
    Postponed,
    Refused,
    SpotifyError,
    TimeRange,
    TopArtist,
    TopTrack,
    Transient,
)
from brapped_assets.warehouse import dimensions, landed_plays

TABLE = "star.spotify_top"


@dg.asset(
    deps=[spotify_web_api],
    pool=SPOTIFY_POOL,
    # Asked daily; a day may be lost to a quota, a week may not.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=7), warn_window=timedelta(days=2)),
    group_name="catalogue",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("spotify_top"),
)
def spotify_top(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row per listener, local day, list (artists or tracks), time range and rank. Fills both dimensions.

    A ranking that cannot be had today is a result of 0 ranks with a warning; tomorrow asks again. How old the newest is
    the asset's checks say.
    """
    started = perf_counter()
    with as_dagster_failures():
        rows = _rank_all(context, spotify, neon)
        with neon.transaction() as tx:
            table = table_metadata.contents(tx, TABLE)
            # The ranked tracks bring artists in who were never played.
            level = backlog_level(tx, spotify, datetime.now(UTC))
            spent = table_metadata.spent(tx, spotify, started)
    context.log.info("Ranks written: %d. Calls left today: %d.", rows, spent["calls_left_today"])
    yield dg.MaterializeResult(
        metadata={
            **table,
            **level,
            "ranks_written": rows,
            **spent,
        }
    )


def _rank_all(context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource) -> int:
    """Everybody's lists; one's trouble is nobody else's. 0 when nobody's could be had, for want of an extra."""
    rows: list[int] = []
    trouble: SpotifyError | None = None
    try:
        for connected in spotify.connected(datetime.now(UTC)):
            try:
                rows.append(_rank(connected, neon))
            except (ConsentNeeded, Transient, Refused, Malformed) as error:
                # An extra: a token without its scope, or a stand-in that serves plays only, still collects every play.
                context.log.warning("No ranking today. %s (listener %d)", error, connected.listener.listener_id)
                trouble = error if isinstance(error, ConsentNeeded | Transient) else trouble
    except (Postponed, Refused, Malformed) as error:
        context.log.warning("No ranking today. %s", error)
    if trouble is not None and not rows:
        raise trouble
    return sum(rows)


def _rank(connected: ConnectedListener, neon: NeonResource) -> int:
    """One listener's six lists, written together; returns the rows."""
    now = datetime.now(UTC)
    taken_on = now.astimezone(ZoneInfo(connected.listener.time_zone)).date()
    artists: dict[TimeRange, list[TopArtist]] = {}
    tracks: dict[TimeRange, list[TopTrack]] = {}
    for time_range in get_args(TimeRange):
        artists[time_range] = connected.client.top_artists(time_range)
        tracks[time_range] = connected.client.top_tracks(time_range)
    ranking = [("artists", span, top.rank, top.artist.artist_id) for span, tops in artists.items() for top in tops] + [
        ("tracks", span, top.rank, top.track_ref) for span, tops in tracks.items() for top in tops
    ]
    with neon.transaction() as tx:
        known = {top.artist.artist_id: top.artist for tops in artists.values() for top in tops}
        # In one order, so that two runs wait for each other instead of deadlocking.
        for _, artist in sorted(known.items()):
            dimensions.save_artist(
                tx, artist.artist_id, name=artist.name, genres=artist.genres, image_url=artist.image_url, now=now
            )
        landed_plays.land_tracks(tx, [(top.track_ref, top.track) for tops in tracks.values() for top in tops], now)
        dimensions.apply_payloads(tx)
        return dimensions.save_top(tx, connected.listener.listener_id, taken_on, ranking)
