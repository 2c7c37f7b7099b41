"""The numbers of the overview: one listener, one period."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, dates, month_of, months_of
from brapped_assets.insights.columns.reductions import NEVER, By, Integers, starts, summed_from
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection


class Day(NamedTuple):
    """One local day with at least one row: plays of 30 s and more, their milliseconds, and what exports tell of it."""

    day: date
    plays: int
    ms: int
    estimated_ms: int
    told: int
    skipped: int
    shuffled: int
    offline: int


@dataclass(frozen=True, eq=False)
class Days:
    """Local days with at least one row, in order: the columns of `Day`, `day` since 2000-01-01."""

    day: Integers
    plays: Integers
    ms: Integers
    estimated_ms: Integers
    told: Integers
    skipped: Integers
    shuffled: Integers
    offline: Integers

    def __len__(self) -> int:
        return len(self.day)

    def __getitem__(self, nth: int | np.integer) -> Day:
        rest = (getattr(self, column.name)[nth].item() for column in fields(self)[1:])
        return Day(date_of(self.day[nth]), *rest)

    def __iter__(self) -> Iterator[Day]:
        return map(Day, dates(self.day), *(getattr(self, column.name).tolist() for column in fields(self)[1:]))


class Month(NamedTuple):
    """One local month, told by its first day, with its plays of 30 s and more and their milliseconds."""

    month: date
    plays: int
    ms: int


@dataclass(frozen=True)
class Totals:
    """Sums over days; `estimated_ms` are among `ms`."""

    plays: int
    ms: int
    estimated_ms: int
    active_days: int

    @property
    def estimated_share(self) -> float:
        return self.estimated_ms / self.ms if self.ms else 0.0


def days(who: Viewer, period: Period) -> Days:
    """Every day of a period with at least one row, in order."""
    table = who.shown.days(period.first, period.until)
    heard = np.flatnonzero(table.rows)
    columns = (table.plays.sum(axis=1), table.ms.sum(axis=1), table.estimated_ms, *table.told.T)
    return Days(heard + table.first, *(column[heard] for column in columns))


def months(of: Days) -> list[Month]:
    """Every month of some days with a play, in order."""
    month = months_of(of.day)
    places = starts(month)
    plays, ms = (summed_from(column, places).tolist() for column in (of.plays, of.ms))
    told = zip(month[places].tolist(), plays, ms, strict=True)
    return [Month(month_of(number), *heard) for number, *heard in told if heard[0]]


def totals(of: Days) -> Totals:
    return Totals(int(of.plays.sum()), int(of.ms.sum()), int(of.estimated_ms.sum()), int(np.count_nonzero(of.plays)))


def top(
    tx: Connection, who: Viewer, period: Period, kind: Literal["artists", "tracks"], by: By, *, limit: int
) -> list[dict[str, Any]]:
    """The most played of a period: keys, ids, names, `plays`, `ms`, `first_on`.

    Ties fall to minutes, then the older key.
    """
    plays = who.shown.plays(period.first, period.until)
    first_of_tracks = plays.first_day_of_tracks
    if kind == "tracks":
        sums, keys, first_day = plays.by_track, plays.catalogue.tracks.keys, first_of_tracks
        ranked = sums.ranked(by, keys, limit)
    else:
        sums, keys = plays.by_artist, plays.catalogue.artists.keys
        ranked = sums.ranked(by, keys, limit, who.shown.known(sums.played))
        first_day, is_ranked = np.full(len(keys), NEVER), np.zeros(len(keys), np.bool_)
        is_ranked[ranked] = True
        theirs = np.flatnonzero(is_ranked[plays.catalogue.artist])
        np.minimum.at(first_day, plays.catalogue.artist[theirs], first_of_tracks[theirs])
    named = names(tx, kind, keys[ranked], plays.catalogue.same_artists)
    return [
        {**named[int(keys[n])], "plays": int(sums.plays[n]), "ms": int(sums.ms[n]), "first_on": date_of(first_day[n])}
        for n in ranked
    ]


def unknown_plays(who: Viewer, period: Period) -> int:
    """Plays of songs whose artist is not known: no ranking of artists has them."""
    return int(who.shown.plays(period.first, period.until).by_artist.plays[who.shown.nobodies].sum())


def impossible_repeats(who: Viewer, period: Period) -> int:
    """Plays that are not counted, because nobody can have heard them."""
    # They are the same whatever is selected.
    shown, first, until = who.shown.everything, period.first, period.until
    return shown.remembering("repeats", first, until, lambda: len(shown.repeats(first, until)))
