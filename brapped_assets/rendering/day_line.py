"""Minutes by day as the numbers of an SVG, 100 high and a day one wide: lines, gaps and what stands at its axes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.day_grid import MOST_DAYS, means
from brapped_assets.text.formatting import minutes

# From so many days on a line is read by its mean.
SMOOTH_FROM = 60
PARTS = 4
MS = 60_000


@dataclass(frozen=True)
class DayLine:
    """`minutes`: of each day from `first`, whole. `gaps`: places of the days that were not seen in full, from 0.

    Polylines are empty where they are not drawn: `each` of many years, `mean` of a few weeks, `today` of what is over.
    `steps`: the minutes at the lines across, the highest first. `marks`: the days at each quarter of the width.
    """

    first: date
    minutes: Sequence[int]
    gaps: Sequence[int]
    each: str
    mean: str
    today: str
    steps: Sequence[int]
    marks: Sequence[date]


def day_line(first: date, ms: NDArray[np.integer], gaps: Collection[date], today: date) -> DayLine:
    """Of milliseconds a day, silent days too. A day that is not over looks like a collapse, so it is drawn apart."""
    many = len(ms)
    runs = first + timedelta(days=many - 1) == today
    whole = ms[: many - runs]
    step = _step(int(ms.max(initial=0)) / MS / PARTS)
    top = PARTS * step * MS
    return DayLine(
        first,
        [minutes(one) for one in ms.tolist()],
        [place for day in sorted(gaps) if 0 <= (place := (day - first).days) < many],
        # Years of days are more than a screen has dots: their mean alone, a dot in so many days.
        _points(whole, top) if many <= MOST_DAYS else "",
        _points(means(whole), top) if many > SMOOTH_FROM else "",
        _points(ms[-2:], top, many - 2) if runs and many > 1 else "",
        [step * part for part in range(PARTS, -1, -1)],
        [first + timedelta(days=round(part * (many - 1) / PARTS)) for part in range(PARTS)]
        if many > PARTS
        else [first],
    )


def _step(least: float) -> int:
    """1, 2 or 5, or ten times such a number, and so on: the first that is not less."""
    step = 1
    for factor in cycle((2.0, 2.5, 2.0)):
        if step >= least:
            break
        step = int(step * factor)
    return step


def _points(values: NDArray[np.integer] | NDArray[np.float64], top: float, first: int = 0) -> str:
    step = 1 + len(values) // MOST_DAYS
    heights = (100 - 100 * values[::step] / top).tolist()
    return " ".join(f"{first + x * step},{height:.1f}" for x, height in enumerate(heights))
