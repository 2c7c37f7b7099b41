"""The most played song of each month; of each year where the months would be more than twelve."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from brapped_assets.insights.columns.calendar_years import by_year
from brapped_assets.insights.columns.day_numbers import month_of, months_of
from brapped_assets.insights.columns.reductions import Sums, summed
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import Favourite, Favourites
from brapped_assets.insights.wrapped.named_items import Naming, songs

MOST = 12


class _Best(NamedTuple):
    """The most played song of a step: its key, plays and milliseconds."""

    step: date
    key: int
    plays: int
    ms: int


def favourites(who: Viewer, period: Period, plays: SummedPlays) -> Naming[Favourites]:
    """Ties fall to milliseconds, then the older key. `plays` are those of the period."""
    if not len(plays):
        return Favourites()
    first, last = months_of(plays.days[[0, -1]]).tolist()
    is_long = last - first >= MOST
    what, find = ("song of the year", _of_year) if is_long else ("songs of months", _of_months)
    found = [best for year in by_year(who.shown, what, period.first, period.until, find) for best in year][-MOST:]
    told = yield from songs([(best.key, best.plays, best.ms) for best in found])
    return Favourites(is_long, tuple(Favourite(best.step, song) for best, song in zip(found, told, strict=True)))


def _of_year(plays: SummedPlays) -> Sequence[_Best]:
    if not len(plays):
        return []
    step = month_of(int(months_of(plays.days[:1])[0])).replace(month=1)
    return [_best(plays, plays.by_track, step)]


def _of_months(plays: SummedPlays) -> Sequence[_Best]:
    if not len(plays):
        return []
    first, last = plays.days[[0, -1]]
    month_of_day = months_of(np.arange(first, last + 1))
    earliest, tracks = int(month_of_day[0]), len(plays.catalogue.tracks)
    many = int(month_of_day[-1]) - earliest + 1
    sums = summed((month_of_day - earliest)[plays.day - first] * tracks + plays.track, plays.ms, many * tracks)
    by_month = zip(sums.plays.reshape(many, tracks), sums.ms.reshape(many, tracks), strict=True)
    return [_best(plays, Sums(*one), month_of(earliest + nth)) for nth, one in enumerate(by_month) if one[0].any()]


def _best(plays: SummedPlays, sums: Sums, step: date) -> _Best:
    keys = plays.catalogue.tracks.keys
    (track,) = sums.ranked("plays", keys, 1)
    return _Best(step, int(keys[track]), int(sums.plays[track]), int(sums.ms[track]))
