"""Reductions: plays and milliseconds by whatever has numbers, and the first of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
_Value = TypeVar("_Value", bound=np.generic)
By = Literal["plays", "minutes"]
# Columns of so many rows stay in the caches of a processor.
BLOCK = 2**18
WIDE = 63
NEVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Sums:
    """`plays` and `ms` (both int64) of each number from 0 on."""

    plays: NDArray[np.int64]
    ms: NDArray[np.int64]

    def grouped(self, numbers: Integers, many: int) -> "Sums":
        """The sums of what these belong to; -1 belongs to nothing."""
        played = self.played
        # What belongs to nothing is added up in front of all others.
        of = numbers.take(played) + 1
        plays, ms = (_added(of, column.take(played), many + 1)[1:] for column in (self.plays, self.ms))
        return Sums(plays, ms)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(self.plays - other.plays, self.ms - other.ms)

    @cached_property
    def played(self) -> Integers:
        """The numbers that have plays."""
        return np.flatnonzero(self.plays)

    def ranked(self, by: By, keys: Integers, limit: int, among: Integers | None = None) -> Integers:
        """The numbers with the most plays or minutes, ties by plays, milliseconds, then the lesser key.

        `keys` by number; `among`: these numbers only.
        """
        numbers = self.played if among is None else among[self.plays[among] > 0]
        most = (self.plays if by == "plays" else self.ms)[numbers]
        if 0 < limit < len(numbers):
            # What lies below the last place needs no order.
            numbers = numbers[most >= np.partition(most, len(most) - limit)[len(most) - limit]]
            most = (self.plays if by == "plays" else self.ms)[numbers]
        # What decides first is sorted by last.
        numbers = numbers[np.argsort(keys[numbers], kind="stable")]
        for column in (self.ms, self.plays) if by == "plays" else (self.plays, self.ms):
            numbers = numbers[_most_first(column[numbers])]
        return numbers[:limit]


def _most_first(values: NDArray[np.int64]) -> Integers:
    """Where the values (0 and more) are, the greatest first; equals stay in their order."""
    if int(values.max(initial=0)) < 2**15:
        # NumPy sorts 16 bits without comparing them.
        return np.argsort(-values.astype(np.int16), kind="stable")
    return ascending(-values)


def ascending(values: NDArray[np.int64]) -> Integers:
    """Where the values are, the least first; equals stay in their order."""
    most, places = int(np.abs(values).max(initial=0)), len(values).bit_length()
    if most.bit_length() + places < WIDE:
        # NumPy sorts numbers themselves many times as fast as their places: each holds its own.
        packed = np.sort(values << places | np.arange(len(values)))
        return packed & ((1 << places) - 1)
    return np.argsort(values, kind="stable")


def summed(numbers: Integers, ms: Integers, many: int) -> Sums:
    """Plays and milliseconds by number, of rows that have a number and milliseconds each."""
    return added((_summed(numbers[block], ms[block], many) for block in blocks(len(numbers))), many)


def added(parts: Iterable[Sums], many: int) -> Sums:
    """All of some sums, which nobody else holds."""
    found: Sums | None = None
    for part in parts:
        if found is None:
            found = part
        else:
            np.add(found.plays, part.plays, out=found.plays)
            np.add(found.ms, part.ms, out=found.ms)
    return found or Sums(np.zeros(many, np.int64), np.zeros(many, np.int64))


def _summed(numbers: Integers, ms: Integers, many: int) -> Sums:
    # As NumPy counts by them, once for both.
    few = numbers.astype(np.intp, copy=False)
    return Sums(np.bincount(few, minlength=many), _added(few, ms, many))


def counted(numbers: Integers, many: int) -> NDArray[np.int64]:
    """How many rows each number has. In blocks: NumPy would copy all of them into wider ones at once."""
    found = np.zeros(many, np.int64)
    for block in blocks(len(numbers)):
        found += np.bincount(numbers[block], minlength=many)
    return found


def each_once(numbers: Integers) -> NDArray[np.int64]:
    """The numbers there are, in order. They are none below 0, and not too great to count up to."""
    return np.flatnonzero(counted(numbers, int(numbers.max(initial=0)) + 1))


def blocks(rows: int, since: int = 0) -> Iterator[slice]:
    """So many rows at a time, from a block on."""
    return (slice(first, first + BLOCK) for first in range(since * BLOCK, rows, BLOCK))


def summed_of_few(numbers: Integers, ms: Integers) -> tuple[Integers, Sums]:
    """As `summed`, for few rows: the numbers there are, in order, and the sums of each."""
    met, nth = np.unique(numbers, return_inverse=True)
    return met, summed(nth, ms, len(met))


def looked_up(table: NDArray[_Value], numbers: Integers) -> NDArray[_Value]:
    """What a table has of each number. Narrow numbers are made wide before NumPy takes by them: not all at once."""
    found = np.empty(len(numbers), table.dtype)
    for block in blocks(len(numbers)):
        found[block] = table.take(numbers[block])
    return found


def starts(column: Integers) -> Integers:
    """Where a row differs from the one before, the first row being such a place."""
    return np.flatnonzero(np.concatenate([np.ones(len(column[:1]), np.bool_), column[1:] != column[:-1]]))


def summed_from(values: Integers, places: Integers) -> NDArray[np.int64]:
    """The sums of values from each of some places to the next."""
    return np.add.reduceat(values, places, dtype=np.int64) if len(places) else np.empty(0, np.int64)


def _added(numbers: Integers, values: Integers, many: int) -> NDArray[np.int64]:
    # Sums in floats are exact up to 2**53: 285,000 years of milliseconds.
    return np.bincount(numbers, weights=values, minlength=many).astype(np.int64)


def first_days(numbers: Integers, days: NDArray[np.int32], many: int) -> NDArray[np.int32]:
    """The least day of each number, `NEVER` where there is none."""
    found = np.full(many, NEVER, np.int32)
    if np.all(days[1:] >= days[:-1]):
        # The last one written stays.
        found[numbers[::-1]] = days[::-1]
    else:
        np.minimum.at(found, numbers, days)
    return found


def last_days(numbers: Integers, days: NDArray[np.int32], many: int) -> NDArray[np.int32]:
    """The greatest day of each number, -1 where there is none."""
    found = np.full(many, -1, np.int32)
    if np.all(days[1:] >= days[:-1]):
        found[numbers] = days
    else:
        np.maximum.at(found, numbers, days)
    return found
