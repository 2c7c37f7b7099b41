"""Which plays statistics speak of, as a mask over a life, and where those of some local days are."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.counting_rules import COUNTS_FROM_MS
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.hidden_plays import hidden, numbers_of
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.play_mask import PlayMask
from brapped_assets.insights.columns.plays import DAY_US, MOST_DAYS, Flag, Mask
from brapped_assets.insights.columns.summed_plays import SummedPlays


@dataclass(frozen=True, eq=False)
class ShownMask:
    """A listener's plays without private sessions, impossible repeats and what they hid.

    `rows` are those of any length, `counting` those that count as plays: masks over `life.plays`.
    """

    life: Life
    kept: Kept
    rows: PlayMask
    counting: PlayMask

    @property
    def catalogue(self) -> Catalogue:
        return self.life.catalogue

    @cached_property
    def hidden(self) -> Mask:
        """Which of `life.plays` the listener hid."""
        return hidden(self.life, self.kept)

    @cached_property
    def nobodies(self) -> NDArray[np.int32]:
        """The numbers of artists that are nobody's name."""
        return numbers_of(self.catalogue, self.kept.nobodies)

    def known(self, artists: NDArray[np.integer]) -> NDArray[np.integer]:
        """Those of some artists (numbers) that are somebody's name."""
        return artists[~np.isin(artists, self.nobodies)]

    def told(self, first: date, until: date) -> SummedPlays:
        """The rows of any length on the local days from `first` up to, not including, `until`."""
        return self._of_days(self.rows, first, until)

    def repeats(self, first: date, until: date) -> SummedPlays:
        """Impossible repeats as long as a play, without private sessions: kept, and in no number."""
        since, to = day_number(first), day_number(until)
        span = self.places(since, to)
        plays = self.life.plays.where(span)
        rows = plays.has(Flag.REPEAT) & ~plays.has(Flag.PRIVATE) & (plays.ms >= COUNTS_FROM_MS)
        rows &= (plays.day >= since) & (plays.day < to)
        return SummedPlays(self.life.plays, self.catalogue, span, rows)

    def unchanged(self, days: NDArray[np.integer]) -> int:
        """How many plays, from the first on, are as they were before some days changed."""
        return self.places(int(days.min()), MOST_DAYS).start if len(days) else len(self.life.plays)

    def _of_days(self, rows: PlayMask, first: date, until: date) -> SummedPlays:
        return self._of_numbers(rows, day_number(first), day_number(until))

    def _of_numbers(self, rows: PlayMask, since: int, to: int) -> SummedPlays:
        span = self.places(since, to)
        day = self.life.plays.day[span]
        left = rows[span] & (day >= since)
        left &= day < to
        return SummedPlays(self.life.plays, self.catalogue, span, left)

    def places(self, since: int, until: int) -> slice:
        """Where plays of these days may be: a local day lies within 24 hours of its UTC namesake."""
        ends = [(since - 1) * DAY_US, (until + 1) * DAY_US]
        low, high = np.searchsorted(self.life.plays.ended_at, ends)
        return slice(int(low), int(high))

    def _is_everything(self, first: date, until: date) -> bool:
        return self._is_all(day_number(first), day_number(until))

    def _is_all(self, since: int, to: int) -> bool:
        if len(self.life.plays) == 0:
            return False
        return since <= self.life.first_day and self.life.last_day < to

    @property
    def all_places(self) -> slice:
        return slice(0, len(self.life.plays))

    def _chosen(self, rows: PlayMask, span: slice) -> SummedPlays:
        return SummedPlays(self.life.plays, self.catalogue, span, rows[span])
