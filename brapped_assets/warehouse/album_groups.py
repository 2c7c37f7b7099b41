"""Which albums are one album: who is asked about next, what MusicBrainz tells, and the numbers that follow from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from brapped_assets.warehouse import artist_tags, lookup_queue
from brapped_assets.warehouse.artist_tags import Backlog
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "artist_tags.sql")


@dataclass(frozen=True)
class DueAlbum:
    """An album to ask about."""

    album_key: int
    album_id: str
    album_name: str


@dataclass(frozen=True)
class ToldAlbum:
    """An album whose release group is known, and the numbers that titles alone would give.

    `by_title` is that of its own title; `by_group_title` that of the group's, if an album that nobody told of has it;
    `by_mbid` is the group's own.
    """

    album_key: int
    group_mbid: str
    title: str
    by_title: int
    group_title: str | None
    by_group_title: int | None
    first_released: str
    by_mbid: int


def take_due(tx: Connection, now: datetime, limit: int) -> list[DueAlbum]:
    """Albums in doubt (star.album_in_doubt) to be asked about, held for this run; the most played first."""
    lookup_queue.count_plays(tx)
    found = [DueAlbum(**row) for row in tx.execute(q.albums_due, {"now": now, "limit": limit}).fetchall()]
    _due_at(tx, [one.album_key for one in found], now + artist_tags.LEASE)
    return found


def give_back(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """These were not asked about after all: due again at once."""
    _due_at(tx, keys, now)


def set_aside(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """No usable answer came about these: asked again tomorrow."""
    _due_at(tx, keys, now + artist_tags.ASK_FAILED_AFTER)


def save(
    tx: Connection,
    album_key: int,
    now: datetime,
    *,
    release_mbid: str,
    group_mbid: str,
    group_title: str,
    first_released: str | None,
) -> None:
    """Keep what is told of an album. Asked again after a year."""
    values = {"release_mbid": release_mbid, "group_mbid": group_mbid, "group_title": group_title}
    tx.execute(q.album_told, {**values, "first_released": first_released, "keys": [album_key], "now": now})
    _due_at(tx, [album_key], now + artist_tags.ASK_AGAIN_AFTER)


def save_unknown(tx: Connection, keys: Collection[int], now: datetime) -> None:
    """Nobody knows these: what was known stays, and they are asked about again after three months."""
    nothing = dict.fromkeys(("release_mbid", "group_mbid", "group_title", "first_released"))
    tx.execute(q.album_told, {**nothing, "keys": sorted(keys), "now": now})
    _due_at(tx, keys, now + artist_tags.ASK_UNKNOWN_AFTER)


def backlog(tx: Connection, now: datetime) -> Backlog:
    """Albums in doubt that are due."""
    return Backlog(**one_row(tx, q.albums_waiting, {"now": now}))


def tie(tx: Connection) -> int:
    """Have the numbers of albums follow all that is told; how many albums are another one's or their own by it."""
    numbers = tied(ToldAlbum(**row) for row in tx.execute(q.albums_told).fetchall())
    keys = sorted(numbers)
    return tx.execute(q.tie_albums, {"keys": keys, "numbers": [numbers[key] for key in keys]}).rowcount


def tied(albums: Iterable[ToldAlbum]) -> dict[int, int]:
    """By key, the number of each album's release group: different for different groups, one for all of a group.

    It is the number that the shortest title of the group gives by itself, so that an album of that title of which
    nobody told stays with them. Where two groups would have the same, it is that of the one with more albums here, then
    of the older one; the other takes its next title's, or one of its own.
    """
    groups: dict[str, list[ToldAlbum]] = defaultdict(list)
    for album in albums:
        groups[album.group_mbid].append(album)
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    for mbid in sorted(groups, key=lambda one: (-len(groups[one]), min(a.first_released for a in groups[one]), one)):
        of = groups[mbid]
        titles = {(len(album.title), album.title, album.by_title) for album in of}
        titles |= {
            (len(album.group_title), album.group_title, album.by_group_title)
            for album in of
            if album.group_title is not None and album.by_group_title is not None
        }
        number = next((n for _, _, n in sorted(titles) if n not in taken), of[0].by_mbid)
        taken.add(number)
        numbers |= {album.album_key: number for album in of}
    return numbers


def _due_at(tx: Connection, keys: Collection[int], at: datetime) -> None:
    if keys:
        tx.execute(q.album_due_at, {"keys": sorted(keys), "at": at})
