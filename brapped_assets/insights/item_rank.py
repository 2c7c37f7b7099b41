"""Where an artist, a track or an album stands among all that was played, and who stands around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.items import NAMED, Kind, Row, number_of
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

AROUND = 2
Column = NDArray[np.int64]


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


def standing_of(tx: Connection, who: Viewer, kind: Kind, item: Row, period: Period) -> Standing | None:
    """Where what `items.find` found stands in a period; None without a play that counts, and of nobody.

    Ties: plays, then minutes, then the older key.
    """
    plays, number = who.shown.plays(period.first, period.until), number_of(who, kind, item)
    catalogue = plays.catalogue
    if kind == "artist":
        sums, keys, older = plays.by_artist, catalogue.artists.keys, catalogue.artists.keys
        among = who.shown.known(sums.played)
    elif kind == "track":
        sums, keys, older = plays.by_track, catalogue.tracks.keys, catalogue.tracks.keys
        among = sums.played
    else:
        sums, keys, older = plays.by_album, catalogue.albums.keys, plays.oldest_release.astype(np.int64)
        among = sums.played
    me = np.flatnonzero(among == number)
    if len(me) == 0:
        return None
    columns = [-sums.plays[among], -sums.ms[among], older[among]]
    before = _before(columns, int(me[0]))
    above = _next([-column for column in columns], np.flatnonzero(before))[::-1]
    before[me] = True
    below = _next(columns, np.flatnonzero(~before))
    rank = int(np.count_nonzero(before))
    numbers = among[[*above, *me, *below]]
    named = names(tx, NAMED[kind], keys[numbers])
    near = tuple(
        Near(
            item["key"] if n == number else named[key][f"{kind}_key"],
            named[key][f"{kind}_name"],
            int(sums.plays[n]),
            rank - len(above) + place,
        )
        for place, (n, key) in enumerate(zip(numbers, keys[numbers].tolist(), strict=True))
    )
    return Standing(rank, len(among), int(sums.plays[number]), int(sums.ms[number]), near)


def _before(columns: list[Column], me: int) -> NDArray[np.bool_]:
    """Which rows come before one, in the order of the columns."""
    found = np.zeros(len(columns[0]), np.bool_)
    for column in reversed(columns):
        found = (column < column[me]) | ((column == column[me]) & found)
    return found


def _next(columns: list[Column], rows: NDArray[np.intp]) -> list[int]:
    """The first two of some rows in the order of the columns: nobody needs the order of the others."""
    found: list[int] = []
    while len(rows) and len(found) < AROUND:
        first = rows
        for column in columns:
            values = column[first]
            first = first[values == values.min()]
        found.append(int(first[0]))
        rows = rows[rows != first[0]]
    return found
