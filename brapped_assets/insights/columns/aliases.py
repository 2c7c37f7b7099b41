"""Plays as they count where a listener says that an artist or a song is the same as another."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.numbering import Numbering, Numbers
from brapped_assets.warehouse.db.connections import Connection


def called(tx: Connection, heard: Life, kept: Kept) -> Life:
    """A life whose plays are of what aliases name; without any the same.

    What nobody played has no number yet: it gets one in `heard`, too, so that numbers stay what they are.
    """
    if not kept.same_artists and not kept.same_tracks:
        return heard
    tracks, artists = dict(kept.same_tracks), dict(kept.same_artists)
    wanted = np.array(sorted(tracks.values()), np.int64)
    missing = wanted[heard.catalogue.tracks.numbers(wanted) < 0]
    if len(missing):
        heard = replace(heard, catalogue=heard.catalogue.refreshed(tx, np.unique(missing)))
    catalogue = _catalogue(heard.catalogue, artists, tracks)
    catalogue = catalogue.described(tx, catalogue.artists.keys[len(heard.catalogue.artists) :])
    plays = heard.plays
    if tracks:
        plays = replace(plays, track=_instead(catalogue.tracks, tracks)[plays.track])
    return replace(heard, plays=plays, catalogue=catalogue, heard=heard)


def _catalogue(of: Catalogue, artists: Mapping[int, int], tracks: Mapping[int, int]) -> Catalogue:
    numbering = of.artists.with_keys(np.array(sorted(artists.values()), np.int64))
    instead = _instead(numbering, artists)
    artist, guest = instead[of.artist], instead[of.guest_artist]
    # Nobody is a guest of their own, or twice.
    pairs = np.stack([of.guest_track, guest])[:, guest != artist[of.guest_track]]
    guest_track, guest_artist = np.unique(pairs, axis=1)
    return replace(
        of, artists=numbering, artist=artist, guest_track=guest_track, guest_artist=guest_artist, same_artists=artists,
        same_tracks=tracks,
    )  # fmt: skip


def _instead(numbering: Numbering, same: Mapping[int, int]) -> Numbers:
    """By number what it counts as."""
    found = np.arange(len(numbering), dtype=np.int32)
    heard = numbering.numbers(np.array(list(same), np.int64))
    counts_as = numbering.numbers(np.array(list(same.values()), np.int64))
    is_known = (heard >= 0) & (counts_as >= 0)
    found[heard[is_known]] = counts_as[is_known]
    return found
