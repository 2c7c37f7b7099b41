"""All plays of a listener at one moment, and how they are loaded and brought up to date."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Literal

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.loading import copied_in_blocks
from brapped_assets.insights.columns.plays import DAY_US, EPOCH, Plays, merged
from brapped_assets.insights.columns.sums import each_once
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

PLAY = (
    ("ended_at", ">i8"), ("track_and_ms", ">i8"), ("day_and_hour", ">i4"), ("platform_and_country", ">i8"),
    ("reason_end", ">i4"), ("context_and_flags", ">i8"),
)  # fmt: skip
_NO_PLAY = np.dtype(list(PLAY))
# With more days than these changed, all of a life is loaded.
MOST_DAYS = 1_000
# An import of a million rows was loaded in two seconds; statements of pages take five at most.
LOADING_SECONDS = 120


@dataclass(frozen=True)
class Kept:
    """What a listener keeps out of statistics, or counts as something else; and the artists that are nobody's name.

    `times` are ENDs from one up to, not including, another, in microseconds since 2000-01-01, of a track's key; 0: any.
    `same_artists` and `same_tracks` are pairs of keys: what was heard, and as what it counts. That is no alias itself.
    """

    artists: frozenset[int] = frozenset()
    tracks: frozenset[int] = frozenset()
    contexts: frozenset[int] = frozenset()
    nobodies: frozenset[int] = frozenset()
    times: frozenset[tuple[int, int, int]] = frozenset()
    same_artists: frozenset[tuple[int, int]] = frozenset()
    same_tracks: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Life:
    """Plays and what their tracks are, as the transaction of `snapshot` saw them; with aliases, `heard` is without."""

    plays: Plays
    catalogue: Catalogue
    snapshot: str
    heard: "Life | None" = None

    @property
    def as_heard(self) -> "Life":
        """The same before aliases."""
        return self.heard or self

    @cached_property
    def first_day(self) -> int:
        """The first local day, since 2000-01-01; of a life with plays."""
        return int(self.plays.day.min())

    @cached_property
    def platforms(self) -> NDArray[np.int64]:
        """The keys of the devices there are."""
        return each_once(self.plays.platform)

    @cached_property
    def countries(self) -> NDArray[np.int64]:
        """The keys of the countries there are."""
        return each_once(self.plays.country)

    @cached_property
    def reasons(self) -> NDArray[np.int64]:
        """The keys of the reasons for which plays ended."""
        return each_once(self.plays.reason_end)

    @cached_property
    def last_day(self) -> int:
        """The last local day, since 2000-01-01; of a life with plays."""
        return int(self.plays.day.max())


@dataclass(frozen=True)
class State:
    """What changed since a life was loaded; `is_later`: it saw nothing that this transaction does not."""

    snapshot: str
    is_later: bool
    days: Sequence[date]
    tracks: Sequence[int]
    kept: Kept

    @property
    def is_same(self) -> bool:
        return self.is_later and not self.days and not self.tracks


def state(tx: Connection, listener_id: int, of: Life | None) -> State:
    values = {"listener_id": listener_id, "snapshot": of.snapshot if of else None}
    row = one_row(tx, q.state, values)
    kept = Kept(
        frozenset(row["hidden_artists"]),
        frozenset(row["hidden_tracks"]),
        frozenset(row["hidden_contexts"]),
        frozenset(row["nobodies"]),
        frozenset((first, until, track) for first, until, track in row["hidden_times"]),
        frozenset((heard, is_now) for heard, is_now in row["same_artists"]),
        frozenset((heard, is_now) for heard, is_now in row["same_tracks"]),
    )
    return State(row["snapshot"], row["is_later"], row["days"], row["tracks"], kept)


def load(tx: Connection, listener_id: int, snapshot: str) -> Life:
    """Everything anew: about two seconds for a million plays."""
    plays = _plays(tx, listener_id, SQL("true"))
    catalogue = Catalogue().refreshed(tx, each_once(plays.track))
    return Life(_numbered(plays, catalogue), catalogue, snapshot)


def refresh(tx: Connection, listener_id: int, life: Life, changed: State) -> Life:
    """With the plays of changed days and the changed tracks as they are now."""
    if len(changed.days) > MOST_DAYS or not changed.is_later:
        return load(tx, listener_id, changed.snapshot)
    added = _plays(tx, listener_id, _of_days(changed.days))
    new = each_once(added.track)
    new = new[life.catalogue.tracks.numbers(new) < 0]
    again = np.array(changed.tracks, np.int64)
    again = again[life.catalogue.tracks.numbers(again) >= 0]
    catalogue = life.catalogue.refreshed(tx, np.union1d(new, again))
    plays = life.plays
    if changed.days:
        days = day_numbers(changed.days)
        # Mostly what changed lies at the end: all before it is copied once.
        first = int(np.searchsorted(plays.ended_at, (int(days.min()) - 1) * DAY_US))
        late = plays.where(slice(first, None))
        late = merged(late.where(~np.isin(late.day, days)), _numbered(added, catalogue))
        plays = merged(plays.where(slice(0, first)), late)
    return Life(plays, catalogue, changed.snapshot)


def _plays(tx: Connection, listener_id: int, which: Composable) -> Plays:
    """The plays as the warehouse has them: `track` is a key."""
    statement = SQL(q.plays).format(listener_id=Literal(listener_id), which=which)
    tx.execute("select set_config('statement_timeout', %s, true)", [f"{LOADING_SECONDS}s"])
    columns: dict[str, list[NDArray[Any]]] = {column.name: [] for column in fields(Plays)}
    for rows in copied_in_blocks(tx, statement, PLAY):
        part = _columns(rows)
        for name, parts in columns.items():
            parts.append(getattr(part, name))
    # Column by column, each block given back: a life lies in the memory once.
    return Plays(*(_joined(columns.pop(column.name), column.name) for column in fields(Plays)))


def _joined(parts: list[NDArray[Any]], name: str) -> NDArray[Any]:
    return np.concatenate(parts) if parts else getattr(_columns(np.empty(0, _NO_PLAY)), name)


def _of_days(days: Sequence[date]) -> Composable:
    """Found by the index on instants: a day lies within 24 hours of its UTC namesake in every zone."""
    if not days:
        return SQL("false")
    return SQL(
        "f.played_at >= {first}::date::timestamp at time zone 'UTC' - interval '1 day'"
        " and f.played_at < {last}::date::timestamp at time zone 'UTC' + interval '2 days'"
        " and f.played_on = any({days})"
    ).format(first=Literal(min(days)), last=Literal(max(days)), days=Literal(list(days)))


def _columns(rows: NDArray[np.void]) -> Plays:
    day_and_hour, context_and_flags = rows["day_and_hour"], rows["context_and_flags"]
    track_and_ms, platform_and_country = rows["track_and_ms"], rows["platform_and_country"]
    return Plays(
        ended_at=rows["ended_at"].astype(np.int64),
        day=(day_and_hour >> 8).astype(np.uint16),
        hour=(day_and_hour & 0xFF).astype(np.uint8),
        track=(track_and_ms >> 32).astype(np.int32),
        ms=(track_and_ms & 0xFFFFFFFF).astype(np.int32),
        flags=(context_and_flags & 0xFFFF).astype(np.uint16),
        platform=(platform_and_country >> 32).astype(np.int32),
        country=(platform_and_country & 0xFFFFFFFF).astype(np.int32),
        reason_end=rows["reason_end"].astype(np.int32),
        context=(context_and_flags >> 16).astype(np.int32),
    )


def _numbered(plays: Plays, catalogue: Catalogue) -> Plays:
    return replace(plays, track=catalogue.tracks.numbers(plays.track))


def day_numbers(days: Sequence[date]) -> NDArray[np.uint16]:
    """Days as columns have them, since 2000-01-01."""
    return (np.array(days, "datetime64[D]") - EPOCH).astype(np.uint16)
