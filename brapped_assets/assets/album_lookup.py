"""Asking MusicBrainz which release groups albums in doubt are of, the most played first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from brapped_assets.assets.tag_lookup import (
    AFTER_FAILURES,
    FAILURES_IN_A_ROW,
    SECONDS_A_RUN,
    SHORTEST_REST,
    utc_now,
)
from brapped_assets.musicbrainz import Away, Malformed, Match, MusicBrainzClient
from brapped_assets.warehouse import album_groups, artist_tags
from brapped_assets.warehouse.album_groups import DueAlbum
from brapped_assets.warehouse.db.connections import Transactions

# One request for their addresses and one for each fit into a run at a request a second, so an answer about addresses
# need not be kept for the next one.
ALBUMS_A_BATCH = 50


@dataclass
class AlbumLookup:
    """One run's asking. `told`, `unknown` and `failed` count albums; `reasons` say why something was not answered."""

    warehouse: Transactions
    musicbrainz: MusicBrainzClient
    seconds: float = SECONDS_A_RUN
    clock: Callable[[], datetime] = utc_now
    told: int = 0
    unknown: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)
    _failures: int = 0

    def run(self) -> None:
        """Ask for what is due until it is all, the seconds are over, or MusicBrainz wants to be left alone.

        Each answer is kept at once. Raises a WarehouseError; whatever goes wrong elsewhere is counted.
        """
        until = self.clock() + timedelta(seconds=self.seconds)
        while self.clock() < until:
            now = self.clock()
            with self.warehouse.transaction() as tx:
                if artist_tags.rests_until(tx, "musicbrainz", now):
                    return
                batch = album_groups.take_due(tx, now, ALBUMS_A_BATCH)
            if not batch or not self._ask(batch, until):
                return

    def _ask(self, batch: Sequence[DueAlbum], until: datetime) -> bool:
        """About a batch; whether to go on."""
        keys = [one.album_key for one in batch]
        try:
            found = self.musicbrainz.releases([one.album_id for one in batch])
        except Away as away:
            self._give_back(keys)
            return self._rest(away)
        except Malformed as error:
            # A poisoned id must not hold up all others for ever, nor a network's login page all of them for long.
            self._set_aside(keys, str(error))
            return self._rest(Away(str(error), AFTER_FAILURES))
        releases = {one.album_key: release for one in batch if (release := chosen(found.get(one.album_id, []), one))}
        self._unknown([key for key in keys if key not in releases])
        left = list(releases)
        for key in list(left):
            if self.clock() >= until:
                break
            try:
                self._read(key, releases[key])
            except Away as away:
                self._give_back(left)
                return self._rest(away)
            except Malformed as error:
                self._set_aside([key], str(error))
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self._give_back(left[1:])
                    return self._rest(Away(str(error), AFTER_FAILURES))
            left.remove(key)
        self._give_back(left)
        return True

    def _read(self, key: int, release: Match) -> None:
        """The release group of one album's release."""
        group = self.musicbrainz.release_group(release.mbid)
        self._failures = 0
        if group is None:
            self._unknown([key])
            return
        with self.warehouse.transaction() as tx:
            album_groups.save(
                tx, key, self.clock(), release_mbid=group.release_mbid, group_mbid=group.mbid, group_title=group.title,
                first_released=group.first_released,
            )  # fmt: skip
        self.told += 1

    def _unknown(self, keys: Sequence[int]) -> None:
        self.unknown += len(keys)
        if keys:
            with self.warehouse.transaction() as tx:
                album_groups.save_unknown(tx, keys, self.clock())

    def _give_back(self, keys: Sequence[int]) -> None:
        with self.warehouse.transaction() as tx:
            album_groups.give_back(tx, keys, self.clock())

    def _set_aside(self, keys: Sequence[int], reason: str) -> None:
        self.failed += len(keys)
        self.reasons.append(reason)
        with self.warehouse.transaction() as tx:
            album_groups.set_aside(tx, keys, self.clock())

    def _rest(self, away: Away) -> bool:
        """Leave MusicBrainz alone for as long as it wants, and a while at least; always False."""
        self.reasons.append(str(away))
        with self.warehouse.transaction() as tx:
            artist_tags.rest(tx, "musicbrainz", self.clock() + max(away.wait, SHORTEST_REST))
        return False


def chosen(matches: Sequence[Match], album: DueAlbum) -> Match | None:
    """Which of the releases that an address leads to is asked about: the only one, or the first one of that title."""
    if len(matches) > 1:
        matches = [one for one in matches if one.name.casefold() == album.album_name.casefold()][:1]
    return matches[0] if matches else None
