"""Today: so far, against a usual day, by the hour, the last plays, and the same day in past years."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np

from brapped_assets.insights.columns.day_numbers import day_number, instant
from brapped_assets.insights.columns.plays import Flag, Mask
from brapped_assets.insights.columns.reductions import Integers, summed, summed_of_few
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.completeness import days_touched, unknown
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.zones import local_time

WEEKS = 8


@dataclass(frozen=True)
class SoFar:
    """Today as far as it is known, in plays of 30 s and more; `hours` are ms by local hour, 24 of them.

    `usual_plays`, `usual_ms` (up to the time of day until which today is known; of whole days while nothing is) and
    `usual_hours` (of whole days) are means over `usual_of` days: the same weekday of the last eight weeks, without days
    before the first play known and days not seen in full.
    """

    plays: int
    ms: int
    estimated_ms: int
    hours: list[int]
    usual_of: int
    usual_plays: float
    usual_ms: float
    usual_hours: list[float]


@dataclass(frozen=True)
class Played:
    """One play of 30 s and more; `played_at` is its END (UTC)."""

    played_at: datetime
    ms_played: int
    is_estimated: bool
    track_key: int
    track_id: str | None
    track_name: str
    artist_key: int
    artist_name: str
    has_cover: bool


def so_far(tx: Connection, who: Viewer) -> SoFar:
    usual = usual_days(tx, who)
    today = who.shown.plays(who.today, who.today + DAY)
    before = who.shown.plays(who.today - 7 * WEEKS * DAY, who.today)
    before = before.where(np.isin(before.day, [day_number(day) for day in usual]))
    by_then = before.where(_ended_by(who, before, who.known_until.time())) if who.known_until else before
    of = len(usual)
    return SoFar(
        len(today),
        today.total_ms,
        int(today.ms[today.has(Flag.ESTIMATED)].sum(dtype=np.int64)),
        _by_hour(today),
        of,
        len(by_then) / of if of else 0.0,
        by_then.total_ms / of if of else 0.0,
        [ms / of if of else 0.0 for ms in _by_hour(before)],
    )


def usual_days(tx: Connection, who: Viewer) -> list[date]:
    """The same weekday of the last eight weeks, newest first, as far as they are known in full."""
    holes = days_touched(unknown(tx, who, Period("", "", who.today - 7 * WEEKS * DAY, who.today)))
    days = (who.today - 7 * week * DAY for week in range(1, WEEKS + 1))
    return [day for day in days if who.first_day and day >= who.first_day and day not in holes]


def _by_hour(plays: SummedPlays) -> list[int]:
    found: list[int] = summed(plays.hour, plays.ms, HOURS).ms.tolist()
    return found


def _ended_by(who: Viewer, plays: SummedPlays, then: time) -> Mask:
    """Those that ended by a time of day; only of its own hour the minutes decide."""
    found = plays.hour < then.hour
    within = np.flatnonzero(plays.hour == then.hour)
    found[within] = [local_time(who.spans, instant(at)).time() <= then for at in plays.ended_at[within]]
    return found


def last_plays(tx: Connection, who: Viewer, limit: int) -> list[Played]:
    """Newest first."""
    plays = who.shown.ever.latest(limit)
    keys = plays.catalogue.tracks.keys[plays.track].tolist()
    named = names(tx, "tracks", keys, plays.catalogue.same_artists)
    told = ("track_key", "track_id", "track_name", "artist_key", "artist_name", "has_cover")
    rows = zip(plays.ended_at, plays.ms.tolist(), plays.has(Flag.ESTIMATED).tolist(), keys, strict=True)
    return [
        Played(instant(at), ms, is_estimated, **{name: named[key][name] for name in told})
        for at, ms, is_estimated, key in reversed(list(rows))
    ]


def on_this_day(tx: Connection, who: Viewer) -> list[dict[str, Any]]:
    """This day in past years, newest first, where something was played: `day`, `plays`, `ms`, its song, its artist.

    Song and artist (None: none is known) are those of the most plays, ties by milliseconds, then the older key.
    29 February has its like in leap years only.
    """
    years = range(who.today.year - 1, (who.first_day or who.today).year - 1, -1)
    days = [
        who.today.replace(year=year) for year in years if (who.today.month, who.today.day) != (2, 29) or isleap(year)
    ]
    found = [_of_day(who, day) for day in days]
    past = [row for row in found if row["plays"]]
    tracks = names(tx, "tracks", [row["track_key"] for row in past], who.shown.catalogue.same_artists)
    artists = names(tx, "artists", [row["artist_key"] for row in past if row["artist_key"] is not None])
    return [
        row
        | {
            "track_name": tracks[row["track_key"]]["track_name"],
            "track_artist_name": tracks[row["track_key"]]["artist_name"],
            "artist_name": artists[row["artist_key"]]["artist_name"] if row["artist_key"] is not None else None,
        }
        for row in past
    ]


def _of_day(who: Viewer, day: date) -> dict[str, Any]:
    plays = who.shown.plays(day, day + DAY)
    catalogue = plays.catalogue
    track, track_plays = _favourite(plays.track, plays.ms, catalogue.tracks.keys)
    known = ~np.isin(plays.artist, who.shown.nobodies)
    artist, artist_plays = _favourite(plays.artist[known], plays.ms[known], catalogue.artists.keys)
    return {
        "day": day, "plays": len(plays), "ms": plays.total_ms, "track_key": track, "track_plays": track_plays,
        "artist_key": artist, "artist_plays": artist_plays,
    }  # fmt: skip


def _favourite(numbers: Integers, ms: Integers, keys: Integers) -> tuple[int | None, int | None]:
    """The key of the most plays, and how many these are."""
    met, sums = summed_of_few(numbers, ms)
    best = sums.ranked("plays", keys[met], 1)
    return (int(keys[met[best[0]]]), int(sums.plays[best[0]])) if len(best) else (None, None)
