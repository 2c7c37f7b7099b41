"""What the tracks of some plays are, by the number of the track: artist, guests, album, recording, length, year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Literal

from brapped_assets.insights.columns.artist_traits import ArtistTraits
from brapped_assets.insights.columns.binary_copy import copied
from brapped_assets.insights.columns.numbering import Numbering, Numbers
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "life.sql")

# More tracks than these are picked out of all there are.
MOST_NAMED = 2_000
TRACK = (
    ("track_key", ">i4"), ("artist_key", ">i4"), ("album_key", ">i4"), ("duration_ms", ">i4"), ("year", ">i4"),
    ("release_group", ">i8"), ("recording", ">i8"),
)  # fmt: skip
GUEST = (("track_key", ">i4"), ("artist_key", ">i4"))


def _ints() -> Numbers:
    return np.empty(0, np.int32)


@dataclass(frozen=True)
class Catalogue:
    """Tracks, artists, albums (a release group is one) and recordings have numbers of their own.

    By the number of a track: the number of its main artist, its album (-1: none is known) and its recording (the
    releases of a recording share one), `album_key` (0: none), `duration_ms` and `year` of release (0: not known).
    `traits` has genres, country and year of artists.
    `guest_track` and `guest_artist` are numbers, one pair for each artist credited beside the main one.
    `same_artists` and `same_tracks` are keys that aliases.py has put in the place of others.
    """

    tracks: Numbering = field(default_factory=Numbering)
    artists: Numbering = field(default_factory=Numbering)
    albums: Numbering = field(default_factory=Numbering)
    recordings: Numbering = field(default_factory=Numbering)
    artist: Numbers = field(default_factory=_ints)
    album: Numbers = field(default_factory=_ints)
    recording: Numbers = field(default_factory=_ints)
    album_key: Numbers = field(default_factory=_ints)
    duration_ms: Numbers = field(default_factory=_ints)
    year: Numbers = field(default_factory=_ints)
    guest_track: Numbers = field(default_factory=_ints)
    guest_artist: Numbers = field(default_factory=_ints)
    traits: ArtistTraits = field(default_factory=ArtistTraits)
    same_artists: Mapping[int, int] = field(default_factory=dict)
    same_tracks: Mapping[int, int] = field(default_factory=dict)

    def refreshed(self, tx: Connection, keys: NDArray[np.integer]) -> "Catalogue":
        """With the tracks of these keys as they are now. Keys that are no track's keep what was known of them."""
        if len(keys) == 0:
            return self
        wanted = _among(keys)
        rows = copied(tx, SQL(q.tracks).format(which=wanted), TRACK)
        guests = copied(tx, SQL(q.guests).format(which=wanted), GUEST)
        if len(keys) > MOST_NAMED:
            rows, guests = (of[np.isin(of["track_key"], keys)] for of in (rows, guests))
        found = self._with(rows, guests)
        return found.described(tx, found.artists.keys[len(self.artists) :])

    def described(self, tx: Connection, artists: NDArray[np.integer]) -> "Catalogue":
        """With what is known now of the artists of these keys; others than ours are passed over."""
        ours = artists[self.artists.numbers(artists) >= 0]
        return replace(self, traits=self.traits.refreshed(tx, self.artists, ours))

    def _with(self, rows: NDArray[np.void], guests: NDArray[np.void]) -> "Catalogue":
        tracks = self.tracks.with_keys(rows["track_key"])
        artists = self.artists.with_keys(np.concatenate([rows["artist_key"], guests["artist_key"]]))
        albums = self.albums.with_keys(rows["release_group"][rows["album_key"] != 0])
        recordings = self.recordings.with_keys(rows["recording"])
        at = tracks.numbers(rows["track_key"])
        album = np.where(rows["album_key"] != 0, albums.numbers(rows["release_group"]), np.int32(-1))

        def grown(column: Numbers, values: NDArray[np.integer]) -> Numbers:
            found = np.empty(len(tracks), np.int32)
            found[: len(column)] = column
            found[at] = values
            return found

        stays = ~np.isin(self.guest_track, at)
        return replace(
            self,
            tracks=tracks,
            artists=artists,
            albums=albums,
            recordings=recordings,
            artist=grown(self.artist, artists.numbers(rows["artist_key"])),
            album=grown(self.album, album),
            recording=grown(self.recording, recordings.numbers(rows["recording"])),
            album_key=grown(self.album_key, rows["album_key"]),
            duration_ms=grown(self.duration_ms, rows["duration_ms"]),
            year=grown(self.year, rows["year"]),
            guest_track=np.concatenate([self.guest_track[stays], tracks.numbers(guests["track_key"])]),
            guest_artist=np.concatenate([self.guest_artist[stays], artists.numbers(guests["artist_key"])]),
        )


def _among(keys: NDArray[np.integer]) -> Composable:
    if len(keys) > MOST_NAMED:
        return SQL("true")
    return SQL("t.track_key = any({})").format(Literal(_listed(keys)))


def _listed(keys: Iterable[int]) -> list[int]:
    return [int(key) for key in keys]
