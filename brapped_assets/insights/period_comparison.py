"""Two periods held against each other: the numbers of each, and what rose, fell, came and is gone."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np

from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.columns.day_numbers import date_of, day_number
from brapped_assets.insights.columns.sums_by_item import Ints, Music
from brapped_assets.insights.names import MUSIC, names
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Row = dict[str, Any]
Move = Literal["rose", "fell", "came", "gone"]


class Song(NamedTuple):
    """The first play of a period: its local day, and the song as `names` has it."""

    day: date
    named: Row


@dataclass(frozen=True)
class Side:
    """A period in numbers; `estimated_ms` are among `ms`.

    `new_songs` had their first play ever in it. `active_days` of the `days` that have come had a play.
    """

    period: Period
    plays: int
    ms: int
    estimated_ms: int
    artists: int
    songs: int
    new_songs: int
    active_days: int
    days: int
    first: Song | None


@dataclass(frozen=True)
class Moved:
    """The first of those that moved in one way, of `many`.

    Rows have what `names` has, and `plays`, `ms` and `rank` in the one period, `plays_before`, `ms_before` and
    `rank_before` in the other; ranks are by plays, 0 without any.
    """

    many: int
    rows: list[Row]


class _Ranked(NamedTuple):
    """By number: plays, milliseconds and rank, all 0 for what has no place."""

    plays: Ints
    ms: Ints
    rank: Ints


def first_song(tx: Connection, who: Viewer, period: Period) -> Song | None:
    """The first play of a period that counts; None without any."""
    plays = who.shown.plays(period.first, period.until).earliest()
    if not len(plays):
        return None
    (key,) = plays.catalogue.tracks.keys[plays.track].tolist()
    return Song(date_of(plays.day[0]), names(tx, "tracks", [key], plays.catalogue.same_artists)[key])


def side(tx: Connection, who: Viewer, period: Period) -> Side:
    plays = who.shown.plays(period.first, period.until)
    songs = plays.by_track.played
    return Side(
        period,
        plays=len(plays),
        ms=plays.total_ms,
        estimated_ms=plays.estimated_ms,
        artists=len(who.shown.known(plays.by_artist.played)),
        songs=len(songs),
        new_songs=int((who.shown.everything.first_day_of_tracks[songs] >= day_number(period.first)).sum()),
        active_days=len(plays.days),
        days=max((min(period.until, who.today + DAY) - period.first).days, 0),
        first=first_song(tx, who, period),
    )


def moves(
    tx: Connection, who: Viewer, period: Period, against: Period, kind: Music, *, limit: int
) -> dict[Move, Moved]:
    """What of a kind has another rank than in `against`, what is only in the one and only in the other.

    Those that rose or fell were played in both: the greatest change of their share of the plays comes first, then the
    better rank. What came or is gone stands by rank.
    """
    now, then = _ranked(who, period, kind), _ranked(who, against, kind)
    # Shares are kept whole, as so many of the product of the two totals.
    growth = now.plays * then.plays.sum() - then.plays * now.plays.sum()
    is_now, was_then = now.rank > 0, then.rank > 0
    found: dict[Move, Ints] = {
        "rose": _first(is_now & was_then & (now.rank < then.rank), -growth, now.rank),
        "fell": _first(is_now & was_then & (now.rank > then.rank), growth, now.rank),
        "came": _first(is_now & ~was_then, now.rank, now.rank),
        "gone": _first(was_then & ~is_now, then.rank, then.rank),
    }
    keys = sums_by_item.numbering(who.shown, kind).keys
    told = keys[np.concatenate([numbers[:limit] for numbers in found.values()])]
    named = names(tx, MUSIC[kind], told, who.shown.catalogue.same_artists)

    def row(number: int) -> Row:
        numbers = {name: int(getattr(now, name)[number]) for name in _Ranked._fields}
        before = {f"{name}_before": int(getattr(then, name)[number]) for name in _Ranked._fields}
        return {**named.get(int(keys[number]), {}), **numbers, **before}

    return {
        move: Moved(len(numbers), [row(number) for number in numbers[:limit].tolist()])
        for move, numbers in found.items()
    }


def _ranked(who: Viewer, period: Period, kind: Music) -> _Ranked:
    sums, older, among = sums_by_item.played(who.shown, who.shown.plays(period.first, period.until), kind)
    numbers = sums_by_item.ranked(sums, older, among, "plays")
    columns = _Ranked(*(np.zeros(len(sums.plays), np.int64) for _ in _Ranked._fields))
    columns.plays[numbers], columns.ms[numbers] = sums.plays[numbers], sums.ms[numbers]
    columns.rank[numbers] = np.arange(1, len(numbers) + 1)
    return columns


def _first(which: Any, values: Ints, rank: Ints) -> Ints:
    """The numbers that a mask names, the least value first, then the better rank."""
    numbers = np.flatnonzero(which)
    return numbers[np.lexsort((rank[numbers], values[numbers]))]
