"""The numbers of one artist, track or album: where it stands, by month, by hour, its songs, its newest plays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any, Literal

from brapped_assets.insights.overview import asked
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

Kind = Literal["artist", "track", "album"]
Row = dict[str, Any]
# Keys are PostgreSQL integers; an address may hold any.
LARGEST_KEY = 2**31 - 1


def key_in(text: str) -> int:
    """The key in a text from outside; 0, which nothing has, when it is none. Python reads no number of 5,000 digits."""
    return int(text) if re.fullmatch("[0-9]{1,10}", text) and int(text) <= LARGEST_KEY else 0


@dataclass(frozen=True)
class Life:
    """Plays over all time, and the local days of the first and the last of them; None without any."""

    plays: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Near:
    """One of those around a rank."""

    key: int
    name: str
    plays: int
    rank: int


@dataclass(frozen=True)
class Standing:
    """Rank by plays `among` all of a kind, and who stands around. Of a recording it is that of one release."""

    rank: int
    among: int
    plays: int
    ms: int
    near: tuple[Near, ...]


@dataclass(frozen=True)
class Hour:
    """A local hour, 0 to 23, with plays in it."""

    hour: int
    plays: int
    ms: int
    estimated_ms: int


@dataclass(frozen=True)
class Month:
    """A local month (its first day) with plays in it."""

    month: date
    plays: int
    ms: int


def find(tx: Connection, who: Viewer, kind: Kind, key: int) -> Row | None:
    """What is known of it (key, spotify_id, name, …); None when there is no such key."""
    if not 0 < key <= LARGEST_KEY:
        return None
    return tx.execute(sql(f"insights/items/{kind}"), {"listener_id": who.listener_id, "key": key}).fetchone()


def track_keys(tx: Connection, kind: Literal["artist", "track", "album", "guest"], key: int) -> list[int]:
    """The tracks an item is made of: a main artist's, a guest's, those of all releases of an album or a recording."""
    statement = "keys_as_guest" if kind == "guest" else f"keys_of_{kind}"
    return [row["key"] for row in tx.execute(sql(f"insights/items/{statement}"), {"key": key}).fetchall()]


def standing(tx: Connection, who: Viewer, kind: Kind, key: int, period: Period) -> Standing | None:
    """Where it stands in a period; None without a play that counts."""
    rows = tx.execute(sql(f"insights/items/standing_{kind}s"), {**asked(who, period), "key": key}).fetchall()
    if not rows:
        return None
    place = [row["key"] for row in rows].index(key)
    mine = rows[place]
    near = tuple(Near(row["key"], row["name"], row["plays"], mine["my_rank"] - place + n) for n, row in enumerate(rows))
    return Standing(mine["my_rank"], mine["among"], mine["plays"], mine["ms"], near)


def life(tx: Connection, who: Viewer, tracks: Sequence[int]) -> Life:
    """All plays of some tracks together."""
    values = {**asked(who, all_time(who)), "tracks": list(tracks)}
    row = tx.execute(sql("insights/items/life"), values).fetchone()
    assert row is not None
    return Life(**row)


def clock(tx: Connection, who: Viewer, tracks: Sequence[int], period: Period) -> list[Hour]:
    """Plays of some tracks by local hour; hours without any are left out."""
    values = {**asked(who, period), "tracks": list(tracks)}
    return [Hour(**row) for row in tx.execute(sql("insights/items/clock"), values).fetchall()]


def clock_and_months(
    tx: Connection, who: Viewer, kind: Kind, key: int, tracks: Sequence[int], *, period: Period
) -> tuple[list[Hour], list[Month]]:
    """Plays by local hour in a period, and by local month over all time, in order; those without any are left out."""
    values = {**asked(who, period), "key": key, "tracks": list(tracks)}
    if kind == "artist":
        months = tx.execute(sql("insights/items/artist_months"), values).fetchall()
        return clock(tx, who, tracks, period), [Month(**row) for row in months]
    rows = tx.execute(sql("insights/items/counted"), values).fetchall()
    return (
        [Hour(row["hour"], row["plays"], row["ms"], row["estimated_ms"]) for row in rows if row["hour"] is not None],
        [Month(row["month"], row["plays"], row["ms"]) for row in rows if row["month"] is not None],
    )


def recent(tx: Connection, who: Viewer, tracks: Sequence[int], of: Sequence[Month], limit: int) -> list[Row]:
    """The newest plays of some tracks; `of` are their months, which say how far back to look."""
    so_far = accumulate(month.plays for month in reversed(of))
    since = next(
        (month.month for month, plays in zip(reversed(of), so_far, strict=True) if plays >= limit),
        of[0].month if of else who.today,
    )
    values = {"listener_id": who.listener_id, "tracks": list(tracks), "since": since, "limit": limit}
    return tx.execute(sql("insights/items/recent"), values).fetchall()


def songs(tx: Connection, who: Viewer, tracks: Sequence[int], period: Period, limit: int) -> list[Row]:
    """Some tracks by plays in a period; each row also has `all_plays` and `all_ms`, those of all of them together."""
    values = {**asked(who, period), "tracks": list(tracks), "limit": limit}
    return tx.execute(sql("insights/items/songs"), values).fetchall()


def recordings(tx: Connection, who: Viewer, tracks: Sequence[int], period: Period, limit: int) -> list[Row]:
    """As `songs`, with the releases of a recording as one row, that of the most played of them."""
    values = {**asked(who, period), "tracks": list(tracks), "limit": limit}
    return tx.execute(sql("insights/items/recordings"), values).fetchall()


def albums(tx: Connection, who: Viewer, tracks: Sequence[int], period: Period, limit: int) -> list[Row]:
    """The albums of some tracks, whatever the release, by the plays of these tracks in a period."""
    values = {**asked(who, period), "tracks": list(tracks), "limit": limit}
    return tx.execute(sql("insights/items/albums"), values).fetchall()


def guests(tx: Connection, key: int) -> list[Row]:
    """The artists credited on a track beside its main one, in the order of the credits."""
    return tx.execute(sql("insights/items/guests"), {"key": key}).fetchall()


def all_time(who: Viewer) -> Period:
    return named("all", today=who.today, first_day=who.first_day or who.today)
