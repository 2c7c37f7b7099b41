"""A poll when no hour of Dagster's has ended: by a clock that is years behind, or before the first hour there is."""

import logging
from datetime import datetime
from typing import Any

import dagster as dg

from brapped_assets.assets.merging import merge_everybody
from brapped_assets.assets.polling import poll_everybody
from brapped_assets.assets.shards import Shard
from brapped_assets.definitions import defs

# Where Dagster's runs have their id.
RUN_ID = "no hour had ended"


def poll_without_an_hour(numbers: dict[str, Any], now: datetime) -> bool:
    """Poll and merge outside Dagster, whose grid of hours has none yet: what Spotify shows is landed all the same.

    The poll's numbers come into `numbers`, as a run's metadata has them. Raises a SpotifyError, WarehouseError or
    SettingsError.
    """
    log = logging.getLogger(__name__)
    # Without Dagster it would be the console's, which is told in other words.
    log.propagate = False
    log.addHandler(logging.NullHandler())
    with dg.build_resources(dict(defs.resources or {})) as resources:
        polled = poll_everybody(resources.spotify, resources.neon, now, shard=Shard(), run_id=RUN_ID, log=log)
        added = merge_everybody(resources.neon)
        numbers.update(polled.numbers(), plays_added=added, calls_left_today=resources.spotify.ledger.left(now))
    return True
