"""The merge: whatever was seen becomes the fact. A pure function of what has been seen, whatever the order."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.database_errors import NO_LISTENER
from brapped_assets.warehouse.db.rows import Row, one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import Gone
from brapped_assets.warehouse.merge.rematch import Rematch, Stretch, arrays, joined, rematch
from brapped_assets.warehouse.merge.repeats import mark_repeats

q = Statements(__file__)


@dataclass(frozen=True)
class Merge:
    """Rows added to the fact, and the span of their END instants (UTC; None when nothing was added)."""

    added: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class MergeOutcome:
    """What became of the plays of one piece of an import; the five add up to them.

    `added` nothing had told of; `matched` are new from this source, and another had brought the play; `told_twice` were
    known from the other kind of export, or tell again of a play that the same old tables tell of; `known` were there
    already; `forgotten` ended before what the listener forgot.
    """

    added: int = 0
    matched: int = 0
    told_twice: int = 0
    known: int = 0
    forgotten: int = 0

    def __add__(self, other: "MergeOutcome") -> "MergeOutcome":
        return MergeOutcome(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def merge_plays(tx: Connection, listener_id: int, now: datetime) -> Merge:
    """Merge one listener's landed plays. Missing artists and tracks are added with what the plays say of them.

    Holds the listener's row for the transaction. Raises Busy when another merge holds it for too long: what is not
    merged stays marked, and the next run does it. Raises Gone when the listener was removed meanwhile.
    """
    listener = lock_listener(tx, listener_id)
    note_merge(tx, listener_id, now)
    tx.execute(q.artists, listener)
    tx.execute(q.tracks, listener)
    instants = [row["played_at"] for row in tx.execute(q.plays, listener).fetchall()]
    if not instants:
        return Merge(0, None, None)
    rematch_around(tx, listener, joined((instant, instant) for instant in instants))
    return Merge(len(instants), min(instants), max(instants))


def note_merge(tx: Connection, listener_id: int, now: datetime) -> None:
    """Remember when plays of a listener were last merged."""
    tx.execute(q.mark_merged, {"listener_id": listener_id, "now": now})


def rematch_around(
    tx: Connection, listener: dict[str, Any], touched: Sequence[Stretch], play_keys: Sequence[int] = ()
) -> Rematch:
    """What new rows in these stretches, and new halves of the rows `play_keys`, make of the rows around them."""
    again = rematch(tx, listener, touched)
    moved = _settle(tx, listener, [*again.play_keys, *play_keys])
    changed = joined([*touched, *((instant, instant) for instant in (*again.instants, *moved))])
    if changed:
        tx.execute(q.estimates, {**listener, **arrays(changed)})
        mark_repeats(tx, listener, changed)
    return again


def lock_listener(tx: Connection, listener_id: int) -> dict[str, Any]:
    """The listener's id, zones and what is forgotten; no other merge of theirs begins before this transaction ends.

    `time_zone` holds now; `zones` and `moves` are for `star.local_time`. Raises Gone.
    """
    listener = tx.execute(q.lock_listener, {"listener_id": listener_id}).fetchone()
    if listener is None:
        raise Gone(NO_LISTENER)
    # A statement of its own: one that waited for the lock sees other tables as they were before.
    return {**listener, **zones_of(tx, listener_id)}


def zones_of(tx: Connection, listener_id: int) -> Row:
    """The listener's zones and moves, as `star.local_time` takes them."""
    return one_row(tx, q.zones_of, {"listener_id": listener_id})


def _settle(tx: Connection, listener: dict[str, Any], play_keys: list[int]) -> list[datetime]:
    """Let rows whose halves changed say what these say; returns the instants (UTC) they left and came to."""
    if not play_keys:
        return []
    rows = tx.execute(q.settle, {**listener, "play_keys": play_keys}).fetchall()
    return [instant for row in rows for instant in (row["was_at"], row["played_at"])]


def rebuild_local_time(tx: Connection, listener_id: int, year: int) -> int:
    """Give one UTC year's plays the local time of the zones the listener lived in; returns how many rows changed.

    Year by year, so that a poll's merge waits seconds at most; doing a year again changes nothing.
    """
    listener = lock_listener(tx, listener_id)
    tx.execute(q.local_time_spoken, {**listener, "year": year})
    return tx.execute(q.local_time, {**listener, "year": year}).rowcount


def years_played(tx: Connection, listener_id: int) -> list[int]:
    """The UTC years with plays, of music or not, from the first to the last."""
    row = one_row(tx, q.years, {"listener_id": listener_id})
    return list(range(row["first"], row["last"] + 1)) if row["first"] is not None else []
