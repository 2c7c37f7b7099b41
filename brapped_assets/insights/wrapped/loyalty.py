"""Where a time began, and whom it belonged to: the first song, the longest run, most days, artists of one song."""

from typing import NamedTuple

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, instant
from brapped_assets.insights.columns.reductions import Integers, starts
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.artist_days import ArtistDays
from brapped_assets.insights.wrapped.model import First, Loyal, OneHits, Run
from brapped_assets.insights.wrapped.named_items import Naming, artists, counted, songs
from brapped_assets.warehouse.zones import local_time

# One song of an artist is a hit from so many plays on.
HIT_PLAYS, SHOWN = 5, 3


def first(who: Viewer, plays: SummedPlays) -> Naming[First | None]:
    """The first of some plays; None without any."""
    one = plays.earliest()
    if not len(one):
        return None
    (song,) = yield from songs(counted(plays.by_track, plays.catalogue.tracks.keys, one.track))
    day = date_of(one.day[0])
    of_day = who.shown.plays(day, day + DAY)
    at = local_time(who.spans, instant(one.ended_at[0])).replace(tzinfo=None)
    return First(song, at, len(of_day), of_day.total_ms)


def longest_run(who: Viewer, period: Period, plays: SummedPlays) -> Naming[Run | None]:
    """Of several as long the oldest. Songs of nobody known end a run and are none."""
    best = who.shown.remembering("run", period.first, period.until, lambda: _longest(plays, who.shown.nobodies))
    if best is None:
        return None
    (found,) = yield from artists(counted(plays.by_artist, plays.catalogue.artists.keys, np.array([best.artist])))
    return Run(found, best.many, date_of(best.day))


class _Best(NamedTuple):
    """An artist (number) with how many plays in a row from which day on."""

    artist: int
    many: int
    day: int


def _longest(plays: SummedPlays, nobodies: Integers) -> _Best | None:
    artist = plays.artist
    begins = starts(artist)
    if len(begins) == 0:
        return None
    lengths = np.diff(begins, append=len(artist))
    if len(nobodies):
        lengths[np.isin(artist[begins], nobodies)] = 0
    longest = int(lengths.argmax())
    if not lengths[longest]:
        return None
    return _Best(int(artist[begins[longest]]), int(lengths[longest]), int(plays.day[begins[longest]]))


def most_days(plays: SummedPlays, of: ArtistDays) -> Naming[Loyal | None]:
    """Of the fifty most played artists; ties fall to plays, milliseconds, then the older key."""
    if len(of.artists) == 0:
        return None
    days = np.count_nonzero(of.heard[:, of.begins :], axis=1)
    # The first of the greatest is the one of the most plays.
    best = int(days.argmax())
    (found,) = yield from artists(counted(plays.by_artist, plays.catalogue.artists.keys, of.artists[[best]]))
    return Loyal(found, int(days[best]))


def one_hits(who: Viewer, period: Period, plays: SummedPlays) -> Naming[OneHits]:
    """Artists of whom one recording alone was played, five times or more; the most played first."""
    catalogue, by_artist = plays.catalogue, plays.by_artist
    among = who.shown.remembering("one hits", period.first, period.until, lambda: _of_one_recording(plays))
    known = who.shown.known(among)
    top = by_artist.ranked("plays", catalogue.artists.keys, SHOWN, known)
    heard = plays.by_track.played
    tracks = np.array([_song(plays, heard[catalogue.artist[heard] == one]) for one in top], np.int64)
    sums = (of[top].tolist() for of in (by_artist.plays, by_artist.ms))
    named = yield from songs(list(zip(catalogue.tracks.keys[tracks].tolist(), *sums, strict=True)))
    return OneHits(len(known), named)


def _of_one_recording(plays: SummedPlays) -> Integers:
    """The artists (numbers) of whom one recording alone was played, often enough."""
    catalogue, artists = plays.catalogue, len(plays.catalogue.artists)
    heard = plays.by_track.played
    artist, recording = catalogue.artist[heard], catalogue.recording[heard]
    # One recording of each artist: whoever has another, too, has several.
    one = np.zeros(artists, recording.dtype)
    one[artist] = recording
    others = np.bincount(artist[recording != one[artist]], minlength=artists)
    return np.flatnonzero((others == 0) & (plays.by_artist.plays >= HIT_PLAYS))


def _song(plays: SummedPlays, tracks: Integers) -> int:
    """Of the releases of a recording that which was played most."""
    return int(plays.by_track.ranked("plays", plays.catalogue.tracks.keys, 1, tracks)[0])
