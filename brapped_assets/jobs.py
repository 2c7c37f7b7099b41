"""The six jobs: poll and merge, exports, the dimensions, genres, the day, the reports."""

import dagster as dg

from brapped_assets.assets.album_groups import album_groups
from brapped_assets.assets.artist_dim import artist_dim
from brapped_assets.assets.artist_tags import artist_tags
from brapped_assets.assets.check_runs import poll_checks
from brapped_assets.assets.episode_history import episode_history
from brapped_assets.assets.listening_audit import listening_audit
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.assets.spotify_top import spotify_top
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.assets.streaming_history import streaming_history
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.assets.wrapped_report import wrapped_report

# Polling goes first whenever runs queue up.
POLL_FIRST = {"dagster/priority": "10"}

hourly_plays = dg.define_asset_job(
    "hourly_plays",
    selection=dg.AssetSelection.assets(recently_played_raw, streaming_fact),
    tags=POLL_FIRST,
    description="Poll every listener, merge, check. One run closes every hour still open.",
)
import_history = dg.define_asset_job(
    "import_history",
    selection=dg.AssetSelection.assets(streaming_history, episode_history),
    # Decades take minutes, or longer on a slow line; the limit for everything else is made for polls.
    tags={"dagster/max_runtime": "86400"},
    description="Spotify's own data export, from files or URLs. Polls go on meanwhile.",
)
refresh_dimensions = dg.define_asset_job(
    "refresh_dimensions",
    selection=dg.AssetSelection.assets(track_dim, artist_dim),
    description="Read landed tracks; look up tracks that only an export names, and artists: most played first, inside "
    "the day's budget.",
)
refresh_tags = dg.define_asset_job(
    "refresh_tags",
    selection=dg.AssetSelection.assets(artist_tags, album_groups),
    description="Genres, countries and years of artists from MusicBrainz and Wikidata, and which albums in doubt are "
    "one; the most played first, for a minute each, at one request a second.",
)
daily_upkeep = dg.define_asset_job(
    "daily_upkeep",
    selection=dg.AssetSelection.assets(spotify_top, listening_audit) | dg.AssetSelection.checks(poll_checks),
    description="Spotify's own ranking, every check over everything, and what is kept for some time only.",
)
wrapped_reports = dg.define_asset_job(
    "wrapped_reports",
    selection=dg.AssetSelection.assets(wrapped_report),
    description="Wrapped of some years and of all time, as files. All years: launch a backfill, after an import.",
)
