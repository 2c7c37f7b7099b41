"""Charts as the numbers of an SVG: where bars stand and how wedges run. Text and colours are the template's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin

from brapped_assets.insights.periods import Period

HOURS = 24
INNER, OUTER = 34.0, 98.0


@dataclass(frozen=True)
class Bar:
    """A month's bar, 0 to 100 high. `chosen`: in the period looked at; `open`: not over, or plays may be missing."""

    month: date
    plays: int
    ms: int
    height: float
    chosen: bool
    open: bool


def month_bars(
    plays: Mapping[date, tuple[int, int]], first: date, today: date, chosen: Period, at_least: Collection[date]
) -> list[Bar]:
    """A bar for every month from `first` to the one of `today`; `plays` are (plays, ms) by first day of the month."""
    months = [
        date(number // 12, number % 12 + 1, 1)
        for number in range(first.year * 12 + first.month - 1, today.year * 12 + today.month)
    ]
    most = max((count for count, _ in plays.values()), default=0) or 1
    following = [*months[1:], date(today.year + today.month // 12, today.month % 12 + 1, 1)]
    bars = []
    for month, after in zip(months, following, strict=True):
        count, ms = plays.get(month, (0, 0))
        is_chosen = month < chosen.until and after > chosen.first
        is_open = month == months[-1] or month in at_least
        bars.append(Bar(month, count, ms, max(100 * count / most, 2.5) if count else 0, is_chosen, is_open))
    return bars


def years_of(bars: Sequence[Bar]) -> list[tuple[int, int]]:
    """The years under the bars, each with how many of them it has."""
    counted: dict[int, int] = {}
    for bar in bars:
        counted[bar.month.year] = counted.get(bar.month.year, 0) + 1
    return list(counted.items())


def wedges(plays: Mapping[int, int]) -> list[tuple[int, int, str]]:
    """The clock: (hour, plays, path of its wedge) for all 24 hours, midnight on top, in a box from -100 to 100.

    The length of a wedge is its plays.
    """
    most = max(plays.values(), default=0) or 1
    return [
        (hour, plays.get(hour, 0), _wedge(hour, INNER + (OUTER - INNER) * plays.get(hour, 0) / most))
        for hour in range(HOURS)
    ]


def _wedge(hour: int, outer: float) -> str:
    turn = 2 * pi / HOURS
    start, end = hour * turn + 0.012, (hour + 1) * turn - 0.012
    corners = [(INNER, start), (outer, start), (outer, end), (INNER, end)]
    a, b, c, d = (f"{radius * sin(angle):.2f} {-radius * cos(angle):.2f}" for radius, angle in corners)
    return f"M{a}L{b}A{outer:.2f} {outer:.2f} 0 0 1 {c}L{d}A{INNER} {INNER} 0 0 0 {a}Z"
