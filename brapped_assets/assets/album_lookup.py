"""Asking MusicBrainz which release groups albums in doubt are of, the most played first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from brapped_assets.assets.musicbrainz_lookup import MusicBrainzLookup, Queue
from brapped_assets.musicbrainz import Match
from brapped_assets.warehouse import album_groups
from brapped_assets.warehouse.album_groups import DueAlbum
from brapped_assets.warehouse.db.connections import Connection

# One request for their addresses and one for each fit into a run at a request a second, so an answer about addresses
# need not be kept for the next one.
ALBUMS_A_BATCH = 50


@dataclass
class AlbumLookup(MusicBrainzLookup[DueAlbum]):
    """One run's asking about albums."""

    queue: ClassVar[Queue] = album_groups

    def _take(self, tx: Connection, now: datetime) -> Sequence[DueAlbum]:
        return album_groups.take_due(tx, now, ALBUMS_A_BATCH)

    def _ask(self, batch: Sequence[DueAlbum], until: datetime) -> bool:
        keys = [one.album_key for one in batch]
        found = self._together(keys, lambda: self.musicbrainz.releases([one.album_id for one in batch]))
        if found is None:
            return False
        releases = {one.album_key: release for one in batch if (release := chosen(found.get(one.album_id, []), one))}
        self._unknown([key for key in keys if key not in releases])
        return self._one_by_one(releases, self._read, until)

    def _read(self, key: int, release: Match) -> None:
        """The release group of one album's release."""
        group = self.musicbrainz.release_group(release.mbid)
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


def chosen(matches: Sequence[Match], album: DueAlbum) -> Match | None:
    """Which release of those an address leads to is asked about: the first of that title, or of all that share one."""
    called = [one for one in matches if one.is_called(album.album_name)]
    if called:
        return called[0]
    return matches[0] if matches and all(one.is_called(matches[0].name) for one in matches) else None
