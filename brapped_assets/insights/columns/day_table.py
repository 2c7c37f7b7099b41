"""A life by local day and hour: added up once, and then a slice for each question."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.plays import MOST_DAYS, Flag, Mask, Plays
from brapped_assets.insights.columns.reductions import blocks, counted, summed

HOURS = 24
# The flags that days are told by, and a number for each combination of them.
TOLD = (Flag.EXTENDED, Flag.SKIPPED, Flag.SHUFFLE, Flag.OFFLINE)
COMBINATIONS = 1 << len(TOLD)
ALL = np.arange(COMBINATIONS)
_FLAGS = np.arange(2 * max(Flag))
COMBINATION = np.sum([(_FLAGS & int(flag) > 0) * (1 << nth) for nth, flag in enumerate(TOLD)], axis=0).astype(np.int32)


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

    def of(self, since: int, until: int) -> "DayTable":
        """These rows alone."""
        rows = self.between(since, until)
        columns = (self.plays, self.ms, self.rows, self.estimated_ms, self.told)
        return DayTable(self.first + rows.start, *(column[rows] for column in columns))


def patched(before: DayTable, days: NDArray[np.integer], now: DayTable) -> DayTable:
    """The table with some days (since 2000-01-01) as they are now; `now` has no other days."""
    ends = [(table.first, table.first + len(table.rows)) for table in (before, now) if len(table.rows)]
    if not ends:
        return now
    first, until = min(low for low, _ in ends), max(high for _, high in ends)

    def column(name: str) -> NDArray[np.int64]:
        old: NDArray[np.int64] = getattr(before, name)
        new: NDArray[np.int64] = getattr(now, name)
        found = np.zeros((until - first, *old.shape[1:]), np.int64)
        found[before.first - first :][: len(old)] = old
        found[days[(days >= first) & (days < until)] - first] = 0
        found[now.first - first :][: len(new)] += new
        return found

    return DayTable(first, *(column(name) for name in ("plays", "ms", "rows", "estimated_ms", "told")))


def without(table: DayTable, some: DayTable) -> DayTable:
    """The table without some of its rows, which have no other days."""

    def column(name: str) -> NDArray[np.int64]:
        found: NDArray[np.int64] = getattr(table, name).copy()
        gone: NDArray[np.int64] = getattr(some, name)
        found[some.first - table.first :][: len(gone)] -= gone
        return found

    return DayTable(table.first, *(column(name) for name in ("plays", "ms", "rows", "estimated_ms", "told")))


def day_table(plays: Plays, rows: Mask, counting: Mask) -> DayTable:
    """Of some rows of any length, and of those among them that count as plays."""
    first = int(plays.day.min(initial=MOST_DAYS))
    days = max(int(plays.day.max(initial=0)) - first + 1, 0)
    kinds = np.zeros(days * COMBINATIONS, np.int64)
    heard, ms = np.zeros(days * HOURS, np.int64), np.zeros(days * HOURS, np.int64)
    estimated_ms = np.zeros(days, np.int64)
    for block in blocks(len(plays)):
        few = plays.where(block)
        places = np.flatnonzero(rows[block])
        day, flags = (column.take(places) for column in (few.day, few.flags))
        kinds += counted((day.astype(np.int32) - first) * COMBINATIONS + COMBINATION.take(flags), len(kinds))
        places = np.flatnonzero(counting[block])
        at, flags, length = few.day.take(places).astype(np.int32) - first, few.flags.take(places), few.ms.take(places)
        hours = summed(at * HOURS + few.hour.take(places), length, len(heard))
        heard += hours.plays
        ms += hours.ms
        estimated = np.flatnonzero(flags & np.uint16(Flag.ESTIMATED))
        estimated_ms += summed(at.take(estimated), length.take(estimated), days).ms
    by_kind = kinds.reshape(days, COMBINATIONS)
    extended = ALL & 1 > 0
    told = [extended & (ALL >> nth & 1 > 0) for nth in range(len(TOLD))]
    return DayTable(
        first,
        plays=heard.reshape(days, HOURS),
        ms=ms.reshape(days, HOURS),
        rows=by_kind.sum(axis=1),
        estimated_ms=estimated_ms,
        told=np.stack([by_kind[:, of_kind].sum(axis=1) for of_kind in told], axis=1),
    )
