"""Days that stand out: the one with the most minutes, a song on repeat, days in a row."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np

from brapped_assets.insights.columns.calendar_years import by_year
from brapped_assets.insights.columns.day_numbers import date_of, instant
from brapped_assets.insights.columns.reductions import summed, summed_of_few
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.overview import Days
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import BigDay, Repeat
from brapped_assets.insights.wrapped.named_items import Naming, artists, counted, songs
from brapped_assets.warehouse.zones import local_time

# The songs of a day are counted in so many heaps, a power of two; those of the highest one by one.
HEAPS = 256


def longest_run(tracks: Sequence[int], of: int) -> int:
    """The most plays of one song in a row."""
    return max((len(list(run)) for track, run in groupby(tracks) if track == of), default=0)


class _Most(NamedTuple):
    """The most plays of one song (its number) in one local day; the least of several comes first."""

    minus_plays: int
    minus_ms: int
    day: int
    key: int
    track: int


def repeat(who: Viewer, period: Period) -> Naming[Repeat | None]:
    """The most plays of one song in one local day; ties fall to milliseconds, the earlier day, the older key."""
    best = min(filter(None, by_year(who.shown, "repeats", period.first, period.until, _most_in_a_day)), default=None)
    if best is None:
        return None
    on = date_of(best.day)
    (song,) = yield from songs([(best.key, -best.minus_plays, -best.minus_ms)])
    of_day = who.shown.plays(on, on + DAY)
    return Repeat(on, song, longest_run(of_day.track.tolist(), best.track))


def _most_in_a_day(plays: SummedPlays) -> _Most | None:
    if not len(plays):
        return None
    many = len(plays.catalogue.tracks)
    days = plays.day
    first = int(days.min())
    heap = (days - first) * HEAPS + (plays.track & (HEAPS - 1))
    high = np.bincount(heap)
    # No song has more plays than the heap it lies on, so only heaps as high as one song's plays can hold the best.
    least = np.unique(plays.track[heap == high.argmax()], return_counts=True)[1].max()
    some = np.flatnonzero((high >= least).take(heap))
    met, sums = summed_of_few((days[some].astype(np.int64) - first) * many + plays.track[some], plays.ms[some])
    day, track = met // many, met % many
    keys = plays.catalogue.tracks.keys[track]
    best = np.lexsort((keys, day, -sums.ms, -sums.plays))[0]
    numbers = (-sums.plays[best], -sums.ms[best], day[best] + first, keys[best], track[best])
    return _Most(*map(int, numbers))


def big_day(who: Viewer, days: Days) -> Naming[BigDay | None]:
    """Of as many minutes the day with more plays, then the first."""
    if not days.plays.any():
        return None
    biggest = days[np.lexsort((-days.plays, -days.ms))[0]]
    plays = who.shown.plays(biggest.day, biggest.day + DAY)
    known = plays.where(~np.isin(plays.artist, who.shown.nobodies))
    met, sums = summed_of_few(known.artist, known.ms)
    keys = plays.catalogue.artists.keys[met]
    artist = yield from artists(counted(sums, keys, sums.ranked("plays", keys, 1)))
    hours = summed(plays.hour, plays.ms, HOURS).ms.tolist()
    first_at, last_at = (_local(who, plays.ended_at[nth]) for nth in (0, -1))
    return BigDay(biggest, tuple(hours), first_at, last_at, artist[0] if artist else None)


def _local(who: Viewer, ended_at: np.int64) -> datetime:
    return local_time(who.spans, instant(ended_at)).replace(tzinfo=None)
