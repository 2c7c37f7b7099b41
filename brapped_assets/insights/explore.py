"""What *Explore* shows beside facets: the line of time in bars, the hours of the week, and what leaves nothing."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from brapped_assets.insights.columns.day_numbers import DAYS_A_WEEK, FIRST_WEEKDAY, day_number
from brapped_assets.insights.columns.reductions import Sums
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.facets import Seen
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.periods import DAY, Period, named
from brapped_assets.insights.selection import KINDS, Selection
from brapped_assets.insights.viewer import Viewer

# More days than these are bars of months, and more months than these bars of years.
MOST_DAYS, MOST_MONTHS = 62, 96
DECEMBER = 12


@dataclass(frozen=True)
class Bar:
    """A stretch of the line of time: what plays it has are those of the period `name` names."""

    name: str
    first: date
    until: date
    plays: int
    ms: int


class Emptier(NamedTuple):
    """The one kind of a selection without which most `plays` come back; of equal ones the first of an address."""

    kind: str
    plays: int


def bars(who: Viewer, period: Period) -> list[Bar]:
    """Days, months or years of a period, from the first play known to the last that may be; empty before and after."""
    known = _named(who, "all")
    end = max(known.until, (who.last_day or who.today) + DAY)
    first, until = max(period.first, known.first), min(period.until, end)
    if first >= until:
        return []
    edges = _edges(first, until)
    heard = who.shown.plays(period.first, period.until).by_hour
    place = np.searchsorted([day_number(edge) for edge in edges[1:]], heard.day, side="right")
    sums = Sums(heard.plays.sum(axis=1), heard.ms.sum(axis=1)).grouped(place, len(edges))
    return [
        Bar(_name(since, to, known.first, end), since, to, plays, ms)
        for since, to, plays, ms in zip(
            edges[:-1], edges[1:], sums.plays.tolist()[:-1], sums.ms.tolist()[:-1], strict=True
        )
    ]


def around(who: Viewer, period: Period) -> Period:
    """What the bars stand for: of a day its month, else the period itself."""
    return _named(who, f"{period.first:%Y-%m}") if period.days == 1 else period


def wider(who: Viewer, period: Period) -> list[Period]:
    """The periods around one, the widest first: all time, and the year and the month that it is a part of."""
    if period.name == "all":
        return []
    found, first, last = [_named(who, "all")], period.first, period.last
    if first.year == last.year and period.name not in {"year", f"{first:%Y}"}:
        found.append(_named(who, "year" if first.year == who.today.year else f"{first:%Y}"))
        if first.month == last.month and period.name not in {"month", "last-month", f"{first:%Y-%m}"}:
            found.append(_named(who, f"{first:%Y-%m}"))
    return found


def week(plays: SummedPlays) -> Sums:
    """By hour of the week: 24 times the weekday (Monday is 0) and the local hour."""
    heard = plays.by_hour
    at = (heard.day + FIRST_WEEKDAY)[:, None] % DAYS_A_WEEK * HOURS + np.arange(HOURS)
    return Sums(heard.plays.ravel(), heard.ms.ravel()).grouped(at.ravel(), DAYS_A_WEEK * HOURS)


def emptier(seen: Seen, selection: Selection, period: Period) -> Emptier | None:
    """What empties a selection without plays; None where no kind does it alone."""
    found = [
        Emptier(kind, len(seen(selection.without(kind)).shown.plays(period.first, period.until)))
        for kind in (*KINDS, "private", "rule")
        if getattr(selection, kind) != getattr(selection.bare, kind)
    ]
    most = max(found, key=lambda one: one.plays, default=None)
    return most if most and most.plays else None


def _edges(first: date, until: date) -> list[date]:
    """The first days of all bars, and the day after the last."""
    if (until - first).days <= MOST_DAYS:
        return [first + n * DAY for n in range((until - first).days + 1)]
    last = until - DAY
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, DECEMBER + 1)
        if first < date(year, month, 1) < until
    ]
    if len(months) >= MOST_MONTHS:
        months = [month for month in months if month.month == 1]
    return [first, *months, until]


def _name(first: date, until: date, earliest: date, end: date) -> str:
    """How an address names a stretch: as a day, a month, a year, or by its ends where it is only part of one.

    Nothing lies before `earliest`, and nothing from `end` on.
    """
    if until - first == DAY:
        return f"{first}"
    month = first.replace(day=1)
    for name, begins, ends in (
        (f"{first:%Y-%m}", month, (month + 31 * DAY).replace(day=1)),
        (f"{first:%Y}", month.replace(month=1), date(first.year + 1, 1, 1)),
    ):
        if until <= ends and (first == begins or first <= earliest) and until in {ends, end}:
            return name
    return f"{first}..{until - DAY}"


def _named(who: Viewer, name: str) -> Period:
    return named(name, today=who.today, first_day=who.first_day or who.today)
