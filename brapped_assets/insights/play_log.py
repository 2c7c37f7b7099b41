"""Every play, newest first, a page at a time, with the stretches in which plays may be missing between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

import numpy as np

from brapped_assets.insights.columns.day_numbers import instant, microseconds
from brapped_assets.insights.columns.plays import Ints
from brapped_assets.insights.play_log_selection import Listing, list_plays
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.zones import beginning_of

q = Statements(__file__)

PAGE = 100
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
LARGEST_PLAY_KEY = 2**63 - 1


@dataclass(frozen=True)
class Place:
    """A place between two plays: just before (older than) the play of this END (UTC) and key."""

    at: datetime
    play_key: int = LARGEST_PLAY_KEY

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}_{self.play_key}"


NEWEST = Place(datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Played:
    """One play. `played_at` is its END (UTC), `played_at_local` the same in the listener's zone.

    `heard_key` is that of the track that was heard, which may count as another.
    `counts` by the rule of the list, whether it is private or hidden or not. `has_cover`: a picture is known.
    What only an export tells (skipped, shuffle, offline, incognito, platform) is None where none did.
    """

    play_key: int
    played_at: datetime
    played_at_local: datetime
    played_on: date
    heard_key: int
    track_key: int
    track_id: str | None
    track_name: str
    artist_key: int
    artist_name: str
    album_name: str | None
    has_cover: bool
    ms_played: int
    counts: bool
    is_repeat: bool
    is_estimated: bool
    skipped: bool | None
    shuffle: bool | None
    offline: bool | None
    incognito: bool | None
    platform: str | None
    context_type: str | None
    context_uri: str | None
    source: Literal["api", "export", "both", "legacy"]
    hidden: bool


@dataclass(frozen=True)
class Missing:
    """Plays may be missing between two instants, here in the listener's local time."""

    starts_local: datetime
    ends_local: datetime


@dataclass(frozen=True)
class Page:
    """Plays and gaps by local day, newest first; `newer` and `older` are where the neighbouring pages begin."""

    days: list[tuple[date, list[Played | Missing]]]
    newer: Place | None
    older: Place | None


def place_named(name: str) -> Place | None:
    """The place that an address names; None for anything else."""
    try:
        if not name.isascii():
            # Digits of other scripts are numbers to Python.
            return None
        at, _, play_key = name.partition("_")
        found = Place(datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC), int(play_key))
    except ValueError:
        return None
    return found if 0 < found.play_key <= LARGEST_PLAY_KEY and found.at.year > 1 else None


def end_of(day: date, who: Viewer) -> Place:
    """After the last play of a local day."""
    following = min(day, date(9990, 1, 1)) + timedelta(days=1)
    return Place(beginning_of(who.spans, following), 1)


def page(tx: Connection, who: Viewer, start: Place | None, of: Listing | None = None, *, many: int = PAGE) -> Page:
    """So many plays of a list, or of all there are, that are older than a place; without one the newest."""
    of = of or list_plays(tx, who)
    upto = _rows_before(tx, of, start) if start else len(of.rows)
    rows = of.rows[max(upto - many, 0) : upto][::-1]
    # The page of the next newer plays begins before the play that follows them, or with the newest of all.
    following = of.rows[upto + many : upto + many + 1]
    told = _told(tx, of, np.concatenate([rows, following]))
    follows = [told.pop()] if len(following) else []
    newer = [Place(play.played_at, play.play_key) for play in follows] or ([NEWEST] if upto < len(of.rows) else [])
    if not told:
        return Page([], newer[0] if newer else None, None)
    gaps = tx.execute(q.gaps, _reach(of, start, told[-1])).fetchall()
    older = Place(told[-1].played_at, told[-1].play_key) if upto > many else None
    return Page(_by_day(told, gaps), newer[0] if newer else None, older)


def _rows_before(tx: Connection, of: Listing, place: Place) -> int:
    """How many plays of a list are older than a place."""
    at = microseconds(place.at)
    low, high = (int(np.searchsorted(of.plays.ended_at, at, side)) for side in SIDES)
    if low < high:
        values = {"listener_id": of.who.listener_id, "at": place.at, "play_key": place.play_key}
        row = one_row(tx, q.before, values)
        low += row["plays"]
    return int(np.searchsorted(of.rows, low))


def _told(tx: Connection, of: Listing, rows: Ints) -> list[Played]:
    """Some plays, by place, with everything that is told of them."""
    ends = of.plays.ended_at[rows]
    nths = rows - np.searchsorted(of.plays.ended_at, ends)
    values = {"listener_id": of.who.listener_id, "ends": [instant(end) for end in ends], "nths": nths.tolist()}
    told = tx.execute(q.rows, values).fetchall()
    return [Played(**row, counts=bool(counts)) for row, counts in zip(told, of.counts(rows), strict=True)]


def _reach(of: Listing, start: Place | None, oldest: Played) -> dict[str, Any]:
    """From when to when gaps stand among the plays of a page: nothing is said of a time after the period."""
    newest = (start or NEWEST).at
    if of.asked.period:
        newest = min(newest, end_of(of.asked.period.last, of.who).at)
    return {"listener_id": of.who.listener_id, "newest": newest, "oldest": oldest.played_at}


def _by_day(plays: Sequence[Played], gaps: Sequence[dict[str, Any]]) -> list[tuple[date, list[Played | Missing]]]:
    """Days of plays, each gap above the newest play before its end."""
    left = list(gaps)
    days: list[tuple[date, list[Played | Missing]]] = []
    for day, of_day in groupby(plays, key=lambda play: play.played_on):
        shown: list[Played | Missing] = []
        for play in of_day:
            while left and play.played_at < left[0]["gap_end"]:
                gap = left.pop(0)
                shown.append(Missing(gap["starts_local"], gap["ends_local"]))
            shown.append(play)
        days.append((day, shown))
    return days
