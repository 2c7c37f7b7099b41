"""A period drawn day by day: a calendar of months for up to about a year, years of months beyond. Pure layout."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights import overview
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.reductions import By, Integers
from brapped_assets.insights.overview import Day, Days, Month
from brapped_assets.insights.periods import DAY, Period, each_day, place_in_week
from brapped_assets.insights.viewer import Viewer

LEVELS = 9
MOST_DAYS = 400
Kind = Literal["played", "gap", "today", "future", "before"]


class Cell(NamedTuple):
    """One day, or one month beginning with it; `level` 0 (nothing) to 9. `week` and `weekday` are its place, from 0.

    `kind`: `gap` where plays may be missing, `today` while it runs, `future` and `before` (the first play known) blank.
    """

    day: date
    plays: int
    ms: int
    level: int
    kind: Kind
    week: int = 0
    weekday: int = 0


@dataclass(frozen=True)
class Block:
    """One month of days, or one year of months."""

    first: date
    cells: list[Cell] = field(default_factory=list)

    @property
    def shown(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind not in {"future", "before"}]

    @property
    def with_music(self) -> int:
        return sum(cell.plays > 0 for cell in self.cells)


class Line(NamedTuple):
    """Days in a row, since 2000-01-01, silent ones too."""

    day: Integers
    plays: Integers
    ms: Integers


def gap_days(who: Viewer, period: Period) -> set[date]:
    """The days of a period that lie, in whole or in part, in a stretch not seen in full."""
    reach = [
        Period("", "", max(gap.gap_start.date(), period.first), min(gap.gap_end.date() + DAY, period.until))
        for gap in who.gaps_in(period)
    ]
    return {day for stretch in reach for day in each_day(stretch)}


def levels(values: Iterable[int]) -> list[int]:
    """0 for nothing, else 1 to 9, the most from where one in twenty lies: a single wild day dims no other."""
    told = list(values)
    some = sorted(value for value in told if value)
    if not some:
        return [0] * len(told)
    most = some[int((len(some) - 1) * 0.95)]
    return [min(LEVELS, -(-value * LEVELS // most)) for value in told]


def months(who: Viewer, period: Period, days: Days, by: By) -> list[Block]:
    """A calendar: one block a month, weeks as the listener has them. Empty for less than 8 or more than 400 days."""
    if not 7 < period.days <= MOST_DAYS:  # noqa: PLR2004  (a week is a row of bars)
        return []
    played, gaps = {day.day: day for day in days}, gap_days(who, period)
    asked = list(each_day(period))
    shade = levels(_value(played.get(day), by) for day in asked)
    blocks: list[Block] = []
    place = 0
    for day, level in zip(asked, shade, strict=True):
        if not blocks or day.day == 1:
            blocks.append(Block(day))
            place = place_in_week(day)
        of, (week, weekday) = played.get(day), divmod(place, 7)
        plays, ms = (of.plays, of.ms) if of else (0, 0)
        blocks[-1].cells.append(Cell(day, plays, ms, level, _kind(who, day, gaps), week, weekday))
        place += 1
    return blocks


def years(who: Viewer, period: Period, days: Days, by: By) -> list[Block]:
    """One block a year, twelve cells each. Empty for up to 400 days."""
    if period.days <= MOST_DAYS:
        return []
    played = {month.month: month for month in overview.months(days)}
    gaps = {day.replace(day=1) for day in gap_days(who, period)}
    firsts = [date(year, month, 1) for year in range(period.first.year, period.last.year + 1) for month in range(1, 13)]
    shade = levels(_value(played.get(first), by) for first in firsts)
    cells = []
    for first, level in zip(firsts, shade, strict=True):
        _, plays, ms = played.get(first, (first, 0, 0))
        cells.append(Cell(first, plays, ms, level, _kind_of_month(who, first, gaps)))
    return [Block(cells[n].day, cells[n : n + 12]) for n in range(0, len(cells), 12)]


def line(who: Viewer, period: Period, days: Days) -> Line:
    """Every day of a period from the first play known up to today."""
    first, until = max(period.first, who.first_day or period.first), min(period.until, who.today + DAY)
    day = np.arange(day_number(first), day_number(until))
    plays, ms = np.zeros(len(day), np.int64), np.zeros(len(day), np.int64)
    rows = np.flatnonzero(np.isin(days.day, day))
    at = days.day[rows] - day[:1]
    plays[at], ms[at] = days.plays[rows], days.ms[rows]
    return Line(day, plays, ms)


def means(values: Integers) -> NDArray[np.float64]:
    """The mean of each day and the three to either side, fewer at the ends: what many days are read by."""
    sums = np.concatenate([[0], np.cumsum(values)])
    nth = np.arange(len(values))
    first, until = np.maximum(nth - 3, 0), np.minimum(nth + 4, len(values))
    found: NDArray[np.float64] = (sums[until] - sums[first]) / (until - first)
    return found


def _value(day: Day | Month | None, by: By) -> int:
    return 0 if day is None else day.plays if by == "plays" else day.ms


def _kind(who: Viewer, day: date, gaps: set[date]) -> Kind:
    if day > who.today:
        return "future"
    if day == who.today:
        return "today"
    if day in gaps:
        return "gap"
    return "before" if who.first_day and day < who.first_day else "played"


def _kind_of_month(who: Viewer, first: date, gaps: set[date]) -> Kind:
    if first > who.today:
        return "future"
    if first in gaps:
        return "gap"
    if (first.year, first.month) == (who.today.year, who.today.month):
        return "today"
    return "before" if who.first_day and first < who.first_day.replace(day=1) else "played"
