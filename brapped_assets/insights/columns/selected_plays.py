"""Some plays of a life, and what they add up to."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property, reduce
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.columns.day_table import HOURS
from brapped_assets.insights.columns.plays import MOST_DAYS, Flag, Mask, Plays
from brapped_assets.insights.columns.reductions import (
    BLOCK,
    NEVER,
    Sums,
    blocks,
    counted,
    first_days,
    last_days,
    looked_up,
    summed,
)

_Number = TypeVar("_Number", bound=np.integer[Any])
# The places of more plays than these are not held: they take more room than columns do.
MOST_PLACES = 8 * BLOCK


class Hours(NamedTuple):
    """`day`: local days since 2000-01-01, silent ones too. `plays` and `ms` (int64): a row a day, a column an hour."""

    day: NDArray[np.int64]
    plays: NDArray[np.int64]
    ms: NDArray[np.int64]


class SelectedPlays:
    """Some plays, in order of their END. Columns are as in `Plays`.

    They are picked whenever somebody asks for them: whoever needs one twice holds it. Sums are kept. `but` are plays
    and a few of them, these being all others: then sums are theirs without those of the few.
    """

    def __init__(
        self,
        plays: Plays,
        catalogue: Catalogue,
        span: slice,
        rows: Mask,
        but: "tuple[SelectedPlays, SelectedPlays] | None" = None,
    ) -> None:
        self._plays, self._span, self._rows, self._but = plays, span, rows, but
        self.catalogue = catalogue

    def __len__(self) -> int:
        return self._many

    @cached_property
    def _many(self) -> int:
        return int(np.count_nonzero(self._rows))

    def where(self, rows: Mask) -> "SelectedPlays":
        """Those of them that a mask over them names."""
        left = self._rows.copy()
        left[left] = rows
        return SelectedPlays(self._plays, self.catalogue, self._span, left)

    def of_artists(self, artists: NDArray[np.integer]) -> tuple["SelectedPlays", NDArray[np.int64]]:
        """Those of some main artists (numbers), and the place of each one's artist among these."""
        place = np.full(len(self.catalogue.artists), -1)
        place[artists] = np.arange(len(artists))
        some = SelectedPlays(self._plays, self.catalogue, self._span, self._are_of(place[self.catalogue.artist] >= 0))
        return some, place.take(some.artist)

    def in_pieces(self, since: int = 0) -> Iterator["SelectedPlays"]:
        """All of them, in order, so many places at a time; without the first pieces `since` one."""
        for block in blocks(len(self._rows), since):
            first = self._span.start + block.start
            rows = self._rows[block]
            yield SelectedPlays(self._plays, self.catalogue, slice(first, first + len(rows)), rows)

    def latest(self, many: int) -> "SelectedPlays":
        """The last of them."""
        rows = np.flatnonzero(self._rows)
        first = int(rows[-many]) if 0 < many < len(rows) else 0
        span = slice(self._span.start + first, self._span.stop)
        return SelectedPlays(self._plays, self.catalogue, span, self._rows[first:])

    def earliest(self) -> "SelectedPlays":
        """The first of them, or none."""
        place = int(self._rows.argmax()) if len(self._rows) else 0
        span = slice(self._span.start + place, min(self._span.start + place + 1, self._span.stop))
        return SelectedPlays(self._plays, self.catalogue, span, self._rows[place : place + 1])

    def of(self, tracks: NDArray[np.integer]) -> "SelectedPlays":
        """Those of them of some tracks (numbers)."""
        wanted = np.zeros(len(self.catalogue.tracks), np.bool_)
        wanted[tracks] = True
        # They are few: with columns of their own nobody looks for them among all again.
        few = self._plays.where(self._span.start + np.flatnonzero(self._are_of(wanted)))
        return SelectedPlays(few, self.catalogue, slice(0, len(few)), np.ones(len(few), np.bool_))

    def _are_of(self, tracks: Mask) -> Mask:
        """Which of the plays of the span are among these and of some tracks (a mask by number)."""
        return looked_up(tracks, self._plays.track[self._span]) & self._rows

    def within(self, first: date, until: date) -> "SelectedPlays":
        """Those of them on the local days from `first` up to, not including, `until`."""
        return self.where((self.day >= day_number(first)) & (self.day < day_number(until)))

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
        return self._picked(self._plays.day).astype(np.int32)

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
        return self._picked(self._plays.track)

    @property
    def ms(self) -> NDArray[np.int32]:
        return self._picked(self._plays.ms)

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
        return looked_up(self.catalogue.artist, self.track)

    @cached_property
    def total_ms(self) -> int:
        return sum(int(few.ms.sum(dtype=np.int64)) for few in self.in_pieces())

    def _summed(self, number_of: Callable[["SelectedPlays"], NDArray[np.integer]], many: int) -> Sums:
        """Plays and milliseconds by the numbers that some plays are told to have."""
        pieces = (summed(number_of(few), few.ms, many) for few in self.in_pieces())
        return sum(pieces, Sums(np.zeros(many, np.int64), np.zeros(many, np.int64)))

    @cached_property
    def plays_by_platform(self) -> NDArray[np.int64]:
        """Plays by key of the device's label."""
        if self._but is not None:
            found = self._but[0].plays_by_platform.copy()
            without = self._but[1].plays_by_platform
            found[: len(without)] -= without
            return found
        many = 1 + int(self._plays.platform[self._span].max(initial=0))
        return sum((counted(few.platform, many) for few in self.in_pieces()), np.zeros(many, np.int64))

    @cached_property
    def by_track(self) -> Sums:
        """Plays and milliseconds by the number of the track."""
        if self._but is not None:
            return self._but[0].by_track - self._but[1].by_track
        return self._summed(lambda few: few.track, len(self.catalogue.tracks))

    @cached_property
    def by_artist(self) -> Sums:
        """By the number of the main artist; nobody's names are among them."""
        return self.by_track.grouped(self.catalogue.artist, len(self.catalogue.artists))

    @cached_property
    def by_album(self) -> Sums:
        """By the number of the album; plays without one are left out."""
        return self.by_track.grouped(self.catalogue.album, len(self.catalogue.albums))

    @cached_property
    def by_hour(self) -> Hours:
        """By local day, from the first to the last, and hour."""
        if not len(self.days):
            return Hours(np.empty(0, np.int64), np.zeros((0, HOURS), np.int64), np.zeros((0, HOURS), np.int64))
        first, last = int(self.days[0]), int(self.days[-1])
        sums = self._summed(lambda few: (few.day - first) * HOURS + few.hour, (last - first + 1) * HOURS)
        return Hours(np.arange(first, last + 1), sums.plays.reshape(-1, HOURS), sums.ms.reshape(-1, HOURS))

    @cached_property
    def by_manner(self) -> Sums:
        """By number of `Plays.manners`."""
        return self._summed(lambda few: few.manner, len(self._plays.manners.flags))

    @cached_property
    def by_flags(self) -> Sums:
        """By combination of flags."""
        return self.by_manner.grouped(self._plays.manners.flags, 2 * max(Flag))

    @property
    def estimated_ms(self) -> int:
        return int(self.by_flags.ms[(np.arange(2 * max(Flag)) & int(Flag.ESTIMATED)) > 0].sum())

    @property
    def by_platform(self) -> Sums:
        """By key of the device's label, as the next two."""
        return self._by_label(self._plays.manners.platform)

    @property
    def by_country(self) -> Sums:
        return self._by_label(self._plays.manners.country)

    @property
    def by_reason_end(self) -> Sums:
        return self._by_label(self._plays.manners.reason_end)

    def _by_label(self, labels: NDArray[np.integer]) -> Sums:
        return self.by_manner.grouped(labels, 1 + int(labels.max(initial=0)))

    @cached_property
    def by_context(self) -> Sums:
        """By key of what they were played from."""
        most = int(self._plays.context[self._span].max(initial=0))
        return self._summed(lambda few: few.context, 1 + most)

    @cached_property
    def oldest_release(self) -> NDArray[np.int32]:
        """By the number of an album the least key of its releases among these plays, `NEVER` without any."""
        found = np.full(len(self.catalogue.albums), NEVER)
        played = self.by_track.played
        on_album = played[self.catalogue.album[played] >= 0]
        np.minimum.at(found, self.catalogue.album[on_album], self.catalogue.album_key[on_album])
        return found

    @cached_property
    def first_day_of_tracks(self) -> NDArray[np.int32]:
        """The first local day of each track (its number), `NEVER` without any."""
        many = len(self.catalogue.tracks)
        pieces = (first_days(few.track, few.day, many) for few in self.in_pieces())
        return reduce(np.minimum, pieces, np.full(many, NEVER, np.int32))

    @cached_property
    def last_day_of_tracks(self) -> NDArray[np.int32]:
        """The last local day of each track (its number), -1 without any."""
        many = len(self.catalogue.tracks)
        pieces = (last_days(few.track, few.day, many) for few in self.in_pieces())
        return reduce(np.maximum, pieces, np.full(many, -1, np.int32))
