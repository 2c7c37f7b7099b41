"""The five jobs: poll and merge, exports, the dimensions, the day, the reports."""

import dagster as dg

from brapped_assets.assets.artist_dim import artist_dim
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.assets.run_history import run_history
from brapped_assets.assets.spotify_top import spotify_top
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.assets.streaming_history import streaming_history
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.assets.wrapped_report import wrapped_report
from brapped_assets.checks import daily_checks, poll_checks
from brapped_assets.settings import is_demo_home

# Dagster counts a check that ran for the newest materialization only. A collector checks everything once a day, and a
# poll leaves some checks not evaluated until then; the demo is there to be looked at, and checks whatever it writes.
IS_DEMO = is_demo_home()


def checked_by(selection: dg.AssetSelection, *checks: dg.AssetChecksDefinition, is_demo: bool) -> dg.AssetSelection:
    """These assets with these checks; in the demo with every check that is about them."""
    return selection if is_demo else selection.without_checks() | dg.AssetSelection.checks(*checks)


# Polling goes first whenever runs queue up.
POLL_FIRST = {"dagster/priority": "10"}

hourly_plays = dg.define_asset_job(
    "hourly_plays",
    selection=checked_by(dg.AssetSelection.assets(recently_played_raw, streaming_fact), poll_checks, is_demo=IS_DEMO),
    tags=POLL_FIRST,
    description="Poll every listener, merge, check. One run closes every hour still open.",
)
import_history = dg.define_asset_job(
    "import_history",
    selection=dg.AssetSelection.assets(streaming_history).without_checks(),
    # Decades take minutes, or longer on a slow line; the limit for everything else is made for polls.
    tags={"dagster/max_runtime": "86400"},
    description="Spotify's own data export, from files or URLs. Polls go on meanwhile.",
)
refresh_dimensions = dg.define_asset_job(
    "refresh_dimensions",
    selection=checked_by(dg.AssetSelection.assets(track_dim, artist_dim), is_demo=IS_DEMO),
    description="Read landed tracks; look up tracks that only an export names, and artists: most played first, inside "
    "the day's budget.",
)
daily_upkeep = dg.define_asset_job(
    "daily_upkeep",
    selection=dg.AssetSelection.assets(spotify_top, run_history)
    | dg.AssetSelection.checks(poll_checks)
    | dg.AssetSelection.checks(daily_checks),
    description="Spotify's own ranking, every check over everything, and the retention of history.",
)
wrapped_reports = dg.define_asset_job(
    "wrapped_reports",
    selection=dg.AssetSelection.assets(wrapped_report).without_checks(),
    description="Wrapped of some years and of all time, as files. All years: launch a backfill, after an import.",
)
