"""Genres, countries and decades of artists among some plays, and of how much of them these are known.

A play is of every genre of its main artist, so that plays of genres do not add up to all plays.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.artist_traits import ArtistTraits, country_code
from brapped_assets.insights.columns.reductions import By, Sums
from brapped_assets.insights.columns.summed_plays import SummedPlays

Trait = Literal["genre", "origin", "began"]
TRAITS: tuple[Trait, ...] = ("genre", "origin", "began")
# One more than the number of any two letters.
COUNTRIES = 26 * 26
DECADES = 300
# Where less of the minutes is known, nothing is drawn of it.
ENOUGH = 0.3


class Share(NamedTuple):
    """A value as a `Selection` holds it, with the plays that count of it, and their milliseconds."""

    value: int | str
    plays: int
    ms: int


class Known(NamedTuple):
    """Plays, and milliseconds, of artists of whom something is known."""

    plays: int
    ms: int


def shares(plays: SummedPlays, trait: Trait, by: By = "plays") -> list[Share]:
    """What there is of a trait, the most plays (or minutes) first, then by value."""
    traits = plays.catalogue.traits
    sums = sums_of(plays.by_artist, traits, trait)
    found = [Share(value_of(traits, trait, n), int(sums.plays[n]), int(sums.ms[n])) for n in sums.played.tolist()]
    return sorted(found, key=lambda one: (-(one.plays if by == "plays" else one.ms), str(one.value)))


def sums_of(by_artist: Sums, traits: ArtistTraits, trait: Trait) -> Sums:
    """Sums by the number of a genre, a country (one less than `country_number`) or a decade."""
    if trait == "genre":
        many = len(traits.genres)
        return Sums(*(_added(traits.genre, of[traits.artist], many) for of in (by_artist.plays, by_artist.ms)))
    if trait == "origin":
        return by_artist.grouped(traits.country - 1, COUNTRIES)
    return by_artist.grouped(np.where(traits.began > 0, traits.began // 10, -1), DECADES)


def value_of(traits: ArtistTraits, trait: Trait, number: int) -> int | str:
    if trait == "genre":
        return traits.genres[number]
    return country_code(number + 1) if trait == "origin" else number * 10


def known(plays: SummedPlays, trait: Trait) -> Known:
    """Of how much of some plays something is known."""
    traits, sums = plays.catalogue.traits, plays.by_artist
    if trait == "genre":
        of = np.zeros(len(plays.catalogue.artists), np.bool_)
        of[traits.artist] = True
    else:
        of = (traits.country if trait == "origin" else traits.began) > 0
    return Known(int(sums.plays[of].sum()), int(sums.ms[of].sum()))


def is_enough(plays: SummedPlays, of: Known) -> bool:
    """Whether enough of the minutes is known to tell anything."""
    return of.plays > 0 and of.ms >= ENOUGH * plays.total_ms


def _added(numbers: NDArray[np.int32], values: NDArray[np.int64], many: int) -> NDArray[np.int64]:
    return np.bincount(numbers, weights=values, minlength=many).astype(np.int64)
