"""Genres by time and by hour: of the most heard genres of some plays, when each was heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.columns.selected_plays import SelectedPlays
from brapped_assets.insights.periods import Period

HOURS = 24


@dataclass(frozen=True)
class GenreTables:
    """By genre, in the order asked for: plays, or milliseconds, in each stretch of time, and in each local hour."""

    by_stretch: list[list[int]]
    by_hour: list[list[int]]


def genre_tables(plays: SelectedPlays, genres: Sequence[str], stretches: Sequence[Period], by: By) -> GenreTables:
    """One look at each play, whatever is asked for; stretches follow each other."""
    traits, artists = plays.catalogue.traits, len(plays.catalogue.artists)
    numbers = [traits.genres.index(name) for name in genres]
    many = max(len(stretches), 1)
    ends = np.array([day_number(one.until) for one in stretches], np.int64)
    in_stretch, in_hour = np.zeros(artists * many, np.int64), np.zeros(artists * HOURS, np.int64)
    # Whoever has none of these genres is not looked at.
    has_one = np.zeros(artists, np.bool_)
    has_one[traits.artist[np.isin(traits.genre, numbers)]] = True
    of_tracks = has_one[plays.catalogue.artist]
    for few in plays.in_pieces():
        some = few.where(of_tracks.take(few.track))
        artist = some.artist.astype(np.intp)
        weights = some.ms if by == "minutes" else None
        stretch = np.minimum(np.searchsorted(ends, some.day, side="right"), many - 1)
        in_stretch += _counted(artist * many + stretch, weights, artists * many)
        in_hour += _counted(artist * HOURS + some.hour, weights, artists * HOURS)
    tables = in_stretch.reshape(-1, many), in_hour.reshape(-1, HOURS)
    by_stretch, by_hour = (
        [of[traits.artist[traits.genre == number]].sum(axis=0).tolist() for number in numbers] for of in tables
    )
    return GenreTables(by_stretch, by_hour)


def _counted(numbers: NDArray[np.integer], weights: NDArray[np.integer] | None, many: int) -> NDArray[np.int64]:
    return np.bincount(numbers, weights=weights, minlength=many).astype(np.int64)
