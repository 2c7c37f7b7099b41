"""Weeks at number one: the most played artist, song or album of each week, and how many weeks each of them led."""

from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns import tally
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.moments import DAYS_A_WEEK, FIRST_WEEKDAY, date_of, day_number
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.remembered import Earlier
from brapped_assets.insights.columns.shown import Shown
from brapped_assets.insights.columns.sums import NEVER, Integers, starts
from brapped_assets.insights.columns.tally import Music
from brapped_assets.insights.lists import MUSIC
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, EARLIEST, LATEST, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Ints = NDArray[np.int64]
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


def leaders(tx: Connection, who: Viewer, period: Period, kind: Music, limit: int) -> tuple[int, list[Leader]]:
    """How many led a week, and those that led most; of as many weeks, whoever led first.

    A week is of the period it ends in, and counts when it is over.
    """
    led = weeks(who, period, kind)
    number, first, many = np.unique(led.number, return_index=True, return_counts=True)
    order = np.lexsort((first, -many))[:limit]
    keys = tally.numbering(who.shown, kind).keys[number[order]].tolist()
    named = names(tx, MUSIC[kind], keys, who.shown.catalogue.same_artists)
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


def weeks(who: Viewer, period: Period, kind: Music) -> Weeks:
    """The most played of each week that is over and ends in a period.

    Ties fall to minutes, then the older key; of an album that of the oldest release heard in the week.
    """
    since = _week(period.first)
    until = max(_week(min(period.until, who.today)), since)
    if who.shown.whole is None:
        led = all_weeks(who.shown, kind)
        rows = slice(*np.searchsorted(led.week, [since, until]))
        return Weeks(led.number[rows], led.week[rows])
    return _leading(who.shown, kind, _monday(since), _monday(until))


def all_weeks(shown: Shown, kind: Music) -> Weeks:
    """The leaders of all weeks with plays, the running one, too: remembered, for every list asks for them."""
    return shown.remembered.find(("leaders", kind), lambda earlier: _found(shown, kind, earlier)).led


class _Found(NamedTuple):
    """`of_track` is what decided whose each track was."""

    of_track: Numbers
    led: Weeks


def _found(shown: Shown, kind: Music, earlier: Earlier | None) -> _Found:
    """Of the weeks before the days that changed it is what was found before."""
    of_track = _of_track(shown.catalogue, kind)
    if earlier is not None:
        before: _Found = earlier.found
        if np.array_equal(before.of_track, of_track[: len(before.of_track)]):
            if len(earlier.days) == 0:
                return _Found(of_track, before.led)
            monday = _monday(_week(date_of(earlier.days.min())))
            late = _leading(shown, kind, monday, LATEST)
            rows = before.led.week < _week(monday)
            columns = (np.concatenate([was[rows], now]) for was, now in zip(before.led, late, strict=True))
            return _Found(of_track, Weeks(*columns))
    return _Found(of_track, _leading(shown, kind, EARLIEST, LATEST))


def _leading(shown: Shown, kind: Music, monday: date, until: date) -> Weeks:
    """The leader of each week from one Monday up to, not including, another."""
    plays = shown.plays(monday, until)
    track, day, ms = plays.track, plays.day, plays.ms
    number = _of_track(shown.catalogue, kind).take(track).astype(np.int64)
    counts = number >= 0
    if kind == "artists" and len(shown.nobodies):
        counts = ~np.isin(number, shown.nobodies)
    if not counts.all():
        number, track, day, ms = number[counts], track[counts], day[counts], ms[counts]
    if np.any(day[1:] < day[:-1]):
        # Who moves to the west may live a day twice.
        order = np.argsort(day, kind="stable")
        number, track, day, ms = number[order], track[order], day[order], ms[order]
    older, count = _older(shown.catalogue, kind), np.zeros(1 + int(number.max(initial=0)), np.int64)
    week = (day + FIRST_WEEKDAY) // DAYS_A_WEEK
    found = [
        (_most(number[rows], track[rows], ms[rows], older, count), int(week[rows.start]))
        for rows in (slice(first, last) for first, last in pairwise([*starts(week).tolist(), len(week)]))
    ]
    return Weeks(*np.array(found, np.int64).reshape(-1, 2).T)


def _of_track(catalogue: Catalogue, kind: Music) -> Numbers:
    """By track the number of what leads, -1 for none."""
    match kind:
        case "artists":
            return catalogue.artist
        case "songs":
            return np.arange(len(catalogue.tracks), dtype=np.int32)
        case "albums":
            return catalogue.album


def _older(catalogue: Catalogue, kind: Music) -> Integers:
    """By track what decides between equals."""
    match kind:
        case "artists":
            return catalogue.artists.keys.take(catalogue.artist)
        case "songs":
            return catalogue.tracks.keys
        case "albums":
            return catalogue.album_key


def _most(number: Ints, track: Numbers, ms: Integers, older: Integers, count: Ints) -> int:
    """The number of the most plays. `count` has a zero for every number, and is left so: a table a week costs more."""
    np.add.at(count, number, 1)
    plays = count[number]
    count[number] = 0
    is_most = plays == plays.max()
    tied, nth = np.unique(number[is_most], return_inverse=True)
    if len(tied) == 1:
        return int(tied[0])
    listened, oldest = np.bincount(nth, weights=ms[is_most]), np.full(len(tied), NEVER)
    np.minimum.at(oldest, nth, older[track[is_most]])
    return int(tied[np.lexsort((oldest, -listened))[0]])


def _week(day: date) -> int:
    """The number of the week that a day lies in."""
    return (day_number(day) + FIRST_WEEKDAY) // DAYS_A_WEEK


def _monday(week: int) -> date:
    return date_of(week * DAYS_A_WEEK) - FIRST_WEEKDAY * DAY
