"""Where a time began, and whom it belonged to: the first song, the longest run, most days, artists of one song."""

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, instant
from brapped_assets.insights.columns.reductions import Integers, starts
from brapped_assets.insights.columns.selected_plays import SelectedPlays
from brapped_assets.insights.periods import DAY
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import First, Loyal, OneHits, Run
from brapped_assets.insights.wrapped.named_items import artists, counted, songs
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.zones import local_time

# The artist of the most days is looked for among so many of the most plays.
MOST_ARTISTS = 50
# One song of an artist is a hit from so many plays on.
HIT_PLAYS, SHOWN = 5, 3


def first(tx: Connection, who: Viewer, plays: SelectedPlays) -> First | None:
    """The first of some plays; None without any."""
    one = plays.earliest()
    if not len(one):
        return None
    (song,) = songs(tx, counted(plays.by_track, plays.catalogue.tracks.keys, one.track), plays.catalogue)
    day = date_of(one.day[0])
    of_day = who.shown.plays(day, day + DAY)
    at = local_time(who.spans, instant(one.ended_at[0])).replace(tzinfo=None)
    return First(song, at, len(of_day), of_day.total_ms)


def longest_run(tx: Connection, who: Viewer, plays: SelectedPlays) -> Run | None:
    """Of several as long the oldest. Songs of nobody known end a run and are none."""
    artist = plays.artist
    begins = starts(artist)
    if len(begins) == 0:
        return None
    lengths = np.diff(begins, append=len(artist))
    lengths[np.isin(artist[begins], who.shown.nobodies)] = 0
    longest = int(lengths.argmax())
    if not lengths[longest]:
        return None
    keys = plays.catalogue.artists.keys
    (found,) = artists(tx, counted(plays.by_artist, keys, artist[begins[longest]][None]))
    return Run(found, int(lengths[longest]), date_of(plays.day[begins[longest]]))


def most_days(tx: Connection, who: Viewer, plays: SelectedPlays) -> Loyal | None:
    """Of the fifty most played artists; ties fall to plays, milliseconds, then the older key."""
    keys, by_artist = plays.catalogue.artists.keys, plays.by_artist
    top = by_artist.ranked("plays", keys, MOST_ARTISTS, who.shown.known(by_artist.played))
    if len(top) == 0:
        return None
    some, nth = plays.of_artists(top)
    day = some.day
    earliest = int(day.min())
    many = int(day.max()) - earliest + 1
    heard = np.zeros(len(top) * many, np.bool_)
    heard[nth * many + day - earliest] = True
    days = heard.reshape(len(top), many).sum(axis=1)
    # The first of the greatest is the one of the most plays.
    best = int(days.argmax())
    (found,) = artists(tx, counted(by_artist, keys, top[best : best + 1]))
    return Loyal(found, int(days[best]))


def one_hits(tx: Connection, who: Viewer, plays: SelectedPlays) -> OneHits:
    """Artists of whom one recording alone was played, five times or more; the most played first."""
    catalogue, by_artist, by_track = plays.catalogue, plays.by_artist, plays.by_track
    heard = by_track.played
    recordings = np.unique(
        catalogue.artist[heard].astype(np.int64) * len(catalogue.recordings) + catalogue.recording[heard]
    )
    of_artist = np.bincount(recordings // max(len(catalogue.recordings), 1), minlength=len(catalogue.artists))
    among = who.shown.known(np.flatnonzero((of_artist == 1) & (by_artist.plays >= HIT_PLAYS)))
    top = by_artist.ranked("plays", catalogue.artists.keys, SHOWN, among)
    tracks = [_song(plays, heard[catalogue.artist[heard] == one]) for one in top]
    found = zip(
        catalogue.tracks.keys[np.array(tracks, np.int64)].tolist(),
        *(of[top].tolist() for of in (by_artist.plays, by_artist.ms)),
        strict=True,
    )
    named = songs(tx, list(found), catalogue)
    return OneHits(len(among), named)


def _song(plays: SelectedPlays, tracks: Integers) -> int:
    """Of the releases of a recording that which was played most."""
    return int(plays.by_track.ranked("plays", plays.catalogue.tracks.keys, 1, tracks)[0])
