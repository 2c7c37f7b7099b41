"""Genres by time and by hour: of the most heard genres of some plays, when each was heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.plays import MOST_DAYS
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import Period

HOURS = 24


@dataclass(frozen=True)
class GenreTables:
    """By genre, in the order asked for: plays, or milliseconds, in each stretch of time, and in each local hour."""

    by_stretch: list[list[int]]
    by_hour: list[list[int]]


def genre_tables(plays: SummedPlays, genres: Sequence[str], stretches: Sequence[Period], by: By) -> GenreTables:
    """One look at each play, whatever is asked for; stretches follow each other."""
    traits, artists = plays.catalogue.traits, len(plays.catalogue.artists)
    numbers = [traits.genres.index(name) for name in genres]
    many = max(len(stretches), 1)
    ends = np.array([day_number(one.until) for one in stretches], np.int64)
    # Of each day and each song it is looked up once where it counts.
    stretch_of = np.minimum(np.searchsorted(ends, np.arange(MOST_DAYS + 1), side="right"), many - 1)
    of_track = plays.catalogue.artist.astype(np.intp)
    by_stretch, by_hour = (of_track * many, stretch_of), (of_track * HOURS, np.arange(HOURS))
    in_stretch, in_hour = np.zeros(artists * many, np.int64), np.zeros(artists * HOURS, np.int64)
    # Whoever has none of these genres is not looked at.
    has_one = np.zeros(artists, np.bool_)
    has_one[traits.artist[np.isin(traits.genre, numbers)]] = True
    of_tracks = has_one[plays.catalogue.artist]
    for few in plays.in_pieces():
        track = few.track
        some = np.flatnonzero(of_tracks.take(track))
        track, weights = track.take(some), few.ms.take(some) if by == "minutes" else None
        in_stretch += _counted(by_stretch, track, few.day.take(some), weights, len(in_stretch))
        in_hour += _counted(by_hour, track, few.hour.take(some), weights, len(in_hour))
    tables = in_stretch.reshape(-1, many), in_hour.reshape(-1, HOURS)
    of_genres = [traits.artist[traits.genre == number] for number in numbers]
    return GenreTables(*([of[artists].sum(axis=0).tolist() for artists in of_genres] for of in tables))


Places = tuple[NDArray[np.intp], NDArray[np.intp]]


def _counted(
    places: Places, track: Numbers, column: NDArray[np.integer], weights: Numbers | None, many: int
) -> NDArray[np.int64]:
    """Plays, or milliseconds, by what is of a track and what is of a day, or of an hour, together."""
    of_track, of_column = places
    found = np.bincount(of_track.take(track) + of_column.take(column), weights=weights, minlength=many)
    return found.astype(np.int64)
