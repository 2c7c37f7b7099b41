"""Genres, countries and years of artists: who is asked about next, what is told, and at which pace of all processes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from brapped_assets.warehouse import lookup_queue
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

Service = Literal["musicbrainz", "wikidata"]
ASK_AGAIN_AFTER = timedelta(days=365)
# Somebody may add the address meanwhile.
ASK_UNKNOWN_AFTER = timedelta(days=90)
ASK_FAILED_AFTER = timedelta(days=1)
# Of a run that is killed its artists are free again after this.
LEASE = timedelta(minutes=10)
LONGEST_REST = timedelta(days=1)
LONGEST_TURN = timedelta(minutes=1)


@dataclass(frozen=True)
class DueArtist:
    """An artist to ask about; `mbid` where the address was asked about already."""

    artist_key: int
    artist_id: str
    artist_name: str
    mbid: str | None


@dataclass(frozen=True)
class Backlog:
    """Artists due now, and when the next of the others falls due (UTC); None: none will."""

    due: int
    next_due_at: datetime | None


@dataclass(frozen=True)
class Known:
    """Artists with an id at Spotify; those asked about; those of whom a genre is known."""

    artists: int
    asked: int
    known: int


def take_pending(tx: Connection, now: datetime, limit: int) -> list[DueArtist]:
    """Artists whose id at MusicBrainz is known, held for this run; the most played first."""
    return _taken(tx, tx.execute(q.pending, {"now": now, "limit": limit}).fetchall(), now)


def take_unaddressed(tx: Connection, now: datetime, limit: int) -> list[DueArtist]:
    """Artists whose address is to be asked about, held for this run; the most played first."""
    lookup_queue.count_plays(tx)
    return _taken(tx, tx.execute(q.unaddressed, {"now": now, "limit": limit}).fetchall(), now)


def _taken(tx: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> list[DueArtist]:
    found = [DueArtist(**row) for row in rows]
    _due_at(tx, [one.artist_key for one in found], now + LEASE)
    return found


def give_back(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """These were not asked about after all: due again at once."""
    _due_at(tx, keys, now)


def set_aside(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """No usable answer came about these: asked again tomorrow."""
    _due_at(tx, keys, now + ASK_FAILED_AFTER)


def save_addresses(tx: Connection, mbids: Mapping[int, str], now: datetime) -> None:
    """Keep the ids at MusicBrainz, by key: nobody asks about these addresses again before they are read."""
    keys = sorted(mbids)
    tx.execute(q.addressed, {"keys": keys, "mbids": [mbids[key] for key in keys], "now": now})


def save(
    tx: Connection,
    artist_key: int,
    source: Service,
    now: datetime,
    *,
    genres: Mapping[str, int],
    country: str | None = None,
    area: str | None = None,
    kind: str | None = None,
    began: int | None = None,
    ended: int | None = None,
    mbid: str | None = None,
) -> None:
    """Keep what one service tells of an artist: votes by genre, and what else there is. Asked again after a year."""
    values = {
        "artist_key": artist_key, "source": source, "now": now, "country": country, "area": area, "kind": kind,
        "began": began, "ended": ended, "mbid": mbid, "genres": list(genres), "votes": list(genres.values()),
    }  # fmt: skip
    tx.execute(q.told, values)
    tx.execute(q.genres_gone, values)
    tx.execute(q.genres, values)
    _due_at(tx, [artist_key], now + ASK_AGAIN_AFTER)


def save_unknown(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """Nobody knows these: what was known stays, and they are asked about again after three months."""
    tx.execute(q.nothing_told, {"keys": sorted(keys), "now": now})
    _due_at(tx, keys, now + ASK_UNKNOWN_AFTER)


def backlog(tx: Connection, now: datetime) -> Backlog:
    row = one_row(tx, q.backlog, {"now": now})
    return Backlog(**row)


def known(tx: Connection) -> Known:
    row = one_row(tx, q.known)
    return Known(**row)


def take_turn(tx: Connection, service: Service, a_second: float, now: datetime) -> timedelta:
    """Count one request, and how long to wait before it is made: so that all processes together keep the pace."""
    values = {"service": service, "now": now, "latest": now + LONGEST_TURN, "seconds": 1 / a_second}
    turn_at: datetime = one_row(tx, q.take_turn, values)["turn_at"]
    tx.execute(q.count, {"service": service, "now": now})
    return max(turn_at - now, timedelta())


def rest(tx: Connection, service: Service, until: datetime) -> None:
    """Ask nothing of a service before an instant."""
    lookup_queue.rest(tx, service, until)


def rests_until(tx: Connection, service: Service, now: datetime) -> datetime | None:
    """When the rest is over; None: there is none."""
    return lookup_queue.rests_until(tx, service, now, LONGEST_REST)


def _due_at(tx: Connection, keys: Collection[int], at: datetime) -> None:
    if keys:
        tx.execute(q.due_at, {"keys": sorted(keys), "at": at})
