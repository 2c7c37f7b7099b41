"""All plays of a listener at one moment, and how they are loaded and brought up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Literal

from brapped_assets.insights.columns.binary_copy import copied_in_blocks
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import day_numbers
from brapped_assets.insights.columns.plays import DAY_US, Plays, Room, merged
from brapped_assets.insights.columns.reductions import each_once
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
# So many plays come in some months at most: for them nothing has to be moved.
ROOM = 20_000
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
    """Plays and what their tracks are, as the transaction of `snapshot` saw them; with aliases, `heard` is without.

    `room` is where the plays lie as they were heard. `labels` are the words of devices, countries and reasons by key.
    """

    plays: Plays
    catalogue: Catalogue
    snapshot: str
    heard: "Life | None" = None
    room: Room | None = None
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def as_heard(self) -> "Life":
        """The same before aliases."""
        return self.heard or self

    @cached_property
    def first_day(self) -> int:
        """The first local day, since 2000-01-01; of a life with plays."""
        return int(self.plays.day.min())

    @property
    def track_done(self) -> list[int]:
        """The keys of the reason for which a play ends that is heard to the end."""
        return [key for key, word in self.labels.items() if word == "trackdone"]

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
    artists: Sequence[int]
    kept: Kept

    @property
    def is_same(self) -> bool:
        return self.is_later and not self.days and not self.tracks and not self.artists


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
    return State(row["snapshot"], row["is_later"], row["days"], row["tracks"], row["artists"], kept)


def load(tx: Connection, listener_id: int, snapshot: str) -> Life:
    """Everything anew: about two seconds for a million plays."""
    columns, many = _plays(tx, listener_id, SQL("true"), room=ROOM)
    catalogue = Catalogue().refreshed(tx, each_once(columns.track[:many]))
    # In place: a life lies in the memory once.
    columns.track[:many] = catalogue.tracks.numbers(columns.track[:many])
    room = Room(columns, many)
    return Life(room.plays(), catalogue, snapshot, room=room, labels=_labels(tx, columns, {}))


def refresh(tx: Connection, listener_id: int, life: Life, changed: State) -> Life:
    """With the plays of changed days and the changed tracks as they are now."""
    if len(changed.days) > MOST_DAYS or not changed.is_later:
        return load(tx, listener_id, changed.snapshot)
    added, _ = _plays(tx, listener_id, _of_days(changed.days))
    new = each_once(added.track)
    new = new[life.catalogue.tracks.numbers(new) < 0]
    again = np.array(changed.tracks, np.int64)
    again = again[life.catalogue.tracks.numbers(again) >= 0]
    catalogue = life.catalogue.refreshed(tx, np.union1d(new, again))
    if changed.artists:
        catalogue = catalogue.described(tx, np.array(changed.artists, np.int64))
    added = replace(added, track=catalogue.tracks.numbers(added.track))
    plays, room = _changed(life, day_numbers(changed.days), added) if changed.days else (life.plays, life.room)
    return Life(plays, catalogue, changed.snapshot, room=room, labels=_labels(tx, added, life.labels))


def _labels(tx: Connection, of: Plays, known: Mapping[int, str]) -> Mapping[int, str]:
    """With those that some plays have."""
    met = {key for column in (of.platform, of.country, of.reason_end) for key in each_once(column).tolist()}
    missing = sorted(met - known.keys() - {0})
    rows = tx.execute(q.labels, {"keys": missing}).fetchall() if missing else []
    return {**known, **{row["label_key"]: row["label"] for row in rows}}


def _changed(life: Life, days: NDArray[np.integer], added: Plays) -> tuple[Plays, Room]:
    """The plays with those of some days as they are now."""
    plays = life.plays
    # Mostly what changed lies at the end.
    first = int(np.searchsorted(plays.ended_at, (int(days.min()) - 1) * DAY_US))
    before = plays.where(slice(first, None))
    late = merged(before.where(~np.isin(before.day, days)), added)
    if life.room and late.begin_with(before):
        found = life.room.add(plays, late.where(slice(len(before), None)))
        if found is not None:
            return found, life.room
    room = Room.of(plays.where(slice(0, first)), late, ROOM)
    return room.plays(), room


def _plays(tx: Connection, listener_id: int, which: Composable, room: int = 0) -> tuple[Plays, int]:
    """The plays as the warehouse has them, with room for others behind them, and their number; `track` is a key."""
    statement = SQL(q.plays).format(listener_id=Literal(listener_id), which=which)
    tx.execute("select set_config('statement_timeout', %s, true)", [f"{LOADING_SECONDS}s"])
    blocks = [[*_columns(rows).columns()] for rows in copied_in_blocks(tx, statement, PLAY)]
    blocks = blocks or [[*_columns(np.empty(0, _NO_PLAY)).columns()]]
    many = sum(len(block[0]) for block in blocks)
    # Column by column, each block given back: a life lies in the memory once.
    return Plays(*(_joined([block.pop(0) for block in blocks], room) for _ in fields(Plays))), many


def _joined(parts: list[NDArray[Any]], room: int) -> NDArray[Any]:
    return np.concatenate([*parts, np.zeros(room, parts[0].dtype)])


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
        platform=_narrow(platform_and_country >> 32),
        country=_narrow(platform_and_country & 0xFFFFFFFF),
        reason_end=_narrow(rows["reason_end"]),
        context=_narrow(context_and_flags >> 16),
    )


def _narrow(keys: NDArray[np.integer]) -> NDArray[np.integer]:
    """In 16 bits where they fit, as those of most warehouses do."""
    return keys.astype(np.uint16 if keys.max(initial=0) <= np.iinfo(np.uint16).max else np.int32)


def _numbered(plays: Plays, catalogue: Catalogue) -> Plays:
    return replace(plays, track=catalogue.tracks.numbers(plays.track))
