"""What was heard in a period: the most played, how varied it was, and what was new."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.reductions import By, Sums
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Row = dict[str, Any]
Numbers = NDArray[np.integer]
NEW = 3
# No album came out after the year 2999.
DECADES = 300


@dataclass(frozen=True)
class Variety:
    """Distinct songs, main artists and albums of a period; `songs_once` of the songs were played once.

    `new_songs` and `new_artists` had their first play ever (of 30 s and more) in the period; `new_plays` and `new_ms`
    are those of the new songs. In a period that begins with the first play known, everything is new.
    """

    songs: int
    artists: int
    albums: int
    songs_once: int
    new_songs: int
    new_plays: int
    new_ms: int
    new_artists: int


@dataclass(frozen=True)
class Heard(Variety):
    """The lists are ranked by plays or minutes, ties by plays, milliseconds, then the older key.

    Artists carry `featured_plays` and `featured_ms` beside their own: never part of a total. `decades`: plays and ms by
    the decade in which the album came out, where that is known, oldest first.
    """

    top_new_artists: list[Row]
    top_artists: list[Row]
    top_tracks: list[Row]
    top_albums: list[Row]
    decades: list[Row]


def variety(who: Viewer, period: Period) -> Variety:
    plays = who.shown.plays(period.first, period.until)
    tracks = plays.by_track
    new_tracks = _new(tracks.played, who.shown.everything.first_day_of_tracks, period)
    known = who.shown.known(plays.by_artist.played)
    return Variety(
        songs=len(tracks.played),
        artists=len(known),
        albums=len(plays.by_album.played),
        songs_once=int(np.count_nonzero(tracks.plays == 1)),
        new_songs=len(new_tracks),
        new_plays=int(tracks.plays[new_tracks].sum()),
        new_ms=int(tracks.ms[new_tracks].sum()),
        new_artists=len(_new_artists(who, known, period)),
    )


def heard(tx: Connection, who: Viewer, period: Period, by: By, limit: int) -> Heard:
    plays = who.shown.plays(period.first, period.until)
    catalogue, tracks, artists = plays.catalogue, plays.by_track, plays.by_artist
    known = who.shown.known(artists.played)
    new_artists = _new_artists(who, known, period)
    return Heard(
        **vars(variety(who, period)),
        top_new_artists=_artists(tx, artists, artists.ranked(by, catalogue.artists.keys, NEW, new_artists), catalogue),
        top_artists=_with_guests(
            _artists(tx, artists, artists.ranked(by, catalogue.artists.keys, limit, known), catalogue, "has_cover"),
            plays,
        ),
        top_tracks=_tracks(tx, tracks, tracks.ranked(by, catalogue.tracks.keys, limit), catalogue),
        top_albums=most_played_albums(tx, plays, by, limit),
        decades=_decades(plays),
    )


def _new(of: Numbers, first_day: Numbers, period: Period) -> Numbers:
    """Those of some numbers whose first play ever lies in the period."""
    return of[first_day[of] >= day_number(period.first)]


def _new_artists(who: Viewer, of: Numbers, period: Period) -> Numbers:
    return _new(of, who.shown.everything.first_day_of_artists, period)


def _artists(tx: Connection, sums: Sums, ranked: Numbers, catalogue: Catalogue, *more: str) -> list[Row]:
    named = names(tx, "artists", catalogue.artists.keys[ranked])
    told = ("artist_key", "artist_id", "artist_name", *more)
    return [
        {name: named[key][name] for name in told} | {"plays": int(sums.plays[n]), "ms": int(sums.ms[n])}
        for n, key in zip(ranked, catalogue.artists.keys[ranked].tolist(), strict=True)
    ]


def _with_guests(rows: list[Row], plays: SummedPlays) -> list[Row]:
    """With the plays of songs of others on which an artist is credited."""
    catalogue = plays.catalogue
    for row, artist in zip(rows, catalogue.artists.numbers(_keys(rows, "artist_key")), strict=True):
        tracks = catalogue.guest_track[catalogue.guest_artist == artist]
        row |= {
            "featured_plays": int(plays.by_track.plays[tracks].sum()),
            "featured_ms": int(plays.by_track.ms[tracks].sum()),
        }
    return rows


def _tracks(tx: Connection, sums: Sums, ranked: Numbers, catalogue: Catalogue) -> list[Row]:
    named = names(tx, "tracks", catalogue.tracks.keys[ranked], catalogue.same_artists)
    told = ("track_key", "track_id", "track_name", "artist_key", "artist_name", "album_key", "has_cover")
    return [
        {name: named[key][name] for name in told} | {"plays": int(sums.plays[n]), "ms": int(sums.ms[n])}
        for n, key in zip(ranked, catalogue.tracks.keys[ranked].tolist(), strict=True)
    ]


def most_played_albums(tx: Connection, plays: SummedPlays, by: By, limit: int) -> list[Row]:
    """Albums with all their releases; `songs` are recordings heard. Ties fall to the oldest release heard."""
    catalogue, sums = plays.catalogue, plays.by_album
    played = plays.by_track.played
    album, recording = catalogue.album[played], catalogue.recording[played]
    ranked = sums.ranked(by, plays.oldest_release, limit)
    keys = catalogue.albums.keys[ranked].tolist()
    named = names(tx, "albums", keys)
    told = ("album_key", "album_id", "album_name", "artist_name", "has_cover")
    return [
        {name: named[key][name] for name in told}
        | {
            "plays": int(sums.plays[n]),
            "ms": int(sums.ms[n]),
            "songs": len(np.unique(recording[album == n])),
        }
        for n, key in zip(ranked, keys, strict=True)
    ]


def _decades(plays: SummedPlays) -> list[Row]:
    sums = plays.by_track.grouped(np.where(plays.catalogue.year > 0, plays.catalogue.year // 10, -1), DECADES)
    return [
        {"decade": int(decade) * 10, "plays": int(sums.plays[decade]), "ms": int(sums.ms[decade])}
        for decade in sums.played
    ]


def _keys(rows: list[Row], name: str) -> Numbers:
    return np.array([row[name] for row in rows], np.int64)
