"""How many artists and albums MusicBrainz is to be asked about: a level, as that of dimensions (backlog_level.py)."""

from datetime import datetime

import dagster as dg

from brapped_assets.settings import Settings
from brapped_assets.warehouse import album_groups, artist_tags
from brapped_assets.warehouse.db.connections import Connection

DUE = "tags_due"
NEXT_DUE_AT = "tags_next_due_at"


def tag_level(tx: Connection, settings: Settings, now: datetime) -> dict[str, dg.MetadataValue]:
    """Artists and albums due, and the instant (UTC) at which the next become due; absent when none will.

    While MusicBrainz rests all wait for its end. With BRAPPED_GENRES=off none is due.
    """
    if settings.brapped_genres == "off":
        return {DUE: dg.MetadataValue.int(0)}
    waiting = [artist_tags.backlog(tx, now), album_groups.backlog(tx, now)]
    rests_until = artist_tags.rests_until(tx, "musicbrainz", now)
    due = sum(of.due for of in waiting)
    next_due_at = min((of.next_due_at for of in waiting if of.next_due_at is not None), default=None)
    if due and rests_until:
        due, next_due_at = 0, rests_until
    level: dict[str, dg.MetadataValue] = {DUE: dg.MetadataValue.int(due)}
    if next_due_at is not None:
        level[NEXT_DUE_AT] = dg.MetadataValue.timestamp(next_due_at)
    return level
