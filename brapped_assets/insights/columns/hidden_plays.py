"""Which plays of a life a listener hid."""

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.plays import Mask, Plays


def hidden(life: Life, kept: Kept) -> Mask:
    """Which plays a listener hid: by what was heard, and by what it counts as."""
    plays, catalogue = life.as_heard.plays, life.as_heard.catalogue
    found = _of_hidden_tracks(plays, catalogue, kept)
    if life.heard:
        found |= _of_hidden_tracks(life.plays, life.catalogue, kept)
    if kept.contexts:
        found |= np.isin(plays.context, list(kept.contexts))
    for first, until, key in kept.times:
        low, high = np.searchsorted(plays.ended_at, [first, until])
        of_any = key == 0
        found[low:high] |= of_any | (catalogue.tracks.keys[plays.track[low:high]] == key)
    return found


def _of_hidden_tracks(plays: Plays, catalogue: Catalogue, kept: Kept) -> Mask:
    tracks = np.zeros(len(catalogue.tracks), np.bool_)
    tracks[np.isin(catalogue.artist, numbers_of(catalogue, kept.artists))] = True
    tracks[np.isin(catalogue.tracks.keys, list(kept.tracks))] = True
    found: Mask = tracks[plays.track]
    return found


def numbers_of(catalogue: Catalogue, artists: frozenset[int]) -> NDArray[np.int32]:
    """The numbers of some artists (keys), as far as they were met."""
    numbers = catalogue.artists.numbers(np.array(sorted(artists), np.int64))
    return numbers[numbers >= 0]
