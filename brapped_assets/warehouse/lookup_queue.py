"""What is looked up one by one, most played first: tracks that only an export names, and artists."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

# An id Spotify does not know may be known later.
ASK_UNKNOWN_AFTER = timedelta(days=30)
# One that always fails costs a call a day; at the end of each lease it would be 144, and as many runs.
ASK_FAILED_AFTER = timedelta(days=1)
# Whoever is about to ask for something holds it this long: a kill costs one id ten minutes, not two calls.
LEASE = timedelta(minutes=10)
# After several failures in a row, which are not about one id.
REST = timedelta(hours=1)


Kind = Literal["track", "artist", "cover", "musicbrainz", "wikidata"]


@dataclass(frozen=True)
class Queue:
    """Ids of one kind; each is asked for by one run at a time. Instants are UTC."""

    kind: Kind
    select_due: LiteralString
    take_lease: LiteralString
    give_back: LiteralString
    note_unknown: LiteralString

    def due(self, tx: Connection, now: datetime, limit: int) -> list[str]:
        """Ids never asked for, or due again, most played first (by all listeners); none while the queue rests."""
        if self.rests_until(tx, now) is not None:
            return []
        count_plays(tx)
        rows = tx.execute(self.select_due, {"now": now, "limit": limit}).fetchall()
        return [row["spotify_id"] for row in rows]

    def lease(self, tx: Connection, spotify_id: str, now: datetime) -> bool:
        """Take one for asking; False when another run has, or it need not be asked for any more."""
        lease = {"spotify_id": spotify_id, "now": now, "until": now + LEASE}
        return tx.execute(self.take_lease, lease).rowcount == 1

    def release(self, tx: Connection, spotify_id: str, now: datetime) -> None:
        """Give a lease back: it was not asked for after all and is due again at once."""
        tx.execute(self.give_back, {"spotify_id": spotify_id, "at": now})

    def set_aside(self, tx: Connection, spotify_id: str, now: datetime) -> None:
        """No usable answer came: asked again tomorrow."""
        tx.execute(self.give_back, {"spotify_id": spotify_id, "at": now + ASK_FAILED_AFTER})

    def mark_unknown(self, tx: Connection, spotify_id: str, now: datetime) -> None:
        """Spotify said it does not know this id: remembered, and asked again after a month."""
        again = {"spotify_id": spotify_id, "now": now, "at": now + ASK_UNKNOWN_AFTER}
        tx.execute(self.note_unknown, again)

    def rest(self, tx: Connection, now: datetime) -> None:
        """Ask for none of them for an hour."""
        rest(tx, self.kind, now + REST)

    def rests_until(self, tx: Connection, now: datetime) -> datetime | None:
        """When the rest is over; None: it is not resting."""
        return rests_until(tx, self.kind, now, REST)


def count_plays(tx: Connection) -> None:
    """Weigh the tracks by the plays that came since the last look."""
    # A value, not a subquery: the planner then sees that few plays are new.
    tx.execute(q.count_plays, tx.execute(q.counted_up_to).fetchone())


def rest(tx: Connection, kind: Kind, until: datetime) -> None:
    """Ask for none of a kind before an instant."""
    tx.execute(q.rest, {"kind": kind, "until": until})


def rests_until(tx: Connection, kind: Kind, now: datetime, longest: timedelta) -> datetime | None:
    """When the rest of a kind is over; None: it is not resting. One longer than the `longest` is none."""
    row = tx.execute(q.rests_until, {"kind": kind, "now": now, "latest": now + longest}).fetchone()
    return row["rests_until"] if row else None


TRACKS = Queue("track", q.track_due, q.track_lease, q.track_release, q.track_unknown)
ARTISTS = Queue("artist", q.artist_due, q.artist_lease, q.artist_release, q.artist_unknown)


@dataclass(frozen=True)
class Backlog:
    """Payloads not yet read; tracks and artists due now; when the next of these falls due (None: none will)."""

    payloads: int
    tracks: int
    artists: int
    next_due_at: datetime | None


def backlog(tx: Connection, now: datetime) -> Backlog:
    row = one_row(tx, q.backlog, {"now": now})
    return Backlog(**row)
