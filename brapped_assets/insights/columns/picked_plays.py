"""Some plays of a life, picked by a mask, and their columns."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.plays import MOST_DAYS, Flag, Mask, Plays
from brapped_assets.insights.columns.reductions import BLOCK, blocks, looked_up

_Number = TypeVar("_Number", bound=np.integer[Any])
# The places of more plays than these are not held: they take more room than columns do.
MOST_PLACES = 8 * BLOCK


class PickedPlays:
    """Some plays, in order of their END. Columns are as in `Plays`.

    Of many plays they are picked whenever somebody asks for them, and whoever needs one twice holds it; those of few,
    a block at most, are held here. `but` are plays and a few of them, these being all others (see `SummedPlays`).
    """

    def __init__(
        self,
        plays: Plays,
        catalogue: Catalogue,
        span: slice,
        rows: Mask,
        but: tuple[Self, Self] | None = None,
    ) -> None:
        self._plays, self._span, self._rows, self._but = plays, span, rows, but
        self.catalogue = catalogue
        self._held: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self._many

    @cached_property
    def _many(self) -> int:
        return int(np.count_nonzero(self._rows))

    def where(self, rows: Mask) -> Self:
        """Those of them that a mask over them names."""
        left = self._rows.copy()
        left[left] = rows
        return type(self)(self._plays, self.catalogue, self._span, left)

    def of_artists(self, artists: NDArray[np.integer]) -> tuple[Self, NDArray[np.int64]]:
        """Those of some main artists (numbers), and the place of each one's artist among these."""
        place = np.full(len(self.catalogue.artists), -1)
        place[artists] = np.arange(len(artists))
        some = type(self)(self._plays, self.catalogue, self._span, self._are_of(place[self.catalogue.artist] >= 0))
        return some, place.take(some.artist)

    def in_pieces(self) -> Iterator[Self]:
        """All of them, in order, in pieces that hold their columns: few plays, from however many, are one."""
        return iter([self]) if len(self) <= BLOCK else self.in_blocks()

    def in_blocks(self, since: int = 0) -> Iterator[Self]:
        """All of them, in order, so many places at a time; without the first blocks `since` one."""
        for block in blocks(len(self._rows), since):
            first = self._span.start + block.start
            rows = self._rows[block]
            yield type(self)(self._plays, self.catalogue, slice(first, first + len(rows)), rows)

    def latest(self, many: int) -> Self:
        """The last of them."""
        rows = np.flatnonzero(self._rows)
        first = int(rows[-many]) if 0 < many < len(rows) else 0
        span = slice(self._span.start + first, self._span.stop)
        return type(self)(self._plays, self.catalogue, span, self._rows[first:])

    def day_of(self, nth: int) -> int:
        """The local day (since 2000-01-01) of one of them."""
        return int(self._plays.day[self._span.start + self._places[nth]])

    def earliest(self) -> Self:
        """The first of them, or none."""
        place = int(self._rows.argmax()) if len(self._rows) else 0
        span = slice(self._span.start + place, min(self._span.start + place + 1, self._span.stop))
        return type(self)(self._plays, self.catalogue, span, self._rows[place : place + 1])

    def of(self, tracks: NDArray[np.integer]) -> Self:
        """Those of them of some tracks (numbers)."""
        wanted = np.zeros(len(self.catalogue.tracks), np.bool_)
        wanted[tracks] = True
        # They are few: with columns of their own nobody looks for them among all again.
        few = self._plays.where(self._span.start + np.flatnonzero(self._are_of(wanted)))
        return type(self)(few, self.catalogue, slice(0, len(few)), np.ones(len(few), np.bool_))

    def _are_of(self, tracks: Mask) -> Mask:
        """Which of the plays of the span are among these and of some tracks (a mask by number)."""
        return looked_up(tracks, self._plays.track[self._span]) & self._rows

    def within(self, first: date, until: date) -> Self:
        """Those of them on the local days from `first` up to, not including, `until`."""
        return self.where((self.day >= day_number(first)) & (self.day < day_number(until)))

    def _held_as(self, name: str, pick: Callable[[], NDArray[_Number]]) -> NDArray[_Number]:
        found = self._held.get(name)
        if found is None:
            found = pick()
            if len(self) <= BLOCK:
                found.flags.writeable = False
                self._held[name] = found
        return found

    def _picked(self, column: NDArray[_Number]) -> NDArray[_Number]:
        if len(self) > MOST_PLACES:
            return column[self._span].compress(self._rows)
        return column[self._span].take(self._places)

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """Where the plays are in the span: whoever picks several columns looks for them once."""
        return np.flatnonzero(self._rows)

    @property
    def ended_at(self) -> NDArray[np.int64]:
        return self._picked(self._plays.ended_at)

    @property
    def began_at(self) -> NDArray[np.int64]:
        """Microseconds since 2000-01-01 UTC, as `ended_at`."""
        return self.ended_at - self.ms.astype(np.int64) * 1000

    @property
    def day(self) -> NDArray[np.int32]:
        """Local days since 2000-01-01, wide enough to be subtracted."""
        return self._held_as("day", lambda: self._picked(self._plays.day).astype(np.int32))

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """The local days on which any of them ended, each once, in order."""
        met = np.zeros(MOST_DAYS + 1, np.bool_)
        for few in self.in_pieces():
            met[few.day] = True
        return np.flatnonzero(met)

    @property
    def hour(self) -> NDArray[np.uint8]:
        return self._picked(self._plays.hour)

    @property
    def track(self) -> NDArray[np.int32]:
        return self._held_as("track", lambda: self._picked(self._plays.track))

    @property
    def ms(self) -> NDArray[np.int32]:
        return self._held_as("ms", lambda: self._picked(self._plays.ms))

    @property
    def platform(self) -> NDArray[np.integer]:
        return self._picked(self._plays.platform)

    @property
    def country(self) -> NDArray[np.integer]:
        return self._picked(self._plays.country)

    @property
    def reason_end(self) -> NDArray[np.integer]:
        return self._picked(self._plays.reason_end)

    @property
    def context(self) -> NDArray[np.integer]:
        return self._picked(self._plays.context)

    @property
    def flags(self) -> NDArray[np.uint16]:
        return self._picked(self._plays.flags)

    @property
    def manner(self) -> NDArray[np.int32]:
        """The number of each in `Plays.manners`."""
        return self._picked(self._plays.manners.number)

    def has(self, flag: Flag) -> Mask:
        found: Mask = (self.flags & np.uint16(flag)) != 0
        return found

    def has_any(self, flag: Flag) -> bool:
        """Whether any of them carries a flag."""
        return bool((((self._plays.flags[self._span] & np.uint16(flag)) != 0) & self._rows).any())

    @property
    def artist(self) -> NDArray[np.int32]:
        """The number of the main artist of each."""
        return self._held_as("artist", lambda: looked_up(self.catalogue.artist, self.track))
