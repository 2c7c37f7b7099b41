"""Every play, newest first, a page at a time, with the stretches in which plays may be missing between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql
from brapped_assets.warehouse.zones import beginning_of

PAGE = 100
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

    What only an export tells (skipped, shuffle, offline, incognito, platform) is None where none did.
    """

    play_key: int
    played_at: datetime
    played_at_local: datetime
    played_on: date
    track_key: int
    track_id: str | None
    track_name: str
    artist_key: int
    artist_name: str
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


def page(tx: Connection, who: Viewer, start: Place | None) -> Page:
    """The plays older than a place, or the newest ones."""
    place = start or NEWEST
    values: dict[str, Any] = {"listener_id": who.listener_id, "at": place.at, "play_key": place.play_key}
    plays = [
        Played(**row) for row in tx.execute(sql("insights/history/older"), {**values, "limit": PAGE + 1}).fetchall()
    ]
    more, plays = plays[PAGE:], plays[:PAGE]
    newer = _page_after(tx, values) if start else None
    if not plays:
        return Page([], newer, None)
    reach = {"listener_id": who.listener_id, "newest": place.at, "oldest": plays[-1].played_at}
    gaps = tx.execute(sql("insights/history/gaps"), reach).fetchall()
    older = Place(plays[-1].played_at, plays[-1].play_key) if more else None
    return Page(_by_day(plays, gaps), newer, older)


def _page_after(tx: Connection, values: dict[str, Any]) -> Place | None:
    """Where the page of the next newer plays begins: before the play that follows them, or with the newest of all."""
    rows = tx.execute(sql("insights/history/newer"), {**values, "limit": PAGE + 1}).fetchall()
    if len(rows) <= PAGE:
        return NEWEST if rows else None
    return Place(rows[PAGE]["played_at"], rows[PAGE]["play_key"])


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
