"""How much the dimensions have to catch up with: a level, written with each run and read by the sensor.

The sensor reads it from Dagster's event log and never from the warehouse, which may sleep in between. A level, not an
edge: a crash or a repeated event cannot hide work.
"""

from datetime import datetime

import dagster as dg

from brapped_assets.assets.tag_level import tag_level
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.lookup_queue import ARTISTS, TRACKS, backlog

DUE = "backlog_due"
NEXT_DUE_AT = "backlog_next_due_at"


def backlog_level(tx: Connection, spotify: SpotifyResource, now: datetime) -> dict[str, dg.MetadataValue]:
    """Payloads, tracks and artists due, and the instant (UTC) at which the next become due; absent when none will.

    Tracks and artists wait while no call is left for them, and while they rest after failures; then they are due.
    Without a login, or once everybody's consent has ended, none is: the next poll that succeeds writes another level.
    Beside it the level of artist_tags.
    """
    waiting = backlog(tx, now)
    due, later = waiting.payloads, [waiting.next_due_at]
    queues = [(count, queue) for count, queue in ((waiting.tracks, TRACKS), (waiting.artists, ARTISTS)) if count]
    can_ask = spotify.can_ask(tx)
    if can_ask and queues:
        no_calls_until = spotify.ledger.enrichment_waits_until(tx, now)
        for count, queue in queues:
            waits_until = max(filter(None, (queue.rests_until(tx, now), no_calls_until)), default=None)
            if waits_until is None:
                due += count
            else:
                later.append(waits_until)
    next_due_at = min(filter(None, later), default=None) if can_ask else None
    level: dict[str, dg.MetadataValue] = {DUE: dg.MetadataValue.int(due)}
    if next_due_at is not None:
        level[NEXT_DUE_AT] = dg.MetadataValue.timestamp(next_due_at)
    return {**level, **tag_level(tx, spotify.settings, now)}
