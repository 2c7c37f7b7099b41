"""A period drawn day by day: a calendar of months for up to about a year, years of months beyond. Pure layout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Literal

from brapped_assets.insights.columns.sums import By
from brapped_assets.insights.overview import Day
from brapped_assets.insights.periods import DAY, Period, each_day
from brapped_assets.insights.viewer import Viewer

LEVELS = 9
MOST_DAYS = 400
Kind = Literal["played", "gap", "today", "future", "before"]


@dataclass(frozen=True)
class Cell:
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
    def weeks(self) -> int:
        return max(cell.week for cell in self.cells) + 1


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


def months(who: Viewer, period: Period, days: Sequence[Day], by: By) -> list[Block]:
    """A calendar: one block a month, weeks from Monday. Empty for what is shorter than 8 or longer than 400 days."""
    if not 7 < period.days <= MOST_DAYS:  # noqa: PLR2004  (a week is a row of bars)
        return []
    played, gaps = {day.day: day for day in days}, gap_days(who, period)
    asked = list(each_day(period))
    shade = levels(_value(played.get(day), by) for day in asked)
    blocks: list[Block] = []
    for day, level in zip(asked, shade, strict=True):
        if not blocks or blocks[-1].first.month != day.month or blocks[-1].first.year != day.year:
            blocks.append(Block(day))
        of = played.get(day)
        offset = blocks[-1].first.weekday()
        week = (offset + (day - blocks[-1].first).days) // 7
        blocks[-1].cells.append(
            Cell(day, of.plays if of else 0, of.ms if of else 0, level, _kind(who, day, gaps), week, day.weekday())
        )
    return blocks


def years(who: Viewer, period: Period, days: Sequence[Day], by: By) -> list[Block]:
    """One block a year, twelve cells each. Empty for up to 400 days."""
    if period.days <= MOST_DAYS:
        return []
    of_month: dict[date, list[Day]] = {}
    for day in days:
        of_month.setdefault(day.day.replace(day=1), []).append(day)
    gaps = {day.replace(day=1) for day in gap_days(who, period)}
    firsts = [date(year, month, 1) for year in range(period.first.year, period.last.year + 1) for month in range(1, 13)]
    shade = levels(sum(_value(day, by) for day in of_month.get(first, [])) for first in firsts)
    cells = [
        Cell(first, sum(day.plays for day in of_month.get(first, [])), sum(day.ms for day in of_month.get(first, [])),
             level, _kind_of_month(who, first, gaps))
        for first, level in zip(firsts, shade, strict=True)
    ]  # fmt: skip
    return [Block(cells[n].day, cells[n : n + 12]) for n in range(0, len(cells), 12)]


def line(who: Viewer, period: Period, days: Sequence[Day]) -> Mapping[date, int]:
    """Milliseconds of every day of a period, from the first play known up to today."""
    played = {day.day: day.ms for day in days}
    first, until = max(period.first, who.first_day or period.first), min(period.until, who.today + DAY)
    return {day: played.get(day, 0) for day in each_day(Period("", "", first, until))}


def means(values: Sequence[int]) -> list[float]:
    """The mean of each day and the three to either side, fewer at the ends: what many days are read by."""
    sums = [0, *accumulate(values)]
    windows = ((max(n - 3, 0), min(n + 4, len(values))) for n in range(len(values)))
    return [(sums[until] - sums[first]) / (until - first) for first, until in windows]


def _value(day: Day | None, by: By) -> int:
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
