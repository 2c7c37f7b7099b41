"""Covers without a login, begun by a click: a song of each album heard most is asked about, one a second."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Literal

from brapped_assets.settings import Settings
from brapped_assets.spotify import SpotifyError
from brapped_assets.spotify.errors import Postponed
from brapped_assets.spotify.oembed import cover_of
from brapped_assets.spotify.transport import utc_now
from brapped_assets.warehouse import cover_lookup
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import WarehouseError

State = Literal["idle", "asking", "done", "spent", "postponed", "failed"]
PACE_SECONDS = 1.0
FAREWELL_SECONDS = 2
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """Songs asked about since the click, and covers found; `until` is when it may go on, `error` why it failed."""

    state: State = "idle"
    asked: int = 0
    found: int = 0
    until: datetime | None = None
    error: str = ""

    @property
    def is_working(self) -> bool:
        return self.state == "asking"


class BackgroundCovers:
    """One at a time. What is known by then stays, whatever ends it; a later click goes on from there."""

    def __init__(
        self, settings: Settings, *, pace_seconds: float = PACE_SECONDS, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._settings, self._pace, self._clock = settings, pace_seconds, clock
        self._lock = Lock()
        self._progress = Progress()
        self._stopping = Event()
        self._thread: Thread | None = None

    def progress(self) -> Progress:
        return self._progress

    def begin(self) -> None:
        """Ask for covers until there are no more, or today's are spent; a click while it works changes nothing."""
        with self._lock:
            if self._progress.is_working or self._stopping.is_set():
                return
            self._progress = Progress("asking")
            self._thread = Thread(target=self._run, name="covers", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the song in hand."""
        self._stopping.set()
        self.join(FAREWELL_SECONDS)

    def join(self, seconds: float) -> None:
        """Wait until what was begun has ended."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self._settings.warehouse() as warehouse:
                while self._ask_one(warehouse) and not self._stopping.wait(self._pace):
                    pass
            self._end("done")
        except Postponed as wish:
            self._progress = replace(self._progress, state="postponed", until=wish.not_before)
        except (SpotifyError, WarehouseError, OSError) as error:
            self._progress = replace(self._progress, state="failed", error=str(error))
        except Exception:
            log.exception("ERROR asking for covers ended in a way nobody foresaw")
            words = "Nobody foresaw this; the log tells more. The covers found stay."
            self._progress = replace(self._progress, state="failed", error=words)

    def _sleep(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _end(self, state: State) -> None:
        if self._progress.is_working:
            self._progress = replace(self._progress, state=state)

    def _ask_one(self, warehouse: Warehouse) -> bool:
        """Whether there was one to ask about."""
        now = self._clock()
        with warehouse.transaction() as tx:
            if until := cover_lookup.rests_until(tx, now):
                raise Postponed(until, "Spotify asked to wait")
            if not cover_lookup.left_today(tx, now):
                self._end("spent")
                return False
            song = cover_lookup.due(tx, now)
            if song is None:
                return False
            cover_lookup.note(tx, song.track_key, now)
        try:
            url = cover_of(self._settings.spotify_oembed_url, song.track_id, sleep=self._sleep, clock=self._clock)
        except Postponed as wish:
            with warehouse.transaction() as tx:
                cover_lookup.rest(tx, wish.not_before)
            raise
        if url:
            with warehouse.transaction() as tx:
                cover_lookup.save(tx, song.track_key, url)
        self._progress = replace(
            self._progress, asked=self._progress.asked + 1, found=self._progress.found + (1 if url else 0)
        )
        return True
