"""The merge: what has landed becomes the fact. A pure function of what has been seen, whatever the order."""

from dataclasses import dataclass
from datetime import datetime

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql


@dataclass(frozen=True)
class Merge:
    """Rows added to the fact, and the span of their END instants (UTC; None when nothing was added)."""

    added: int
    first_at: datetime | None
    last_at: datetime | None


def merge_plays(tx: Connection, listener_id: int, now: datetime) -> Merge:
    """Merge one listener's landed plays. Missing artists and tracks are added with what the plays say of them.

    Holds the listener's row for the transaction. Raises Busy when another merge holds it for too long: what is not
    merged stays marked, and the next run does it.
    """
    listener = tx.execute(sql("merge/lock_listener"), {"listener_id": listener_id}).fetchone()
    assert listener is not None
    tx.execute(sql("merge/mark_merged"), {"listener_id": listener_id, "now": now})
    tx.execute(sql("merge/artists"), listener)
    tx.execute(sql("merge/tracks"), listener)
    instants = [row["played_at"] for row in tx.execute(sql("merge/plays"), listener).fetchall()]
    if instants:
        tx.execute(sql("merge/estimates"), {**listener, "instants": instants})
    return Merge(len(instants), min(instants, default=None), max(instants, default=None))


def rebuild_local_time(tx: Connection, listener_id: int, year: int) -> int:
    """Give one UTC year's plays the local time of the listener's present zone; returns how many rows changed.

    Year by year, so that a poll's merge waits seconds at most; doing a year again changes nothing.
    """
    listener = tx.execute(sql("merge/lock_listener"), {"listener_id": listener_id}).fetchone()
    assert listener is not None
    return tx.execute(sql("merge/local_time"), {**listener, "year": year}).rowcount


def years_played(tx: Connection, listener_id: int) -> list[int]:
    """The UTC years with plays, from the first to the last."""
    row = tx.execute(sql("merge/years"), {"listener_id": listener_id}).fetchone()
    assert row is not None
    return list(range(row["first"], row["last"] + 1)) if row["first"] is not None else []
