"""What was heard in a period: the most played, how varied it was, and what was new."""

from dataclasses import dataclass
from typing import Any

from brapped_assets.insights.overview import By, asked
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

Row = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """Distinct songs, main artists and albums of a period; `songs_once` of the songs were played once.

    The lists are ranked by plays or minutes, ties by plays, milliseconds, then the older key. Artists carry
    `featured_plays` and `featured_ms` beside their own: never part of a total. `decades`: plays and ms by the decade
    in which the album came out, where that is known, oldest first.

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
    top_new_artists: list[Row]
    top_artists: list[Row]
    top_tracks: list[Row]
    top_albums: list[Row]
    decades: list[Row]


def heard(tx: Connection, who: Viewer, period: Period, by: By, limit: int) -> Heard:
    of_all_time = who.first_day is not None and period.first <= who.first_day and period.until > who.today
    values = {**asked(who, period), "by": by, "limit": limit, "of_all_time": of_all_time}
    row = tx.execute(sql("insights/heard"), values).fetchone()
    assert row is not None
    return Heard(**row)
