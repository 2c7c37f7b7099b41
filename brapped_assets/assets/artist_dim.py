"""Ask, write, report: pictures and genres of artists, one call each, most played first, inside the daily budget."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.backlog_level import backlog_level
from brapped_assets.assets.failures import told_plainly
from brapped_assets.assets.recently_played_raw import SPOTIFY_POOL
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.spotify import Malformed, Postponed, Refused, SpotifyClient, Transient
from brapped_assets.warehouse import dimensions

TABLE = "star.artist_dim"
# A run ends soon, so that a poll never waits long behind it.
CALLS_A_RUN = 100
SECONDS_A_RUN = 60.0
# Then it is not about an artist.
FAILURES_IN_A_ROW = 3
REST_AFTER_FAILURES = timedelta(hours=1)


@dg.asset(
    # After the tracks: they bring in the featured artists.
    deps=[track_dim],
    pool=SPOTIFY_POOL,
    # No new artist is no staleness: only a machinery that stood still for a week is worth a warning.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    metadata=table_metadata.definition(TABLE),
    code_version="1",
)
def artist_dim(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> dg.MaterializeResult[None]:
    """One row per artist. Asked again after 90 days; an id Spotify does not know, after a month."""
    started = monotonic()
    asked = unknown = failed = 0
    rest_until: datetime | None = None
    with told_plainly():
        now = datetime.now(UTC)
        with neon.transaction() as tx:
            waiting = dimensions.artists_due(tx, now, CALLS_A_RUN)
        if waiting:
            try:
                client = spotify.connected(now)[0].client
                failures = 0
                for artist_id in waiting:
                    if monotonic() - started > SECONDS_A_RUN:
                        break
                    try:
                        found = _ask(artist_id, client, neon)
                    except (Transient, Malformed, Refused) as error:
                        # An extra: whoever serves plays but no artists (a stand-in, an app that is refused) still
                        # has every play collected, and nothing is red that nobody can mend.
                        context.log.warning("%s: %s", artist_id, error)
                        with neon.transaction() as tx:
                            dimensions.set_aside(tx, artist_id, datetime.now(UTC))
                        failed += 1
                        failures += 1
                        if failures == FAILURES_IN_A_ROW:
                            rest_until = datetime.now(UTC) + REST_AFTER_FAILURES
                            break
                        continue
                    failures = 0
                    asked += found is not None
                    unknown += found is False
            except Postponed as postponed:
                context.log.info("The rest waits. %s", postponed)
        with neon.transaction() as tx:
            table = table_metadata.contents(tx, TABLE)
        level = backlog_level(neon, spotify, datetime.now(UTC), artists_wait_until=rest_until)
        calls_left = spotify.ledger.left(datetime.now(UTC))
    return dg.MaterializeResult(
        metadata={
            **table,
            **level,
            "artists_asked": asked,
            "artists_unknown": unknown,
            "artists_failed": failed,
            "calls_used": spotify.ledger.made,
            "calls_left_today": calls_left,
            "seconds": round(monotonic() - started, 3),
        }
    )


def _ask(artist_id: str, client: SpotifyClient, neon: NeonResource) -> bool | None:
    """Ask for one artist and commit; False when Spotify does not know the id, None when another run has it."""
    now = datetime.now(UTC)
    with neon.transaction() as tx:
        if not dimensions.lease_artist(tx, artist_id, now):
            return None
    try:
        artist = client.artist(artist_id)
    except Postponed:
        # Not asked after all: due again at once, not when the lease ends.
        with neon.transaction() as tx:
            dimensions.release_artist(tx, artist_id, now)
        raise
    with neon.transaction() as tx:
        if artist is None:
            dimensions.mark_unknown(tx, artist_id, now)
            return False
        dimensions.save_artist(
            tx, artist_id, name=artist.name, genres=artist.genres, image_url=artist.image_url, now=now
        )
    return True
