"""Where covers are; and of albums whose cover no login told of, which song to ask about next, and how many today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from brapped_assets.warehouse import lookup_queue
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

# What is asked in 24 hours at most: the albums that are heard most, not all of a life.
DAILY_BUDGET = 300
# A song that Spotify knew no cover of may have one later.
ASK_AGAIN_AFTER = timedelta(days=30)
DAY = timedelta(hours=24)
LONGEST_REST = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """A song whose album lacks a cover."""

    track_key: int
    track_id: str


def due(tx: Connection, now: datetime) -> Due | None:
    """The next song to ask about; None when there is none."""
    lookup_queue.count_plays(tx)
    row = tx.execute(q.due, {"asked_before": now - ASK_AGAIN_AFTER, "limit": 1}).fetchone()
    return Due(**row) if row else None


def is_lacking(tx: Connection, now: datetime) -> bool:
    """Whether there is anything to ask about."""
    return bool(one_row(tx, q.lacking, {"asked_before": now - ASK_AGAIN_AFTER})["is_lacking"])


def left_today(tx: Connection, now: datetime) -> int:
    """How many may be asked about now; never negative."""
    asked: int = one_row(tx, q.asked, {"since": now - DAY, "now": now})["asked"]
    return max(0, DAILY_BUDGET - asked)


def note(tx: Connection, track_key: int, now: datetime) -> None:
    """One is about to be asked about: it counts whatever comes of it."""
    tx.execute(q.note, {"track_key": track_key, "now": now})


def save(tx: Connection, track_key: int, image_url: str) -> None:
    """Keep where the cover of a song's album is; one that is known stays."""
    tx.execute(q.save, {"track_key": track_key, "image_url": image_url})


def rest(tx: Connection, until: datetime) -> None:
    """Ask about none before an instant: Spotify wants it so."""
    lookup_queue.rest(tx, "cover", until)


def rests_until(tx: Connection, now: datetime) -> datetime | None:
    """When the rest is over; None: there is none."""
    return lookup_queue.rests_until(tx, "cover", now, LONGEST_REST)


def image_url_of(tx: Connection, kind: str, key: int) -> str | None:
    """Where the picture of an `artist`, an `album` or a `track`'s album is; None while nobody knows."""
    row = tx.execute(q.image_url, {"kind": kind, "key": key}).fetchone()
    return row["image_url"] if row else None
