"""Plays over time: by day, week, month and year of a period, and by the hours of the week."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np

from brapped_assets.insights import habits
from brapped_assets.insights.api_answers.model import Model, Row
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.columns.day_numbers import day_number, day_numbers
from brapped_assets.insights.completeness import days_touched
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Unit = Literal["days", "weeks", "months", "years"]
NAMES: dict[Unit, str] = {"days": "%Y-%m-%d", "weeks": "%G-W%V", "months": "%Y-%m", "years": "%Y"}


class Series(Model):
    """A day, week (from Monday), month or year, as much of it as lies in the period; silent ones are there, too."""

    name: str
    """As an address names it whole, such as 2025-03-09, 2025-W10, 2025-03 or 2025."""
    first: date
    """Its first local day in the period."""
    last: date
    """Its last local day in the period."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""
    estimated_ms: int
    """The part of them that is estimated."""
    is_at_least: bool
    """Whether a gap reaches into it."""


class HourOfWeek(Model):
    """An hour of the week, of all weeks of a period."""

    weekday: int
    """1 is Monday."""
    hour: int
    """The local hour, 0 to 23."""
    plays: int
    """Plays that ended in it."""
    ms: int
    """Their milliseconds."""


def series(_tx: Connection, asked: Question, unit: Unit) -> list[Row]:
    """Rows of `Series`, from the first play known up to today, as far as the period reaches."""
    who, period = asked.who, asked.period
    first, until = ends(who, period)
    if first >= until:
        return []
    edges = [*_edges(first, until, unit), until]
    starts = day_numbers(edges[:-1]).astype(np.int64)
    table = who.shown.days(first, until)
    of = np.searchsorted(starts, table.first + np.arange(len(table.rows)), side="right") - 1
    plays, ms, estimated = (
        np.bincount(of, weights=column, minlength=len(starts)).astype(np.int64).tolist()
        for column in (table.plays.sum(axis=1), table.ms.sum(axis=1), table.estimated_ms)
    )
    in_doubt = np.zeros(len(starts), np.bool_)
    touched = [day_number(day) for day in days_touched(who.gaps_in(period)) if first <= day < until]
    in_doubt[np.searchsorted(starts, np.array(touched, np.int64), side="right") - 1] = True
    return [
        {
            "name": _name(since, unit), "first": since, "last": to - DAY, "plays": heard, "ms": length,
            "estimated_ms": about, "is_at_least": least,
        }
        for (since, to), heard, length, about, least in zip(
            pairwise(edges), plays, ms, estimated, in_doubt.tolist(), strict=True
        )
    ]  # fmt: skip


def clock(_tx: Connection, asked: Question) -> list[HourOfWeek]:
    """Always 7 times 24."""
    plays, ms = (habits.clock(asked.who, asked.period, by) for by in ("plays", "minutes"))
    return [
        HourOfWeek(weekday=day + 1, hour=hour, plays=plays[day][hour], ms=ms[day][hour])
        for day in range(habits.WEEKDAYS)
        for hour in range(habits.HOURS)
    ]


def ends(who: Viewer, period: Period) -> tuple[date, date]:
    """As much of a period as there can be plays in: its first day, and the day after the last."""
    first = max(period.first, who.first_day or period.first)
    return first, min(period.until, max(who.today, who.last_day or who.today) + DAY)


def _edges(first: date, until: date, unit: Unit) -> Iterator[date]:
    while first < until:
        yield first
        match unit:
            case "days":
                first += DAY
            case "weeks":
                first += (7 - first.weekday()) * DAY
            case "months":
                first = (first.replace(day=1) + 31 * DAY).replace(day=1)
            case "years":
                first = date(first.year + 1, 1, 1)


def _name(first: date, unit: Unit) -> str:
    # Ten years of days are thousands.
    return first.isoformat() if unit == "days" else first.strftime(NAMES[unit])
