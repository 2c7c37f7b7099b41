"""A run that asks MusicBrainz about one thing after the other until its seconds are over, or MusicBrainz wants rest."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

from brapped_assets.musicbrainz import Away, Malformed, MusicBrainzClient
from brapped_assets.warehouse import artist_tags
from brapped_assets.warehouse.artist_tags import Service
from brapped_assets.warehouse.db.connections import Connection, Transactions

Due = TypeVar("Due")
Found = TypeVar("Found")

# A run ends soon, so that nothing waits long behind it.
SECONDS_A_RUN = 60.0
# Then it is not about a single artist or album.
FAILURES_IN_A_ROW = 3
SHORTEST_REST = timedelta(minutes=15)
AFTER_FAILURES = timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Queue(Protocol):
    """Where keys wait: a module of the warehouse."""

    def give_back(self, tx: Connection, keys: Collection[int], now: datetime) -> None: ...

    def set_aside(self, tx: Connection, keys: Collection[int], now: datetime) -> None: ...


@dataclass
class MusicBrainzLookup(ABC, Generic[Due]):
    """One run's asking. `told`, `unknown` and `failed` count; `reasons` say why something was not answered."""

    queue: ClassVar[Queue]

    warehouse: Transactions
    musicbrainz: MusicBrainzClient
    _: KW_ONLY
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
                batch = self._take(tx, now)
            if not batch or not self._ask(batch, until):
                return

    @abstractmethod
    def _take(self, tx: Connection, now: datetime) -> Sequence[Due]:
        """What is asked about next, held for this run."""

    @abstractmethod
    def _ask(self, batch: Sequence[Due], until: datetime) -> bool:
        """About a batch; whether to go on."""

    def _together(self, keys: Sequence[int], ask: Callable[[], Found]) -> Found | None:
        """What one request tells of all these; None: nothing, and MusicBrainz is left alone."""
        try:
            return ask()
        except Away as away:
            self._give_back(keys)
            self._rest(away)
        except Malformed as error:
            # A poisoned id must not hold up all others for ever, nor a network's login page all of them for long.
            self._set_aside(keys, str(error))
            self._rest(Away(str(error), AFTER_FAILURES))
        return None

    def _one_by_one(self, asked: Mapping[int, Found], ask: Callable[[int, Found], None], until: datetime) -> bool:
        """A request for each of these, by key; whether to go on. What there is no time for is given back."""
        keys = list(asked)
        for nth, key in enumerate(keys):
            if self.clock() >= until:
                self._give_back(keys[nth:])
                break
            try:
                ask(key, asked[key])
            except Away as away:
                self._give_back(keys[nth:])
                return self._rest(away)
            except Malformed as error:
                self._set_aside([key], str(error))
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self._give_back(keys[nth + 1 :])
                    return self._rest(Away(str(error), AFTER_FAILURES))
            else:
                self._failures = 0
        return True

    def _give_back(self, keys: Sequence[int]) -> None:
        with self.warehouse.transaction() as tx:
            self.queue.give_back(tx, keys, self.clock())

    def _set_aside(self, keys: Sequence[int], reason: str) -> None:
        self.failed += len(keys)
        if keys:
            self.reasons.append(reason)
        with self.warehouse.transaction() as tx:
            self.queue.set_aside(tx, keys, self.clock())

    def _rest(self, away: Away, service: Service = "musicbrainz") -> bool:
        """Leave a service alone for as long as it wants, and a while at least; always False."""
        self.reasons.append(str(away))
        with self.warehouse.transaction() as tx:
            artist_tags.rest(tx, service, self.clock() + max(away.wait, SHORTEST_REST))
        return False
