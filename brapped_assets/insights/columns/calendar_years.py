"""A period by calendar years: of whole ones it is remembered what was found."""

from collections.abc import Callable, Hashable, Iterator
from datetime import date
from functools import partial
from typing import TypeVar

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, day_number
from brapped_assets.insights.columns.result_cache import Earlier
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.columns.summed_plays import SummedPlays

_Found = TypeVar("_Found")


def by_year(
    shown: ShownPlays, what: Hashable, first: date, until: date, find: Callable[[SummedPlays], _Found]
) -> Iterator[_Found]:
    """What `find` finds of the plays of each year of the local days from `first` up to, not including, `until`.

    It must find the same for the same plays: of all plays of a listener it is remembered as `what` for whole years.
    """
    if len(shown.life.plays) == 0:
        return
    earliest, latest = date_of(shown.life.first_day), date_of(shown.life.last_day)
    for year in range(max(first, earliest).year, min(until, latest).year + 1):
        begins, ends = _ends(year)
        is_whole = first <= max(begins, earliest) and (until >= ends or until > latest)
        if shown.whole is None and is_whole:
            yield shown.remembered.find((what, year), partial(_of_year, shown, year, find))
        else:
            yield find(shown.plays(max(first, begins), min(until, ends)))


def _of_year(shown: ShownPlays, year: int, find: Callable[[SummedPlays], _Found], earlier: Earlier | None) -> _Found:
    begins, ends = _ends(year)
    if earlier is not None and not np.any((earlier.days >= day_number(begins)) & (earlier.days < day_number(ends))):
        same: _Found = earlier.found
        return same
    return find(shown.plays(begins, ends))


def _ends(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year + 1, 1, 1)
