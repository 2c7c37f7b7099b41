"""On which days the most played artists of a period were heard: looked for once, for all cards that tell of it."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.reductions import Integers
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer

MOST_ARTISTS = 50
# A silence this long makes a return: so many days before the period are looked at, too.
SILENCE_DAYS = 180


@dataclass(frozen=True)
class ArtistDays:
    """`artists` are numbers, the most played first; `plays` are theirs, each of the `nth` of them.

    `heard` are plays, a row an artist, a column a local day, the `first` of them so many days since 2000-01-01.
    `begins` is the column with which the period begins.
    """

    artists: Integers
    plays: SummedPlays
    nth: NDArray[np.int64]
    first: int
    heard: NDArray[np.int64]
    begins: int


def artist_days(who: Viewer, period: Period) -> ArtistDays:
    within = who.shown.plays(period.first, period.until).by_artist
    top = within.ranked("plays", who.shown.catalogue.artists.keys, MOST_ARTISTS, who.shown.known(within.played))
    plays, nth = who.shown.plays(period.first - timedelta(days=SILENCE_DAYS), period.until).of_artists(top)
    first = int(plays.day.min(initial=day_number(period.until)))
    many = int(plays.day.max(initial=first)) - first + 1
    heard = np.bincount(nth * many + plays.day - first, minlength=len(top) * many).reshape(-1, many)
    return ArtistDays(top, plays, nth, first, heard, max(day_number(period.first) - first, 0))
