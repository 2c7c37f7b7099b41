"""Which plays a page of the history lists: those of a selection, a period and a text, of any length."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.counting_rules import counts
from brapped_assets.insights.columns.day_numbers import date_of, day_number
from brapped_assets.insights.columns.plays import Flag, Ints, Mask, Plays
from brapped_assets.insights.columns.reductions import looked_up, summed_of_few
from brapped_assets.insights.columns.selection_mask import of_tracks
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import EVERYTHING, KINDS, Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "lists.sql")


class Asked(NamedTuple):
    """What the plays of a list must be. `period` None is ever, `text` empty is any."""

    selection: Selection = EVERYTHING
    period: Period | None = None
    text: str = ""


@dataclass(frozen=True, eq=False)
class Listing:
    """`rows` are the places of the plays among `who.shown.life.plays`, in order of their END.

    `who` sees those of them that statistics speak of, on all days.
    """

    who: Viewer
    asked: Asked
    rows: Ints

    @property
    def plays(self) -> Plays:
        return self.who.shown.life.plays

    @cached_property
    def counting(self) -> SummedPlays:
        """Those of them that count."""
        period = self.asked.period
        return self.who.shown.plays(period.first, period.until) if period else self.who.shown.ever

    @property
    def is_estimated(self) -> bool:
        """Whether some of the time that counts is estimated."""
        return self.counting.has_any(Flag.ESTIMATED)

    @property
    def first_day(self) -> date | None:
        return date_of(self.plays.day[self.rows[0]]) if len(self.rows) else None

    def counts(self, rows: Ints) -> Mask:
        """Which of some plays count by the rule, were they neither private nor hidden."""
        plays = self.plays.where(rows)
        by_rule = counts(plays, self.who.shown.catalogue, self.asked.selection.rule, self.who.shown.life.track_done)
        return by_rule & ~plays.has(Flag.REPEAT)


def list_plays(tx: Connection, who: Viewer, asked: Asked = Asked()) -> Listing:  # noqa: B008 - it cannot be changed
    """`who` sees what the selection leaves. While it narrows nothing, what statistics leave out is listed, too."""
    selection, period, text = asked
    plays, shown, span = who.shown.life.plays, who.shown, who.shown.all_places
    left: list[Mask] = []
    if period:
        since, to = day_number(period.first), day_number(period.until)
        span = shown.places(since, to)
        day = plays.day[span]
        left += [day >= since, day < to]
    if selection.narrows:
        left.append(shown.rows[span])
    if text:
        tracks = matching(tx, who, text)
        left.append(looked_up(tracks, plays.track[span]))
        who = replace(who, shown=of_tracks(shown, tracks))
    rows = span.start + np.flatnonzero(np.logical_and.reduce(left)) if left else np.arange(len(plays))
    return Listing(who, asked, rows)


def matching(tx: Connection, who: Viewer, text: str) -> Mask:
    """Which tracks (by number) have a text in their title, their main artist's name or their album's."""
    catalogue = who.shown.catalogue
    row = one_row(tx, q.matching, {"text": text})
    artists, tracks, releases = (np.frombuffer(row[kind] or b"", ">i4") for kind in ("artists", "tracks", "releases"))
    return (
        _those(catalogue.artists.numbers(artists), len(catalogue.artists))[catalogue.artist]
        | _those(catalogue.tracks.numbers(tracks), len(catalogue.tracks))
        | np.isin(catalogue.album_key, releases)
    )


def _those(numbers: NDArray[np.int32], many: int) -> Mask:
    found = np.zeros(many, np.bool_)
    found[numbers[numbers >= 0]] = True
    return found


class Total(NamedTuple):
    """What counts of a day."""

    plays: int
    ms: int
    is_estimated: bool


def totals(of: Listing, first: date, last: date) -> Mapping[date, Total]:
    """The days of a list with plays that count, both ends in."""
    plays = of.who.shown.plays(first, last + DAY)
    if not len(plays):
        return {}
    days, sums = summed_of_few(plays.day, plays.ms)
    estimated = set(plays.day[plays.has(Flag.ESTIMATED)].tolist())
    return {
        date_of(day): Total(many, ms, day in estimated)
        for day, many, ms in zip(days.tolist(), sums.plays.tolist(), sums.ms.tolist(), strict=True)
    }


class Year(NamedTuple):
    """The same day in another year: its plays that count, and the song of most of them as `names` has it."""

    day: date
    plays: int
    ms: int
    song: dict[str, Any]


def other_years(tx: Connection, of: Listing, day: date) -> list[Year]:
    """The years, newest first, in which something of it was heard on this day of the year."""
    found = []
    for at in _same_days(of.who, day):
        plays = of.who.shown.plays(at, at + DAY)
        if len(plays):
            tracks, sums = summed_of_few(plays.track, plays.ms)
            keys = plays.catalogue.tracks.keys[tracks]
            found.append((at, len(plays), plays.total_ms, int(keys[sums.ranked("plays", keys, 1)[0]])))
    named = names(tx, "tracks", {key for *_, key in found}, of.who.shown.catalogue.same_artists)
    return [Year(at, plays, ms, named[key]) for at, plays, ms, key in found]


def _same_days(who: Viewer, day: date) -> Iterator[date]:
    if who.first_day is None or who.last_day is None:
        return
    for year in range(who.last_day.year, who.first_day.year - 1, -1):
        # 29 February is in few years.
        is_there = (day.month, day.day) != (2, 29) or date(year, 3, 1) - DAY != date(year, 2, 28)
        if year != day.year and is_there:
            yield day.replace(year=year)


class Way(NamedTuple):
    """What an empty list asked for, and how many plays there are without it."""

    kind: str
    asked: Asked
    plays: int


def ways_out(tx: Connection, whole: Viewer, asked: Asked) -> list[Way]:
    """What to drop, one thing at a time, so that something is listed; `whole` sees everything."""
    selection = asked.selection
    kinds = [*(kind for kind in KINDS if getattr(selection, kind)), *(["private"] if selection.private else [])]
    without = [(kind, asked._replace(selection=selection.without(kind))) for kind in kinds]
    without += [("text", asked._replace(text=""))] if asked.text else []
    without += [("period", asked._replace(period=None))] if asked.period else []
    found = [
        Way(kind, other, len(list_plays(tx, viewer_of(tx, whole, other.selection), other).rows))
        for kind, other in without
    ]
    return [way for way in found if way.plays]
