"""Forgetting: a listener wholly, or everything before an instant, and what nobody else refers to any more.

It runs alone (`Warehouse.transaction(alone=True)`): nothing lands, merges or looks up in between, so what is read as
"nobody refers to it" stays true until it is gone.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier

from brapped_assets.warehouse import zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listeners import UNNAMED
from brapped_assets.warehouse.merge.account_data import settle_account_data
from brapped_assets.warehouse.merge.legacy_plays import settle_halves
from brapped_assets.warehouse.merge.matching import DRIFT, REACH
from brapped_assets.warehouse.merge.play_merge import lock_listener, rematch_around
from brapped_assets.warehouse.merge.rematch import joined
from brapped_assets.warehouse.merge.spoken_plays import ALWAYS, settle_spoken
from brapped_assets.warehouse.merge.staging import make_tables

q = Statements(__file__)

FACT, SPOKEN = "star.streaming_fact", "star.spoken_play"
# Each has its statement in forgetting.sql, in an order that no foreign key objects to. A new table is a line here.
OF_A_LISTENER = (
    "star.spotify_top",
    SPOKEN,
    "star.spoken_item",
    FACT,
    "raw.recently_played",
    "raw.legacy_play",
    "raw.account_play",
    "audit.gap",
    "audit.rejected_row",
    "audit.poll",
    "audit.archive_member",
    "audit.import_file",
    "audit.rotated_token",
    "audit.notice",
    "audit.listener_token",
    "audit.listener_zone",
    "insights.hidden",
    "insights.hidden_time",
    "insights.alias",
    "insights.heard_time",
    "insights.counting_rule",
    "insights.preference",
    "audit.read_token",
    "audit.assistant_access",
    "audit.changed_day",
)
SHARED = (
    "audit.lookup_weight",
    "star.play_label",
    "raw.export_track",
    "raw.legacy_track",
    "star.track_dim",
    "raw.track_payload",
    "raw.context",
    "star.album_dim",
    "star.artist_dim",
    "insights.artist_override",
)
# PostgreSQL 18; before it, samples of a table that became empty stay until it is filled again.
CLEARS_STATISTICS = 180000
FORGET_SECONDS = 900
# Whoever is at work finishes first; an import's piece takes the longest.
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Preview:
    """What would go: plays with the ENDs (UTC) of the first and the last, what is spoken, and what stands elsewhere."""

    plays: int
    first_at: datetime | None
    last_at: datetime | None
    spoken: int
    polls: int
    files: int
    odd_rows: int
    rankings: int


def preview(tx: Connection, listener_id: int, before: datetime | None) -> Preview:
    """What `forget` would remove of a listener's own."""
    lived = zones.spans_of_listener(tx, listener_id)
    values = {"listener_id": listener_id, "before": before or "infinity", **zones.arrays(lived)}
    row = one_row(tx, q.preview, values)
    return Preview(**row)


def forget(warehouse: Warehouse, listener_id: int, *, before: datetime | None, now: datetime) -> int:
    """Remove a listener's plays that ended before an instant (UTC), or (None) the listener wholly; how many plays went.

    All or nothing. What goes is not landed or imported again: the listener's row, or a salted hash of who it was,
    remembers. Raises Busy when somebody else is at work for too long, Gone when the listener is removed already.
    """
    with warehouse.transaction(lock_seconds=PATIENCE_SECONDS, statement_seconds=FORGET_SECONDS, alone=True) as tx:
        return remove(tx, listener_id, before=before, now=now)


def tidy(warehouse: Warehouse) -> None:
    """Take what was forgotten out of the planner's samples and the tables' dead rows too.

    That a role may not, or that the server is busy, takes nothing back and is no failure.
    """
    with suppress(WarehouseError):
        with warehouse.transaction() as tx:
            tables = sorted({*OF_A_LISTENER, *SHARED, "audit.listener"})
            if tx.info.server_version >= CLEARS_STATISTICS:
                tx.execute(q.statistics, {"tables": tables})
        names = SQL(", ").join(Identifier(*table.split(".")) for table in tables)
        warehouse.maintain(SQL("vacuum (analyze, skip_locked) {}").format(names))


def forget_rows(tx: Connection, table: str, listener: dict[str, Any], before: datetime) -> None:
    """Remove a listener's rows of one table that are of the time before an instant (UTC)."""
    tx.execute(q[table], {**listener, "before": before})


def remove(tx: Connection, listener_id: int, *, before: datetime | None, now: datetime) -> int:
    """What `forget` does, in a transaction that nobody else is at work beside."""
    listener = lock_listener(tx, listener_id)
    values: dict[str, Any] = {**listener, "before": before or "infinity", "now": now, "unnamed": UNNAMED}
    plays = 0
    halved: list[int] = []
    upload_days = [row["day"] for row in tx.execute(q.upload_days, values)] if before else []
    for table in OF_A_LISTENER:
        cursor = tx.execute(q[table], values)
        if table == FACT and (row := cursor.fetchone()):
            plays, halved = row["plays"], row["halved"]
    if before is not None:
        # What lies after it may have been matched with, estimated by, or a repeat of what is gone.
        halves = settle_halves(tx, listener, [(before, before)])
        make_tables(tx)
        settle_spoken(tx, listener, *ALWAYS)
        change = settle_account_data(tx, listener, upload_days, is_extended=False)
        stretches = joined([(before - 2 * REACH, before + DRIFT), *change.stretches])
        rematch_around(tx, listener, stretches, [*halved, *halves["emptied"], *change.play_keys])
    tx.execute(q.remember, values)
    _remove_unreferenced(tx)
    return plays


def remove_unreferenced(warehouse: Warehouse) -> None:
    """Remove what nobody refers to: an export of ours describes also the tracks and artists of what is forgotten here.

    Raises Busy when somebody else is at work for too long.
    """
    with warehouse.transaction(lock_seconds=PATIENCE_SECONDS, statement_seconds=FORGET_SECONDS, alone=True) as tx:
        _remove_unreferenced(tx)


def _remove_unreferenced(tx: Connection) -> None:
    for table in SHARED:
        tx.execute(q[table])
    # Another listener may have hidden what only this one played.
    tx.execute(q.hidden_of_nothing)
