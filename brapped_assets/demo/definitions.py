"""The demo code location: the same assets, filled by a simulated account, in a home of their own.

Its schedules and sensors wait until somebody switches them on, and nothing is started before a run.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets.code_location.build import build_defs
from brapped_assets.demo.resources import DemoWarehouse, SimulatedMusicBrainzResource, SimulatedSpotify
from brapped_assets.home_folder import home_folder
from brapped_assets.settings import DEMO_HOME

NAME = "demo"
# The newest days, which any poll can vouch for: whenever everything is materialized, all of it turns green.
NEWEST_DAYS = timedelta(days=2)

neon = DemoWarehouse.configure_at_launch(home=str(home_folder() / "code-location" / DEMO_HOME))

defs = build_defs(
    key_prefix=NAME,
    resources={
        "neon": neon,
        "spotify": SimulatedSpotify(neon=neon),
        "musicbrainz": SimulatedMusicBrainzResource(neon=neon),
    },
    first_hour=datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - NEWEST_DAYS,
    executor=dg.in_process_executor,
    is_on=False,
)
