"""How much of their taste two listeners share in each month of a period, or in each year; and what one should hear."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np

from brapped_assets.insights.columns.day_numbers import month_of, months_of
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.reductions import counted
from brapped_assets.insights.listener_comparison import Played, overlap_of
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

# More months than these are told by year.
MOST_MONTHS = 24
UNHEARD = 5


class Step(NamedTuple):
    """A month, or a year, told by its first day, in which both played something."""

    first: date
    overlap: float


def over_time(who: Viewer, other: Viewer, period: Period) -> list[Step]:
    """In order; by year where the months in which either played lie further apart than two years."""
    sides = [_by_month(one, period) for one in (who, other)]
    months = sorted({month for side in sides for month in side})
    if not months:
        return []
    is_long = months[-1] - months[0] >= MOST_MONTHS
    mine, theirs = ({month_of(month): of for month, of in side.items()} for side in sides)
    if is_long:
        mine, theirs = (_by_year(side) for side in (mine, theirs))
    return [Step(step, overlap_of(mine[step], theirs[step])) for step in sorted(mine.keys() & theirs.keys())]


def unheard(tx: Connection, who: Viewer, other: Viewer, period: Period, limit: int = UNHEARD) -> list[dict[str, Any]]:
    """The songs that another played most in a period and `who` never did, in any release, of any length.

    What `who` hid was heard. Ties as for songs.
    """
    plays = other.shown.plays(period.first, period.until)
    theirs, mine = plays.catalogue, who.shown.life.as_heard
    heard = mine.catalogue.recordings.keys[np.unique(mine.catalogue.recording[np.unique(mine.plays.track)])]
    played = plays.by_track.played
    new = played[~np.isin(theirs.recordings.keys[theirs.recording[played]], heard)]
    ranked = plays.by_track.ranked("plays", theirs.tracks.keys, limit, new)
    named = names(tx, "tracks", theirs.tracks.keys[ranked], theirs.same_artists)
    return [
        {**named[int(theirs.tracks.keys[track])], "plays": int(plays.by_track.plays[track])} for track in ranked
    ]  # fmt: skip


def _by_month(who: Viewer, period: Period) -> dict[int, Played]:
    """Plays of known artists by month since 1970 and key."""
    plays = who.shown.plays(period.first, period.until)
    if not len(plays):
        return {}
    first, last = plays.days[[0, -1]]
    months = months_of(np.arange(first, last + 1))
    earliest, artists = int(months[0]), len(plays.catalogue.artists)
    many = int(months[-1]) - earliest + 1
    by_month = counted((months - earliest)[plays.day - first] * artists + plays.artist, many * artists)
    found = {}
    for nth, of in enumerate(by_month.reshape(many, artists)):
        numbers: Numbers = who.shown.known(np.flatnonzero(of)).astype(np.int32)
        if len(numbers):
            found[earliest + nth] = Played(plays.catalogue.artists.keys[numbers], of[numbers])
    return found


def _by_year(months: dict[date, Played]) -> dict[date, Played]:
    found: dict[date, list[Played]] = {}
    for month, played in months.items():
        found.setdefault(month.replace(month=1), []).append(played)
    years = {}
    for year, of in found.items():
        keys, nth = np.unique(np.concatenate([played.keys for played in of]), return_inverse=True)
        plays = np.bincount(nth, weights=np.concatenate([played.plays for played in of])).astype(np.int64)
        years[year] = Played(keys, plays)
    return years
