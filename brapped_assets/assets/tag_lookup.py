"""Asking MusicBrainz about one artist after the other, the most played first; Wikidata about whom it does not know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from brapped_assets.musicbrainz import (
    MOST_ADDRESSES,
    ArtistTags,
    Away,
    Malformed,
    Match,
    MusicBrainzClient,
    WikidataClient,
)
from brapped_assets.warehouse import artist_tags
from brapped_assets.warehouse.artist_tags import DueArtist, Service
from brapped_assets.warehouse.db.connections import Transactions

# A run ends soon, so that nothing waits long behind it.
SECONDS_A_RUN = 60.0
# Then it is not about a single artist.
FAILURES_IN_A_ROW = 3
SHORTEST_REST = timedelta(minutes=15)
AFTER_FAILURES = timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class TagLookup:
    """One run's asking. `told`, `unknown` and `failed` count artists; `reasons` say why something was not answered."""

    warehouse: Transactions
    musicbrainz: MusicBrainzClient
    wikidata: WikidataClient
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
                # Addresses in whole batches: a hundred are one request.
                batch = artist_tags.take_pending(tx, now, MOST_ADDRESSES)
                is_pending = bool(batch)
                batch = batch or artist_tags.take_unaddressed(tx, now, MOST_ADDRESSES)
            if not batch or not (self._read(batch, until) if is_pending else self._address(batch)):
                return

    def _address(self, batch: Sequence[DueArtist]) -> bool:
        """From addresses to ids, for a batch; whether to go on."""
        keys = [one.artist_key for one in batch]
        try:
            found = self.musicbrainz.matches([one.artist_id for one in batch])
        except Away as away:
            self._give_back(keys)
            return self._rest("musicbrainz", away)
        except Malformed as error:
            # A poisoned id must not hold up all others for ever, nor a network's login page all of them for long.
            self._set_aside(keys, str(error))
            return self._rest("musicbrainz", Away(str(error), AFTER_FAILURES))
        mbids = {
            one.artist_key: match.mbid
            for one in batch
            if (match := chosen(found.get(one.artist_id, []), one)) is not None
        }
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
        goes_on = True
        for nth, one in enumerate(batch):
            left = [other.artist_key for other in batch[nth:]]
            if self.clock() >= until:
                self._give_back(left)
                break
            try:
                tags = self.musicbrainz.tags(one.mbid or "")
            except Away as away:
                self._give_back(left)
                goes_on = self._rest("musicbrainz", away)
                break
            except Malformed as error:
                self._set_aside(left[:1], str(error))
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self._give_back(left[1:])
                    goes_on = self._rest("musicbrainz", Away(str(error), AFTER_FAILURES))
                    break
                continue
            self._failures = 0
            if tags is None:
                gone.append(one)
                continue
            self._keep(one, "musicbrainz", tags)
            self.told += 1
            if not tags.genres or not tags.country:
                incomplete.append(one)
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
            self._rest("wikidata", error if isinstance(error, Away) else Away(str(error), AFTER_FAILURES))
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

    def _give_back(self, keys: Sequence[int]) -> None:
        with self.warehouse.transaction() as tx:
            artist_tags.give_back(tx, keys, self.clock())

    def _set_aside(self, keys: Sequence[int], reason: str) -> None:
        self.failed += len(keys)
        if keys:
            self.reasons.append(reason)
        with self.warehouse.transaction() as tx:
            artist_tags.set_aside(tx, keys, self.clock())

    def _rest(self, service: Service, away: Away) -> bool:
        """Leave a service alone for as long as it wants, and a while at least; always False."""
        self.reasons.append(str(away))
        now = self.clock()
        with self.warehouse.transaction() as tx:
            artist_tags.rest(tx, service, now + max(away.wait, SHORTEST_REST))
        return False


def chosen(matches: Sequence[Match], artist: DueArtist) -> Match | None:
    """Which of those that an address leads to is the artist: the only one, or the only one of that name."""
    if len(matches) > 1:
        matches = [one for one in matches if one.name.casefold() == artist.artist_name.casefold()]
    return matches[0] if len(matches) == 1 else None
