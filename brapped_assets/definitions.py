"""Everything Dagster sees: the table of contents. No logic.

Loading touches one thing outside: the first hour, which Dagster needs, is read, and written at the first start.
What is wrong with the settings is said by whatever uses them.
"""

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
from brapped_assets.jobs import daily_upkeep, hourly_plays, import_history, refresh_dimensions, wrapped_reports
from brapped_assets.notification_sensor import notices_sensor
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.schedules import daily_upkeep_schedule, hourly_plays_schedule, wrapped_reports_schedule
from brapped_assets.sensors import heartbeat_sensor, refresh_dimensions_sensor

# "At launch" is Dagster's word for one that others depend on: a run then has one connection, not one for each.
neon = NeonResource.configure_at_launch()

defs = dg.Definitions(
    assets=[
        recently_played_raw,
        streaming_fact,
        streaming_history,
        track_dim,
        artist_dim,
        spotify_top,
        run_history,
        wrapped_report,
    ],
    asset_checks=[poll_checks, daily_checks],
    jobs=[hourly_plays, import_history, refresh_dimensions, daily_upkeep, wrapped_reports],
    schedules=[hourly_plays_schedule, daily_upkeep_schedule, wrapped_reports_schedule],
    sensors=[refresh_dimensions_sensor, heartbeat_sensor, notices_sensor],
    resources={"neon": neon, "spotify": SpotifyResource(neon=neon)},
    # One process a run: two steps in processes of their own cost three times the CPU (measured: 18.6 s against 5.8 s).
    executor=dg.in_process_executor,
)
