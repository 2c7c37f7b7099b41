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
    """

    songs: int
    artists: int
    albums: int
    songs_once: int
    top_artists: list[Row]
    top_tracks: list[Row]
    top_albums: list[Row]
    decades: list[Row]


@dataclass(frozen=True)
class Discoveries:
    """Songs and main artists whose first play ever (of 30 s and more) lies in the period; `plays` and `ms` of those songs."""

    songs: int
    artists: int
    plays: int
    ms: int
    top_artists: list[Row]


def heard(tx: Connection, who: Viewer, period: Period, by: By, limit: int) -> Heard:
    row = tx.execute(sql("insights/heard"), {**asked(who, period), "by": by, "limit": limit}).fetchone()
    assert row is not None
    return Heard(**row)


def discoveries(tx: Connection, who: Viewer, period: Period, by: By) -> Discoveries | None:
    """None where the period begins with the first play known: everything would be new."""
    if who.first_day is None or period.first <= who.first_day:
        return None
    row = tx.execute(sql("insights/discoveries"), {**asked(who, period), "by": by}).fetchone()
    assert row is not None
    return Discoveries(**row)
