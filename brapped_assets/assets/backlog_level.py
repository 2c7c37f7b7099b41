"""How much the dimensions have to catch up with: a level, written with each run and read by the sensor.

The sensor reads it from Dagster's event log and never from the warehouse, which may sleep in between. A level, not an
edge: a crash or a repeated event cannot hide work.
"""

from datetime import datetime

import dagster as dg

from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import dimensions

DUE = "backlog_due"
NEXT_DUE_AT = "backlog_next_due_at"


def backlog_level(
    neon: NeonResource, spotify: SpotifyResource, now: datetime, *, artists_wait_until: datetime | None = None
) -> dict[str, dg.MetadataValue]:
    """Payloads and artists due, and the instant (UTC) at which the next become due; absent when none will.

    Artists wait while no call is left for them, or until `artists_wait_until`: then they are due.
    """
    with neon.transaction() as tx:
        backlog = dimensions.backlog(tx, now)
    due, next_due_at = backlog.payloads, backlog.next_artist_due_at
    if backlog.artists:
        waits_until = artists_wait_until or spotify.ledger.enrichment_waits_until(now)
        if waits_until is None:
            due += backlog.artists
        else:
            next_due_at = min(waits_until, next_due_at or waits_until)
    level: dict[str, dg.MetadataValue] = {DUE: dg.MetadataValue.int(due)}
    if next_due_at is not None:
        level[NEXT_DUE_AT] = dg.MetadataValue.timestamp(next_due_at)
    return level
