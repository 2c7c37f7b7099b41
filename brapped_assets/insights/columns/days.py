"""A life by local day and hour, and cut into sessions: added up once, and then a slice for each question."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.plays import Flag, Mask

HOURS = 24
SILENCE_US = 30 * 60 * 1_000_000
# The bits that days are told by, side by side: those of `Flag` that lie low, then two more.
LOW = np.int32(Flag.ESTIMATED | Flag.SKIPPED | Flag.SHUFFLE | Flag.OFFLINE)
EXTENDED, COUNTS, COMBINATIONS = np.int32(16), np.int32(32), 64
ALL = np.arange(COMBINATIONS)


@dataclass(frozen=True)
class DayTable:
    """Rows are local days from `first` on (days since 2000-01-01), silent ones too.

    `plays` and `ms` (int64) have a column for each hour. By day alone: `rows` of any length, `estimated_ms` among the
    milliseconds, and `told`: rows that an extended history tells, and how many of them were skipped, shuffled, offline.
    """

    first: int
    plays: NDArray[np.int64]
    ms: NDArray[np.int64]
    rows: NDArray[np.int64]
    estimated_ms: NDArray[np.int64]
    told: NDArray[np.int64]

    def between(self, since: int, until: int) -> slice:
        """The rows of the days from one up to, not including, another."""
        low = min(max(since - self.first, 0), len(self.rows))
        return slice(low, max(min(until - self.first, len(self.rows)), low))


def day_table(
    day: NDArray[np.int32], hour: NDArray[np.uint8], ms: NDArray[np.int32], flags: NDArray[np.uint16], counts: Mask
) -> DayTable:
    """Of rows of any length; `counts` says which of them are plays."""
    if len(day) == 0:
        nothing = np.zeros((0, HOURS), np.int64)
        return DayTable(0, nothing, nothing, nothing[:, 0], nothing[:, 0], np.zeros((0, 4), np.int64))
    first = int(day.min())
    days = int(day.max()) - first + 1
    at = day - np.int32(first)
    wide = flags.astype(np.int32)
    kind = (wide & LOW) | ((wide & np.int32(Flag.EXTENDED)) >> 2) | np.where(counts, COUNTS, np.int32(0))
    by_kind = np.bincount(at * COMBINATIONS + kind, minlength=days * COMBINATIONS).reshape(days, COMBINATIONS)
    extended = ALL & EXTENDED > 0
    told = [extended & (ALL & int(flag or EXTENDED) > 0) for flag in (0, Flag.SKIPPED, Flag.SHUFFLE, Flag.OFFLINE)]
    hours = at * np.int32(HOURS) + hour
    shape = (days, HOURS)
    estimated = counts & ((flags & np.uint16(Flag.ESTIMATED)) != 0)
    return DayTable(
        first,
        plays=np.bincount(hours[counts], minlength=days * HOURS).reshape(shape),
        ms=_weighed(hours[counts], ms[counts], days * HOURS).reshape(shape),
        rows=by_kind.sum(axis=1),
        estimated_ms=_weighed(at[estimated], ms[estimated], days),
        told=np.stack([by_kind[:, kinds].sum(axis=1) for kinds in told], axis=1),
    )


@dataclass(frozen=True)
class Sessions:
    """Plays with at most 30 minutes of silence between them, in order, as numbers of the plays they were cut from.

    `first` and `last` play of each, `day` the least local day in it, `began_at` and `ended_at` in microseconds.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    day: NDArray[np.int32]
    began_at: NDArray[np.int64]
    ended_at: NDArray[np.int64]


def sessions(began_at: NDArray[np.int64], ended_at: NDArray[np.int64], day: NDArray[np.int32]) -> Sessions:
    """Cut where more than half an hour lies between the END of a play and the START of the next."""
    if len(day) == 0:
        nothing = np.zeros(0, np.int64)
        return Sessions(nothing, nothing, day, nothing, nothing)
    after_silence = began_at[1:] - ended_at[:-1] > SILENCE_US
    first = np.concatenate([[0], np.flatnonzero(after_silence) + 1])
    last = np.concatenate([first[1:] - 1, [len(day) - 1]])
    return Sessions(first, last, np.minimum.reduceat(day, first), np.minimum.reduceat(began_at, first), ended_at[last])


def _weighed(numbers: NDArray[np.int32], values: NDArray[np.int32], many: int) -> NDArray[np.int64]:
    return np.bincount(numbers, weights=values, minlength=many).astype(np.int64)
