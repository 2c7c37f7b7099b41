"""The album that was lived in: plays x evenness, of albums with three songs and more heard."""

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.reductions import Integers, ascending, starts, summed_from
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.wrapped.model import Album
from brapped_assets.insights.wrapped.named_items import Naming, albums, counted
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "queries.sql")

LEAST_SONGS = 3
# How long albums are is asked of so many at once, the likeliest first.
AT_ONCE = 200
# Scores are compared as rounded.
DIGITS, SLACK = 4, 1e-4


def lived_in(tx: Connection, plays: SummedPlays) -> Naming[Album | None]:
    """Evenness is the entropy of the plays over that of an album every song of which was played alike.

    Releases of an album come together, and those of a song do. Ties fall to plays, milliseconds, the oldest release.
    """
    catalogue, sums = plays.catalogue, plays.by_album
    heard = _long_enough(plays)
    songs, entropy = _songs(plays, heard)
    likely = np.flatnonzero(songs >= LEAST_SONGS)
    # No album is shorter than what was heard of it.
    most = sums.plays[likely] * entropy[likely] / np.log(songs[likely])
    order = np.argsort(-most, kind="stable")
    found: list[tuple[float, ...]] = []
    for nth in range(0, len(order), AT_ONCE):
        if found and most[order[nth]] < -min(found)[0] - SLACK:
            break
        some = likely[order[nth : nth + AT_ONCE]]
        of_songs = np.maximum(_lengths(tx, plays, heard, some), songs[some])
        evenness = entropy[some] / np.log(of_songs)
        score = np.round(sums.plays[some] * evenness, DIGITS)
        columns = (-score, -sums.plays[some], -sums.ms[some], plays.oldest_release[some], some, of_songs, evenness)
        found.extend(zip(*(column.tolist() for column in columns), strict=True))
    if not found:
        return None
    *_, album, length, even = min(found)
    number = int(album)
    (thing,) = yield from albums(counted(sums, catalogue.albums.keys, np.array([number])), least=1)
    return Album(thing, int(songs[number]), int(length), round(even, 6))


def _long_enough(plays: SummedPlays) -> Integers:
    """The tracks heard of albums of which as many tracks were heard as songs are needed."""
    heard = plays.by_track.played
    of = plays.catalogue.album[heard]
    tracks = np.bincount(of[of >= 0], minlength=len(plays.catalogue.albums))
    return heard[of >= 0][tracks[of[of >= 0]] >= LEAST_SONGS]


def _songs(plays: SummedPlays, heard: Integers) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """By the number of the album: recordings heard, and the entropy of their plays."""
    catalogue = plays.catalogue
    albums, recordings = len(catalogue.albums), len(catalogue.recordings)
    pairs = catalogue.album[heard].astype(np.int64) * recordings + catalogue.recording[heard]
    in_order = ascending(pairs)
    pairs = pairs[in_order]
    places = starts(pairs)
    played = summed_from(plays.by_track.plays[heard[in_order]], places)
    album = pairs[places] // max(recordings, 1)
    total = np.maximum(np.bincount(album, weights=played, minlength=albums), 1.0)
    of_logs = np.bincount(album, weights=played * np.log(played), minlength=albums)
    return np.bincount(album, minlength=albums), np.log(total) - of_logs / total


def _lengths(tx: Connection, plays: SummedPlays, heard: Integers, albums: Integers) -> Integers:
    """How many songs there are on some albums, by the longest of the releases heard; 0 where that is not known."""
    releases = plays.catalogue.album_key[heard[np.isin(plays.catalogue.album[heard], albums)]]
    rows = tx.execute(q.lengths, {"keys": np.unique(releases).tolist()}).fetchall()
    lengths = {row["release_group"]: row["total_tracks"] or 0 for row in rows}
    return np.array([lengths[key] for key in plays.catalogue.albums.keys[albums].tolist()], np.int64)
