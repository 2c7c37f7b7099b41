"""Assets and asset checks that Dagster sees: whoever adds one adds it here. Jobs, sensors, resources: `build.py`."""

from brapped_assets.assets.album_groups import album_groups
from brapped_assets.assets.artist_dim import artist_dim
from brapped_assets.assets.artist_tags import artist_tags
from brapped_assets.assets.check_runs import poll_checks, ranking_checks, report_checks
from brapped_assets.assets.episode_history import episode_history
from brapped_assets.assets.external_assets import bi_views, musicbrainz_api, spotify_data_export, spotify_web_api
from brapped_assets.assets.listening_audit import listening_audit
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.assets.spotify_top import spotify_top
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.assets.streaming_history import streaming_history
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.assets.wrapped_report import wrapped_report

ASSETS = [
    recently_played_raw,
    streaming_fact,
    streaming_history,
    episode_history,
    track_dim,
    artist_dim,
    artist_tags,
    album_groups,
    spotify_top,
    listening_audit,
    wrapped_report,
]
EXTERNAL = [spotify_web_api, spotify_data_export, musicbrainz_api, *bi_views()]
CHECKS = [poll_checks, ranking_checks, report_checks]
