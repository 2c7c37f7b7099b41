"""Today: so far, against a usual day, by the hour, the last plays, and the same day in past years."""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.known import days_touched, unknown
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

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
    values = {
        "listener_id": who.listener_id,
        "days": [who.today, *usual],
        "time": who.known_until.time() if who.known_until else time.max,
    }
    rows = tx.execute(sql("insights/today/hours"), values).fetchall()
    today = [row for row in rows if row["day"] == who.today]
    before = [row for row in rows if row["day"] != who.today]
    of = len(usual)
    return SoFar(
        sum(row["plays"] for row in today),
        sum(row["ms"] for row in today),
        sum(row["estimated_ms"] for row in today),
        _by_hour(today),
        of,
        sum(row["plays_by_then"] for row in before) / of if of else 0.0,
        sum(row["ms_by_then"] for row in before) / of if of else 0.0,
        [ms / of if of else 0.0 for ms in _by_hour(before)],
    )


def usual_days(tx: Connection, who: Viewer) -> list[date]:
    """The same weekday of the last eight weeks, newest first, as far as they are known in full."""
    holes = days_touched(unknown(tx, who, Period("", "", who.today - 7 * WEEKS * DAY, who.today)))
    days = (who.today - 7 * week * DAY for week in range(1, WEEKS + 1))
    return [day for day in days if who.first_day and day >= who.first_day and day not in holes]


def _by_hour(rows: Iterable[dict[str, Any]]) -> list[int]:
    hours = [0] * HOURS
    for row in rows:
        hours[row["hour"]] += row["ms"]
    return hours


def last_plays(tx: Connection, who: Viewer, limit: int) -> list[Played]:
    """Newest first."""
    values = {"listener_id": who.listener_id, "limit": limit}
    return [Played(**row) for row in tx.execute(sql("insights/today/last_plays"), values).fetchall()]


def on_this_day(tx: Connection, who: Viewer) -> list[dict[str, Any]]:
    """This day in past years, newest first, where something was played: `day`, `plays`, `ms`, its song, its artist.

    29 February has its like in leap years only.
    """
    years = range(who.today.year - 1, (who.first_day or who.today).year - 1, -1)
    days = [
        who.today.replace(year=year) for year in years if (who.today.month, who.today.day) != (2, 29) or isleap(year)
    ]
    return tx.execute(sql("insights/today/same_days"), {"listener_id": who.listener_id, "days": days}).fetchall()
