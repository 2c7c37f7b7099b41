"""One listener's plays as columns: small integers in NumPy arrays, a row a play, in order of their END."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntFlag
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.reductions import each_once

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
# PostgreSQL counts days and microseconds from 2000-01-01 on, and so does everything here.
EPOCH = np.datetime64("2000-01-01", "D")
DAY_US = 86_400_000_000
# As far as the numbers of days reach: 2000 to 2179.
MOST_DAYS = 65_535


class Flag(IntFlag):
    """What is told of a play in a bit, as `plays` in life.sql sets them."""

    ESTIMATED = 1
    SKIPPED = 2
    SHUFFLE = 4
    OFFLINE = 8
    PRIVATE = 16
    REPEAT = 32
    EXTENDED = 64
    API = 128
    EXPORT = 256


class Manners(NamedTuple):
    """How plays were heard: those of one `number` have the same of everything else here, a row a number."""

    number: NDArray[np.int32]
    flags: NDArray[np.integer]
    platform: NDArray[np.integer]
    country: NDArray[np.integer]
    reason_end: NDArray[np.integer]


@dataclass(frozen=True)
class Plays:
    """Columns of equal length, 29 bytes a play while keys of labels and contexts fit in 16 bits.

    `ended_at` is the END in microseconds since 2000-01-01 UTC, ties in the order of `play_key`; `day` the local day
    since then, `hour` the local hour; `track` a number of the catalogue (catalogue.py); `ms` milliseconds; `flags`
    bits of `Flag`. `platform`, `country` and `reason_end` are keys of `star.play_label`, `context` one of
    `raw.context`; 0 is none.
    """

    ended_at: NDArray[np.int64]
    day: NDArray[np.uint16]
    hour: NDArray[np.uint8]
    track: NDArray[np.int32]
    ms: NDArray[np.int32]
    flags: NDArray[np.uint16]
    platform: NDArray[np.integer]
    country: NDArray[np.integer]
    reason_end: NDArray[np.integer]
    context: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.ended_at)

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns())

    def columns(self) -> Iterator[NDArray[Any]]:
        return (getattr(self, column.name) for column in fields(self))

    def where(self, rows: Mask | slice | Ints) -> Self:
        """Some of the plays, in the same order; named by place, in that order."""
        if isinstance(rows, slice):
            return type(self)(*(column[rows] for column in self.columns()))
        # The same as by brackets, in half the time and less.
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return type(self)(*(column.take(places) for column in self.columns()))

    def begin_with(self, others: "Plays") -> bool:
        """Whether the first of them are others."""
        first = self.where(slice(0, len(others)))
        return all(map(np.array_equal, first.columns(), others.columns()))

    def has(self, flag: Flag) -> Mask:
        """Which plays carry a flag, or one of several."""
        found: Mask = (self.flags & np.uint16(flag)) != 0
        return found

    @cached_property
    def manners(self) -> Manners:
        """There are few: what is asked of them is asked of each once, and not of each play."""
        number = self.flags.astype(np.int32)
        rows: list[NDArray[np.integer]] = [np.arange(2 * max(Flag))]
        for column in (self.reason_end, self.country, self.platform):
            labels = each_once(column)
            place = np.zeros(1 + int(column.max(initial=0)), np.int32)
            place[labels] = np.arange(len(labels))
            number *= len(labels)
            number += place[column]
            met = each_once(number)
            place = np.zeros(len(rows[0]) * len(labels), np.int32)
            place[met] = np.arange(len(met))
            number = place[number]
            rows = [*(row[met // max(len(labels), 1)] for row in rows), labels[met % max(len(labels), 1)]]
        flags, reason_end, country, platform = rows
        return Manners(number, flags, platform, country, reason_end)

    @property
    def began_at(self) -> NDArray[np.int64]:
        """When each began, in microseconds since 2000-01-01 UTC."""
        return self.ended_at - self.ms.astype(np.int64) * 1000

    @property
    def are_by_day(self) -> bool:
        """Whether the local days only ever go forward, as they do but for who flies west or changes the zone."""
        return bool(np.all(self.day[1:] >= self.day[:-1]))


class Room:
    """Columns that are longer than the plays in them: what comes next is written behind them, and no other play moves.

    Whoever holds fewer plays goes on seeing those.
    """

    def __init__(self, columns: Plays, taken: int) -> None:
        self._columns, self._taken = columns, taken

    @classmethod
    def of(cls, plays: Plays, later: Plays, room: int) -> Self:
        """Plays and later ones, with room for some more."""
        columns = (
            np.concatenate([first, then, np.zeros(room, then.dtype)])
            for first, then in zip(plays.columns(), later.columns(), strict=True)
        )
        return cls(Plays(*columns), len(plays) + len(later))

    def plays(self) -> Plays:
        return self._columns.where(slice(0, self._taken))

    def add(self, before: Plays, added: Plays) -> Plays | None:
        """Some plays and those behind them; None where they do not fit, or others lie there already."""
        end = len(before) + len(added)
        pairs = list(zip(self._columns.columns(), added.columns(), strict=True))
        fit = all(np.can_cast(new.dtype, held.dtype) for held, new in pairs)
        if not fit or self._taken != len(before) or end > len(self._columns):
            return None
        for held, new in pairs:
            held[len(before) : end] = new
        self._taken = end
        return self.plays()


def merged(kept: Plays, added: Plays) -> Plays:
    """Two sets of plays as one, in order. Those with the same END lie in one of the two."""
    both = Plays(*map(np.concatenate, zip(kept.columns(), added.columns(), strict=True)))
    if len(kept) == 0 or len(added) == 0 or kept.ended_at[-1] <= added.ended_at[0]:
        return both
    return both.where(np.argsort(both.ended_at, kind="stable"))
