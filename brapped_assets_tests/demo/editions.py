"""The albums of a catalogue that come out again, or look like it, each with the first album of its artist."""

from collections.abc import Iterator

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.editions import TITLES, Kind, kind_of
from brapped_assets.demo.music import Album, Track

Release = tuple[Album, tuple[Track, ...]]


def pairs_of(catalogue: Catalogue) -> Iterator[tuple[Kind, Release, Release]]:
    for number in range(catalogue.size):
        kind, (first, *others) = kind_of(number), catalogue.discography(number)
        if kind is not None:
            title = TITLES[kind].format(first[0].name)
            yield from ((kind, first, other) for other in others if other[0].name == title)
