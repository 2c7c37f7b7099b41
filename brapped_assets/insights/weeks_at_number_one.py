"""Weeks at number one: the most played artist, song or album of each week, and how many weeks each of them led."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import DAYS_A_WEEK, FIRST_WEEKDAY, date_of, day_number
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.reductions import NEVER, Integers, looked_up, starts, summed
from brapped_assets.insights.columns.result_cache import Earlier
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.names import MUSIC, names
from brapped_assets.insights.periods import DAY, EARLIEST, LATEST, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Ints = NDArray[np.int64]
Row = dict[str, Any]
# What is counted lies on so many heaps a week, a power of two.
HEAPS = 256


class Reign(NamedTuple):
    """`weeks` at number one, `in_a_row` at most; `last` is the Monday of the latest."""

    weeks: int
    in_a_row: int
    last: date

    @property
    def last_day(self) -> date:
        return self.last + (DAYS_A_WEEK - 1) * DAY


class Leader(NamedTuple):
    """Who led, as `names` has it, and for how long."""

    named: Row
    reign: Reign


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
    most = number[np.lexsort((first, -many))[:limit]]
    keys = sums_by_item.numbering(who.shown, kind).keys[most].tolist()
    named = names(tx, MUSIC[kind], keys, who.shown.catalogue.same_artists)
    reigns = (reign_of(led, one) for one in most.tolist())
    return len(number), [Leader(named.get(key, {}), of) for key, of in zip(keys, reigns, strict=True) if of]


def reign_of(led: Weeks, number: int) -> Reign | None:
    """Of one among those that led some weeks; None for who never did."""
    mine = led.week[led.number == number]
    if len(mine) == 0:
        return None
    # A run ends where another leads, or where a week has no play.
    begins = np.flatnonzero(np.diff(mine, prepend=-2) > 1)
    lengths = np.diff(begins, append=len(mine))
    return Reign(len(mine), int(lengths.max()), _monday(int(mine[-1])))


def weeks_led(who: Viewer, period: Period, kind: Music) -> Ints:
    """By number how many weeks of a period each led."""
    led = weeks(who, period, kind)
    return np.bincount(led.number, minlength=len(sums_by_item.numbering(who.shown, kind)))


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


def all_weeks(shown: ShownPlays, kind: Music) -> Weeks:
    """The leaders of all weeks with plays, the running one, too: remembered, for every list asks for them."""
    return shown.remembered.find(("leaders", kind), lambda earlier: _found(shown, kind, earlier)).led


class _Found(NamedTuple):
    """`of_track` and `older` are what decided whose each track was, and between equals."""

    of_track: Numbers
    older: Numbers
    led: Weeks


def _found(shown: ShownPlays, kind: Music, earlier: Earlier | None) -> _Found:
    """Of the weeks before the days that changed it is what was found before."""
    of_track, older = _of_track(shown.catalogue, kind), _older(shown.catalogue, kind)
    before: _Found | None = earlier.found if earlier else None
    if (
        earlier is None
        or before is None
        or not (
            np.array_equal(before.of_track, of_track[: len(before.of_track)])
            and np.array_equal(before.older, older[: len(before.older)])
        )
    ):
        return _Found(of_track, older, _leading(shown, kind, EARLIEST, LATEST))
    if len(earlier.days) == 0:
        return _Found(of_track, older, before.led)
    monday = _monday(_week(date_of(earlier.days.min())))
    rows = before.led.week < _week(monday)
    late = _leading(shown, kind, monday, LATEST)
    columns = (np.concatenate([was[rows], now]) for was, now in zip(before.led, late, strict=True))
    return _Found(of_track, older, Weeks(*columns))


def _leading(shown: ShownPlays, kind: Music, monday: date, until: date) -> Weeks:
    """The leader of each week from one Monday up to, not including, another."""
    plays = shown.plays(monday, until)
    number = looked_up(_of_track(shown.catalogue, kind), plays.track)
    counts = number >= 0
    if kind == "artists" and len(shown.nobodies):
        counts = ~np.isin(number, shown.nobodies)
    if not counts.all():
        plays, number = plays.where(counts), number[counts]
    if not len(number):
        return Weeks(np.empty(0, np.int64), np.empty(0, np.int64))
    week = (plays.day + FIRST_WEEKDAY) // DAYS_A_WEEK
    first = int(week.min())
    week -= first
    rows = _that_may_lead(week, number)
    met, nth = np.unique(week[rows].astype(np.int64) << 32 | number[rows], return_inverse=True)
    sums, oldest = summed(nth, plays.ms[rows], len(met)), np.full(len(met), NEVER)
    np.minimum.at(oldest, nth, _older(shown.catalogue, kind).take(plays.track[rows]))
    of_week = met >> 32
    best = np.lexsort((oldest, -sums.ms, -sums.plays, of_week))
    best = best[starts(of_week[best])]
    return Weeks(met[best] & (2**32 - 1), of_week[best] + first)


def _that_may_lead(week: Integers, number: Integers) -> NDArray[np.intp]:
    """The rows of whoever may have the most of a week. Numbers lie on heaps, and no number has more than its heap."""
    lies_on = number & (HEAPS - 1)
    heap = week * HEAPS + lies_on
    height = np.bincount(heap, minlength=(1 + int(week.max())) * HEAPS).reshape(-1, HEAPS)
    # Of the highest heap numbers are counted one by one: only heaps as high as the most of these can hold the leader.
    some = np.flatnonzero(height.argmax(axis=1).take(week) == lies_on)
    met, plays = np.unique(week[some].astype(np.int64) << 32 | number[some], return_counts=True)
    least = np.ones(len(height), np.int64)
    np.maximum.at(least, met >> 32, plays)
    return np.flatnonzero((height >= least[:, None]).ravel().take(heap))


def _of_track(catalogue: Catalogue, kind: Music) -> Numbers:
    """By track the number of what leads, -1 for none."""
    match kind:
        case "artists":
            return catalogue.artist
        case "songs":
            return np.arange(len(catalogue.tracks), dtype=np.int32)
        case "albums":
            return catalogue.album


def _older(catalogue: Catalogue, kind: Music) -> Numbers:
    """By track the key that decides between equals."""
    match kind:
        case "artists":
            return catalogue.artists.keys.take(catalogue.artist).astype(np.int32)
        case "songs":
            return catalogue.tracks.keys.astype(np.int32)
        case "albums":
            return catalogue.album_key


def _week(day: date) -> int:
    """The number of the week that a day lies in."""
    return (day_number(day) + FIRST_WEEKDAY) // DAYS_A_WEEK


def _monday(week: int) -> date:
    return date_of(week * DAYS_A_WEEK) - FIRST_WEEKDAY * DAY
