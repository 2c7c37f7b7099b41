"""The plays that statistics speak of, and those of a stretch of local days among them."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.counting_rules import COUNTS_FROM_MS
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.day_table import DayTable, day_table, patched, without
from brapped_assets.insights.columns.hidden_plays import hidden
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.play_mask import PlayMask
from brapped_assets.insights.columns.plays import MOST_DAYS, Flag
from brapped_assets.insights.columns.reductions import NEVER, counted
from brapped_assets.insights.columns.result_cache import Earlier, ResultCache
from brapped_assets.insights.columns.sessions import SILENCE_US, SessionParts, Sessions, session_parts, sessions
from brapped_assets.insights.columns.shown_mask import ShownMask
from brapped_assets.insights.columns.summed_plays import SummedPlays

# The milliseconds of a play have 31 bits.
MOST_DAYS_A_PLAY = 25
# So many plays are looked through for a silence first.
FEW = 4_096
_Found = TypeVar("_Found")
# By flags: 0 where no extended history tells of a row, 1 where one does, 2 where one tells that it was skipped.
_FLAGS = np.arange(2 * max(Flag))
SKIPS = ((_FLAGS & int(Flag.EXTENDED) > 0) * (1 + (_FLAGS & int(Flag.SKIPPED) > 0))).astype(np.int32)


@dataclass(frozen=True, eq=False)
class ShownPlays(ShownMask):
    """With what was found of them. Of a part of them, `whole` is what it was taken from."""

    whole: "ShownPlays | None" = None
    # What was found of all these plays.
    remembered: ResultCache = field(default_factory=ResultCache, repr=False)
    # Who asks again gets the same, with what it has counted: the latest two, and whatever somebody holds.
    _held: WeakValueDictionary[tuple[date, date], SummedPlays] = field(default_factory=WeakValueDictionary, init=False)
    _latest: deque[SummedPlays] = field(default_factory=lambda: deque(maxlen=2), init=False, repr=False)
    _tables: dict[tuple[date, date], DayTable] = field(default_factory=dict, init=False, repr=False)
    # The same plays by other rules, as selection_mask.py has counted them.
    by_rules: "dict[Hashable, ShownPlays]" = field(default_factory=dict, init=False)

    @property
    def everything(self) -> "ShownPlays":
        """All that is shown, by the same rule: what tells which play was the first ever."""
        return self.whole or self

    @cached_property
    def ever(self) -> SummedPlays:
        """Every play that counts."""
        left = self._left_out
        but = (self.everything.ever, left.ever) if left else None
        return SummedPlays(self.life.plays, self.catalogue, self.all_places, self.counting[self.all_places], but)

    @cached_property
    def _left_out(self) -> "ShownPlays | None":
        """What the whole has besides this part, where that is less than the part; the part may have nothing else."""
        if self.whole is None:
            return None
        everywhere = self.all_places
        mine, all_rows = self.rows[everywhere], self.whole.rows[everywhere]
        many, of = np.count_nonzero(mine), np.count_nonzero(all_rows)
        if of >= 2 * many:
            return None
        rows = all_rows & ~mine
        if np.count_nonzero(rows) != of - many:
            return None
        counting = self.whole.counting[everywhere] & ~self.counting[everywhere]
        return ShownPlays(self.life, self.kept, PlayMask.of(rows), PlayMask.of(counting))

    @cached_property
    def first_day_of_artists(self) -> NDArray[np.int32]:
        """The local day of the first play ever of each main artist (number), `NEVER` without any."""
        found = np.full(len(self.catalogue.artists), NEVER)
        np.minimum.at(found, self.catalogue.artist, self.first_day_of_tracks)
        return found

    @property
    def first_day_of_tracks(self) -> NDArray[np.int32]:
        """The local day of the first play ever of each track (number), `NEVER` without any."""
        return self.remembered.find("first day of tracks", self._first_day_of_tracks)

    def _first_day_of_tracks(self, earlier: Earlier | None) -> NDArray[np.int32]:
        if earlier is None:
            return self.ever.first_day_of_tracks
        before: NDArray[np.int32] = earlier.found
        if len(earlier.days) == 0 and len(before) == len(self.catalogue.tracks):
            return before
        first = int(earlier.days.min(initial=MOST_DAYS))
        late = self._of_numbers(self.counting, first, MOST_DAYS).first_day_of_tracks
        # Whoever was met before the first day that changed was met then.
        found = np.full(len(late), NEVER)
        found[: len(before)] = np.where(before < first, before, NEVER)
        return np.minimum(found, late)

    def plays(self, first: date, until: date) -> SummedPlays:
        """The plays that count on the local days from `first` up to, not including, `until`."""
        if self._is_everything(first, until):
            return self.ever
        found = self._held.get((first, until))
        if found is None:
            found = self._held[first, until] = self._of_days(self.counting, first, until)
            self._latest.append(found)
        return found

    def remembering(self, what: Hashable, first: date, until: date, find: Callable[[], _Found]) -> _Found:
        """What `find` finds of all plays, once until any of them changes; of a part of them, anew."""
        if self.whole is None and self._is_everything(first, until):
            return self.remembered.find(what, lambda _: find())
        return find()

    def skips(self, first: date, until: date) -> NDArray[np.int64]:
        """By track (number): rows of any length that an extended history tells; in a second column those skipped."""
        return self._skips if self._is_everything(first, until) else skips_of(self.told(first, until))

    @cached_property
    def _skips(self) -> NDArray[np.int64]:
        return skips_of(self._chosen(self.rows, self.all_places))

    @property
    def by_day(self) -> DayTable:
        """Every local day of the listener's, with its hours."""
        return self.remembered.find("by day", self._by_day)

    def _by_day(self, earlier: Earlier | None) -> DayTable:
        if earlier is None:
            left = self._left_out
            if left is not None:
                return without(self.everything.by_day, left.by_day)
            return day_table(self.life.plays, self.rows[self.all_places], self.counting[self.all_places])
        before: DayTable = earlier.found
        days = earlier.days
        if len(days) == 0:
            return before
        span = self.places(int(days.min()), int(days.max()) + 1)
        part = self.life.plays.where(span)
        changed = np.isin(part.day, days)
        now = day_table(part.where(changed), self.rows[span][changed], self.counting[span][changed])
        return patched(before, days, now)

    def days(self, first: date, until: date) -> DayTable:
        """Local days from `first` up to `until`, with their hours; of a part of the plays nothing else is added up.

        A page asks for the same days several times.
        """
        since, to = day_number(first), day_number(until)
        if self.whole is None or self._is_all(since, to):
            return self.by_day.of(since, to)
        if (first, until) not in self._tables:
            span = self.places(since, to)
            table = day_table(self.life.plays.where(span), self.rows[span], self.counting[span])
            self._tables[first, until] = table.of(since, to)
        return self._tables[first, until]

    @property
    def played_days(self) -> NDArray[np.integer]:
        """The local days (since 2000-01-01) with a play that counts, in order."""
        if self.whole is None or self.remembered.has("by day"):
            return np.flatnonzero(self.by_day.plays.any(axis=1)) + self.by_day.first
        return self.ever.days

    def after(self, before: "ShownPlays", days: NDArray[np.integer]) -> "ShownPlays":
        """The same, which need not find again what was found `before`, but of some days that changed since."""
        return replace(self, remembered=before.remembered.after(days))

    def sessions(self, first: date, until: date) -> Sessions:
        """The sessions whose least local day lies from `first` up to, not including, `until`."""
        since, to = day_number(first), day_number(until)
        if self.whole is None:
            found = self.remembered.find("sessions", self._sessions).joined
        else:
            # What began on days before them is none of them, however long ago that was; what ends after them is whole.
            span = self.places(since - MOST_DAYS_A_PLAY - 2, to + 2)
            found = sessions(self._chosen(self.counting, slice(span.start, self._silence_after(span.stop))))
        return found.where((found.day >= since) & (found.day < to))

    def _sessions(self, earlier: Earlier | None) -> SessionParts:
        if earlier is None:
            return session_parts(self.ever)
        before: SessionParts = earlier.found
        return session_parts(self.ever, before, self.unchanged(earlier.days))

    def _silence_after(self, place: int) -> int:
        """The first place from one on that no session goes on over."""
        many, looked_at = len(self.life.plays), FEW
        while True:
            span = slice(place, min(place + looked_at, many))
            after = self._chosen(self.counting, span)
            silent = np.flatnonzero(after.began_at[1:] - after.ended_at[:-1] > SILENCE_US)
            if len(silent):
                return place + int(np.flatnonzero(self.counting[span])[silent[0] + 1])
            if span.stop == many:
                return many
            looked_at *= 8


def shown(life: Life, kept: Kept, *, with_private: bool = False) -> ShownPlays:
    """What statistics may speak of."""
    plays = life.plays
    rows = ~plays.has(Flag.REPEAT if with_private else Flag.PRIVATE | Flag.REPEAT)
    if kept.artists or kept.tracks or kept.contexts or kept.times:
        rows &= ~hidden(life, kept)
    return ShownPlays(life, kept, PlayMask.of(rows), PlayMask.of(rows & (plays.ms >= COUNTS_FROM_MS)))


def skips_of(told: SummedPlays) -> NDArray[np.int64]:
    """Of some rows, as `ShownPlays.skips`."""
    by_both = counted(told.track * 3 + SKIPS.take(told.flags), 3 * len(told.catalogue.tracks)).reshape(-1, 3)
    return np.stack([by_both[:, 1] + by_both[:, 2], by_both[:, 2]], axis=1)
