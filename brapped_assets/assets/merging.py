"""Merging: what landed of each listener becomes rows of the fact, each listener in a transaction of their own."""

from datetime import UTC, datetime

from brapped_assets.assets.error_to_failure import for_each
from brapped_assets.assets.shards import Shard
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse.listeners import Listener, listeners
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.merge.polled_spoken import merge_polled_spoken


def merge_everybody(neon: NeonResource, shard: Shard | None = None) -> int:
    """Merge what is marked as not merged yet, of a shard or of all; how many rows the fact gained.

    Whatever stops one of them is raised once all others had theirs.
    """
    added = 0

    def merge(listener: Listener) -> None:
        nonlocal added
        with neon.transaction() as tx:
            added += merge_plays(tx, listener.listener_id, datetime.now(UTC)).added
            merge_polled_spoken(tx, listener.listener_id)

    with neon.transaction() as tx:
        everybody = listeners(tx)
    for_each((one for one in everybody if shard is None or shard.holds(one.listener_id)), merge)
    return added
