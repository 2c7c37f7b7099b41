"""Weeks at number one: the most played artist or song of each week, and how many weeks each of them led."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns import tally
from brapped_assets.insights.columns.chosen import Chosen
from brapped_assets.insights.columns.moments import DAYS_A_WEEK, FIRST_WEEKDAY, date_of
from brapped_assets.insights.columns.sums import starts
from brapped_assets.insights.lists import MUSIC
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Ints = NDArray[np.int64]
Kind = Literal["artists", "songs"]
Row = dict[str, Any]


class Leader(NamedTuple):
    """`weeks` at number one, `in_a_row` at most; `last` is the Monday of the latest."""

    named: Row
    weeks: int
    in_a_row: int
    last: date

    @property
    def last_day(self) -> date:
        return self.last + (DAYS_A_WEEK - 1) * DAY


class Weeks(NamedTuple):
    """The number that led each week with a play, and the weeks: Mondays, in weeks since the one of 1999-12-27."""

    number: Ints
    week: Ints


def leaders(tx: Connection, who: Viewer, period: Period, kind: Kind, limit: int) -> tuple[int, list[Leader]]:
    """How many led a week, and those that led most; of as many weeks, whoever led first.

    A week is of the period it ends in, and counts when it is over.
    """
    led = weeks(who, period, kind)
    number, first, many = np.unique(led.number, return_index=True, return_counts=True)
    order = np.lexsort((first, -many))[:limit]
    keys = tally.numbering(who.shown, kind).keys[number[order]].tolist()
    named = names(tx, MUSIC[kind], keys)
    # A run ends where another leads, or where a week has no play.
    begins = np.union1d(starts(led.number), np.flatnonzero(np.diff(led.week, prepend=led.week[:1] - 1) > 1))
    lengths, of_run = np.diff(begins, append=len(led.number)), led.number[begins]
    return len(number), [
        Leader(
            named.get(key, {}), int(many[nth]), int(lengths[of_run == number[nth]].max()),
            _monday(int(led.week[led.number == number[nth]][-1])),
        )
        for key, nth in zip(keys, order.tolist(), strict=True)
    ]  # fmt: skip


def weeks(who: Viewer, period: Period, kind: Kind) -> Weeks:
    """The most played of each week that is over and ends in a period; ties fall to minutes, then the older key."""
    monday = period.first - timedelta(days=period.first.weekday())
    last = min(period.until, who.today)
    until = last - timedelta(days=last.weekday())
    plays = who.shown.plays(monday, max(until, monday))
    number, day, ms = _of(plays, who, kind)
    keys = tally.numbering(who.shown, kind).keys
    week = (day + FIRST_WEEKDAY) // DAYS_A_WEEK
    found = [(_most(number[rows], ms[rows], keys, count), nth) for nth, rows, count in _each(week, len(keys))]
    return Weeks(*np.array(found, np.int64).reshape(-1, 2).T)


def _of(plays: Chosen, who: Viewer, kind: Kind) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
    """Number, day and milliseconds of plays, without nobody's, by day."""
    number = (plays.artist if kind == "artists" else plays.track).astype(np.int64)
    day, ms = plays.day, plays.ms
    if kind == "artists" and len(who.shown.nobodies):
        somebodys = ~np.isin(number, who.shown.nobodies)
        number, day, ms = number[somebodys], day[somebodys], ms[somebodys]
    if np.any(day[1:] < day[:-1]):
        # Who moves to the west may live a day twice.
        order = np.argsort(day, kind="stable")
        number, day, ms = number[order], day[order], ms[order]
    return number, day, ms


def _each(week: NDArray[np.integer], many: int) -> Iterator[tuple[int, slice, Ints]]:
    """The rows of each week, and zeros to count in."""
    count = np.zeros(many, np.int64)
    for first, last in pairwise([*starts(week).tolist(), len(week)]):
        yield int(week[first]), slice(first, last), count


def _most(number: Ints, ms: NDArray[np.int32], keys: Ints, count: Ints) -> int:
    """The number of the most plays. `count` has a zero for every number, and is left so: a table a week costs more."""
    np.add.at(count, number, 1)
    plays = count[number]
    count[number] = 0
    is_most = plays == plays.max()
    tied, nth = np.unique(number[is_most], return_inverse=True)
    listened = np.bincount(nth, weights=ms[is_most])
    return int(tied[np.lexsort((keys[tied], -listened))[0]])


def _monday(week: int) -> date:
    return date_of(week * DAYS_A_WEEK) - FIRST_WEEKDAY * DAY
