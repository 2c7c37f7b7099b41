"""Some plays of a life, and what they add up to: by song, artist, album, hour, device and the like."""

from collections.abc import Callable
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns import reductions
from brapped_assets.insights.columns.day_table import HOURS
from brapped_assets.insights.columns.picked_plays import PickedPlays
from brapped_assets.insights.columns.plays import Flag
from brapped_assets.insights.columns.reductions import NEVER, Sums, counted, first_days, last_days


class Hours(NamedTuple):
    """`day`: local days since 2000-01-01, silent ones too. `plays` and `ms` (int64): a row a day, a column an hour."""

    day: NDArray[np.int64]
    plays: NDArray[np.int64]
    ms: NDArray[np.int64]


class SummedPlays(PickedPlays):
    """Some plays with their sums, which are kept. Of plays `but` a few, sums are those of all without the few's."""

    @cached_property
    def total_ms(self) -> int:
        return sum(int(few.ms.sum(dtype=np.int64)) for few in self.in_pieces())

    def summed(self, number_of: Callable[["SummedPlays"], NDArray[np.integer]], many: int) -> Sums:
        """Plays and milliseconds by the numbers that some plays are told to have."""
        pieces = (reductions.summed(number_of(few), few.ms, many) for few in self.in_pieces())
        return reductions.added(pieces, many)

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

    @property
    def plays_by_reason_end(self) -> NDArray[np.int64]:
        """Plays by key of why they ended."""
        many = 1 + int(self._plays.reason_end[self._span].max(initial=0))
        return sum((counted(few.reason_end, many) for few in self.in_pieces()), np.zeros(many, np.int64))

    @cached_property
    def by_track(self) -> Sums:
        """Plays and milliseconds by the number of the track."""
        if self._but is not None:
            return self._but[0].by_track - self._but[1].by_track
        return self.summed(lambda few: few.track, len(self.catalogue.tracks))

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
        sums = self.summed(lambda few: (few.day - first) * HOURS + few.hour, (last - first + 1) * HOURS)
        return Hours(np.arange(first, last + 1), sums.plays.reshape(-1, HOURS), sums.ms.reshape(-1, HOURS))

    @cached_property
    def by_manner(self) -> Sums:
        """By number of `Plays.manners`."""
        return self.summed(lambda few: few.manner, len(self._plays.manners.flags))

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
        return self.summed(lambda few: few.context, 1 + most)

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
