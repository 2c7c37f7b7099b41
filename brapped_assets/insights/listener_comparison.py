"""Two listeners held against each other: what both played, and how much of their taste is the same."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.numbering import Numbering
from brapped_assets.insights.columns.reductions import Integers, Sums
from brapped_assets.insights.items import NAMED
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Row = dict[str, Any]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """Plays, main artists and songs of each and of both; `overlap` is from 0 to 1.

    `top_artists` have the most in common first, `top_songs` those that the one who played them less played most.
    Their rows have keys, names, `mine` and `theirs` (plays).
    """

    my_plays: int
    their_plays: int
    artists: int
    my_artists: int
    their_artists: int
    songs: int
    my_songs: int
    their_songs: int
    overlap: float
    top_artists: list[Row]
    top_songs: list[Row]


def compare(tx: Connection, who: Viewer, other: Viewer, period: Period, limit: int) -> Comparison:
    """A period of two; its days are each one's own, and what one hides is left out on their side."""
    mine, theirs = (one.shown.plays(period.first, period.until) for one in (who, other))
    my_songs, their_songs = (_by_key(of.catalogue.tracks, of.by_track, of.by_track.played) for of in (mine, theirs))
    my_artists, their_artists = (played_artists(one, period) for one in (who, other))
    artists, songs = _both(my_artists, their_artists), _both(my_songs, their_songs)
    common = _common(my_artists, their_artists, artists)
    return Comparison(
        my_plays=len(mine),
        their_plays=len(theirs),
        artists=len(artists.keys),
        my_artists=len(my_artists.keys),
        their_artists=len(their_artists.keys),
        songs=len(songs.keys),
        my_songs=len(my_songs.keys),
        their_songs=len(their_songs.keys),
        overlap=overlap_of(my_artists, their_artists),
        top_artists=_rows(tx, who, "artist", artists, common, limit=limit),
        top_songs=_rows(tx, who, "track", songs, np.minimum(songs.mine, songs.theirs), limit=limit),
    )


class Played(NamedTuple):
    """Plays by key, which two listeners share: the numbers are each one's own."""

    keys: Numbers
    plays: Numbers


class _Both(NamedTuple):
    """The keys of what both played, and the plays of each."""

    keys: Numbers
    mine: Numbers
    theirs: Numbers


def played_artists(who: Viewer, period: Period) -> Played:
    """The known main artists of a period."""
    of = who.shown.plays(period.first, period.until)
    return _by_key(of.catalogue.artists, of.by_artist, who.shown.known(of.by_artist.played))


def overlap_of(mine: Played, theirs: Played) -> float:
    """From 0 to 1: for each artist the smaller of two shares of the plays whose artist is known, added up."""
    common = _common(mine, theirs, _both(mine, theirs))
    return float(common.sum() / (int(mine.plays.sum()) * int(theirs.plays.sum()))) if len(common) else 0.0


def _common(mine: Played, theirs: Played, both: _Both) -> Numbers:
    """The smaller of the two shares of each, kept whole: as so many of the product of the two totals."""
    return np.minimum(both.mine * int(theirs.plays.sum()), both.theirs * int(mine.plays.sum()))


def _by_key(of: Numbering, sums: Sums, numbers: Integers) -> Played:
    return Played(of.keys[numbers], sums.plays[numbers])


def _both(mine: Played, theirs: Played) -> _Both:
    keys, my_rows, their_rows = np.intersect1d(mine.keys, theirs.keys, assume_unique=True, return_indices=True)
    return _Both(keys, mine.plays[my_rows], theirs.plays[their_rows])


def _rows(
    tx: Connection, who: Viewer, kind: Literal["artist", "track"], both: _Both, common: Numbers, *, limit: int
) -> list[Row]:
    """The most in common first, ties by the plays of both together, then the older key."""
    rows = np.lexsort((both.keys, -(both.mine + both.theirs), -common))[:limit]
    keys = both.keys[rows].tolist()
    named = names(tx, NAMED[kind], keys, who.shown.catalogue.same_artists)
    return [
        {**named[key], "mine": my_plays, "theirs": their_plays}
        for key, my_plays, their_plays in zip(keys, both.mine[rows].tolist(), both.theirs[rows].tolist(), strict=True)
    ]
