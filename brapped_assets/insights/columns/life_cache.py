"""The lives that pages keep in memory: loaded when first asked for, never stale, given back when nobody looks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from brapped_assets.insights.columns.aliases import called
from brapped_assets.insights.columns.day_numbers import day_numbers
from brapped_assets.insights.columns.heap import give_back
from brapped_assets.insights.columns.life import Kept, Life, State, load, refresh, state
from brapped_assets.insights.columns.shown_plays import ShownPlays, shown
from brapped_assets.warehouse.db.connections import Connection

IDLE_SECONDS = 15 * 60.0
# What changed is noted for a week; whoever did not look for days loads everything.
MOST_SECONDS = 3 * 24 * 3_600.0


@dataclass
class _Entry:
    lock: Lock = field(default_factory=Lock)
    held: ShownPlays | None = None
    used_at: float = 0.0


class LifeCache:
    """Safe from any thread. One for a database: a life is known by the key of its listener."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._entries: dict[int, _Entry] = {}

    def shown(self, tx: Connection, listener_id: int) -> ShownPlays:
        """A listener's plays as this transaction sees them, which must be one of a single moment (repeatable read).

        One short statement while nothing changed; else what changed is read, and kept for the next.
        """
        entry = self._entry(listener_id)
        held = entry.held
        seen = state(tx, listener_id, held.life if held else None)
        if held is not None and seen.is_same:
            return self._keep(tx, entry, held, seen.kept)
        with entry.lock:
            # Somebody else may have read it meanwhile.
            if entry.held is not held:
                held = entry.held
                seen = state(tx, listener_id, held.life if held else None)
            if held is not None and seen.is_same:
                return self._keep(tx, entry, held, seen.kept)
            life = _brought_up(tx, listener_id, held.life if held else None, seen)
            found = shown(life, seen.kept)
            if held is not None and not seen.is_later:
                # Older than what is held, which stays.
                return found
            # Whose tracks they are matters where an artist is hidden.
            if held is not None and held.kept == seen.kept and not (seen.tracks and seen.kept.artists):
                found = found.after(held, day_numbers(seen.days))
            entry.held = found
            if held is None:
                give_back()
            return found

    def _keep(self, tx: Connection, entry: _Entry, held: ShownPlays, kept: Kept) -> ShownPlays:
        """What is held, with what is hidden and aliased now."""
        if held.kept != kept:
            held = shown(called(tx, held.life.as_heard, kept), kept)
            entry.held = held
        return held

    def _entry(self, listener_id: int) -> _Entry:
        """The place of a listener; what nobody asked for of late is given back."""
        now = self._clock()
        with self._lock:
            for key, entry in list(self._entries.items()):
                if now - entry.used_at > (MOST_SECONDS if key == listener_id else IDLE_SECONDS):
                    del self._entries[key]
            entry = self._entries.setdefault(listener_id, _Entry())
            entry.used_at = now
            return entry


def _brought_up(tx: Connection, listener_id: int, held: Life | None, seen: State) -> Life:
    heard = refresh(tx, listener_id, held.as_heard, seen) if held else load(tx, listener_id, seen.snapshot)
    return called(tx, heard, seen.kept)


def alone(tx: Connection, listener_id: int) -> ShownPlays:
    """A listener's plays for one transaction of any kind, kept by nobody."""
    seen = state(tx, listener_id, None)
    return shown(called(tx, load(tx, listener_id, seen.snapshot), seen.kept), seen.kept)
