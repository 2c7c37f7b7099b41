"""Asking MusicBrainz about one artist after the other, the most played first; Wikidata about whom it does not know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from brapped_assets.assets.musicbrainz_lookup import AFTER_FAILURES, MusicBrainzLookup, Queue
from brapped_assets.musicbrainz import MOST_ADDRESSES, ArtistTags, Away, Malformed, Match, WikidataClient
from brapped_assets.warehouse import artist_tags
from brapped_assets.warehouse.artist_tags import DueArtist, Service
from brapped_assets.warehouse.db.connections import Connection


@dataclass
class TagLookup(MusicBrainzLookup[DueArtist]):
    """One run's asking about artists."""

    queue: ClassVar[Queue] = artist_tags

    wikidata: WikidataClient

    def _take(self, tx: Connection, now: datetime) -> Sequence[DueArtist]:
        # Addresses in whole batches: a hundred are one request.
        return artist_tags.take_pending(tx, now, MOST_ADDRESSES) or artist_tags.take_unaddressed(
            tx, now, MOST_ADDRESSES
        )

    def _ask(self, batch: Sequence[DueArtist], until: datetime) -> bool:
        return self._read(batch, until) if batch[0].mbid else self._address(batch)

    def _address(self, batch: Sequence[DueArtist]) -> bool:
        """From addresses to ids, for a batch; whether to go on."""
        keys = [one.artist_key for one in batch]
        found = self._together(keys, lambda: self.musicbrainz.matches([one.artist_id for one in batch]))
        if found is None:
            return False
        mbids = {one.artist_key: match.mbid for one in batch if (match := chosen(found.get(one.artist_id, []), one))}
        with self.warehouse.transaction() as tx:
            now = self.clock()
            artist_tags.save_addresses(tx, mbids, now)
            artist_tags.give_back(tx, mbids, now)
        self._ask_wikidata([one for one in batch if one.artist_key not in mbids], [])
        return True

    def _read(self, batch: Sequence[DueArtist], until: datetime) -> bool:
        """What ids stand for, one after the other; whether to go on."""
        gone: list[DueArtist] = []
        incomplete: list[DueArtist] = []

        def read_one(_: int, one: DueArtist) -> None:
            tags = self.musicbrainz.tags(one.mbid or "")
            if tags is None:
                gone.append(one)
                return
            self._keep(one, "musicbrainz", tags)
            self.told += 1
            if not tags.genres or not tags.country:
                incomplete.append(one)

        goes_on = self._one_by_one({one.artist_key: one for one in batch}, read_one, until)
        self._ask_wikidata(gone, incomplete)
        return goes_on

    def _ask_wikidata(self, nobody: Sequence[DueArtist], incomplete: Sequence[DueArtist]) -> None:
        """About artists whom MusicBrainz does not know, and those of whom it lacks something."""
        asked = [*nobody, *incomplete]
        if not asked:
            return
        keys = [one.artist_key for one in nobody]
        now = self.clock()
        with self.warehouse.transaction() as tx:
            is_resting = artist_tags.rests_until(tx, "wikidata", now) is not None
        if is_resting:
            self._set_aside(keys, "Wikidata rests")
            return
        try:
            found = self.wikidata.tags([one.artist_id for one in asked])
        except (Away, Malformed) as error:
            self._set_aside(keys, str(error))
            self._rest(error if isinstance(error, Away) else Away(str(error), AFTER_FAILURES), "wikidata")
            return
        for one in asked:
            if one.artist_id in found:
                self._keep(one, "wikidata", found[one.artist_id])
        unknown = [one.artist_key for one in nobody if one.artist_id not in found]
        with self.warehouse.transaction() as tx:
            artist_tags.save_unknown(tx, unknown, self.clock())
        self.told += len(nobody) - len(unknown)
        self.unknown += len(unknown)

    def _keep(self, one: DueArtist, source: Service, tags: ArtistTags) -> None:
        with self.warehouse.transaction() as tx:
            artist_tags.save(
                tx, one.artist_key, source, self.clock(),
                genres={genre.name: genre.votes for genre in tags.genres}, country=tags.country, area=tags.area,
                kind=tags.kind, began=tags.began, ended=tags.ended, mbid=tags.mbid,
            )  # fmt: skip


def chosen(matches: Sequence[Match], artist: DueArtist) -> Match | None:
    """Which of those that an address leads to is the artist: the only one, or the only one of that name."""
    if len(matches) > 1:
        matches = [one for one in matches if one.is_called(artist.artist_name)]
    return matches[0] if len(matches) == 1 else None
