"""Asking Spotify for one thing after the other: most played first, inside the day's budget and the limits of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from time import monotonic
from typing import Generic, TypeVar

import dagster as dg

from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.spotify import ConsentNeeded, Malformed, Postponed, Refused, SpotifyClient, Transient
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.lookup_queue import Queue

Answer = TypeVar("Answer")

# A run ends soon, so that a poll never waits long behind it. Tracks and artists share both.
CALLS_A_RUN = 100
SECONDS_A_RUN = 60.0
# Then it is not about a single id.
FAILURES_IN_A_ROW = 3


@dataclass(frozen=True)
class Kind(Generic[Answer]):
    """What is looked up: where the ids wait, how one is asked for (None: unknown to Spotify), how an answer is kept."""

    queue: Queue
    ask: Callable[[SpotifyClient, str], Answer | None]
    save: Callable[[Connection, str, Answer, datetime], None]


@dataclass
class LookedUp:
    """How many ids were answered, are unknown to Spotify, or brought no usable answer."""

    asked: int = 0
    unknown: int = 0
    failed: int = 0

    def __str__(self) -> str:
        """For a line of a run's log."""
        return f"{self.asked}, unknown to Spotify: {self.unknown}, without an answer: {self.failed}"


def share_of_tracks(artists_due: int) -> float:
    """The part of a run's calls and seconds that is the tracks': half of it, and all that fewer artists leave."""
    return 1 - min(artists_due / CALLS_A_RUN, 1 / 2)


def look_up(
    context: dg.AssetExecutionContext,
    spotify: SpotifyResource,
    neon: NeonResource,
    kind: Kind[Answer],
    *,
    share: float = 1,
) -> LookedUp:
    """Ask for what is due, within a share of what the run may do; each answer is saved at once.

    Without a login, or once everybody's consent has ended, nothing is asked. Whatever goes wrong about single ids is
    counted, not raised. Raises a SpotifyError, or a WarehouseError, that concerns them all.
    """
    looked_up = LookedUp()
    ledger, now = spotify.ledger, datetime.now(UTC)
    last_call = ceil(share * min(CALLS_A_RUN, ledger.made + ledger.left(now)))
    until = ledger.opened_at + share * SECONDS_A_RUN
    with neon.transaction() as tx:
        if not spotify.can_ask(tx):
            # The polls say so; this would fail again and again until somebody logs in.
            return looked_up
        waiting = kind.queue.due(tx, now, max(0, last_call - ledger.made))
    if not waiting:
        return looked_up
    failures = 0
    try:
        # Whoever was polled last surely can ask.
        askers = spotify.connected(now)
        for spotify_id in waiting:
            if monotonic() > until or ledger.made >= last_call:
                break
            try:
                found = _look_up_one(neon, askers[-1].client, kind, spotify_id)
            except ConsentNeeded:
                # The next poll says whose; what is the same for all, another may ask for.
                askers.pop()
                if not askers:
                    raise
                continue
            except (Transient, Malformed, Refused) as error:
                # An extra: whoever serves plays but no catalogue (a stand-in, an app that is refused) still has every
                # play collected, and nothing is red that nobody can mend.
                context.log.warning("%s: %s", spotify_id, error)
                looked_up.failed += 1
                failures += 1
                with neon.transaction() as tx:
                    kind.queue.set_aside(tx, spotify_id, datetime.now(UTC))
                    if failures == FAILURES_IN_A_ROW:
                        kind.queue.rest(tx, datetime.now(UTC))
                        break
                continue
            failures = 0
            looked_up.asked += found is not None
            looked_up.unknown += found is False
    except Postponed as postponed:
        context.log.info("The rest waits. %s", postponed)
    return looked_up


def _look_up_one(neon: NeonResource, client: SpotifyClient, kind: Kind[Answer], spotify_id: str) -> bool | None:
    """Ask for one and commit; False when Spotify does not know the id, None when it need not be asked for any more."""
    now = datetime.now(UTC)
    with neon.transaction() as tx:
        if not kind.queue.lease(tx, spotify_id, now):
            return None
    try:
        answer = kind.ask(client, spotify_id)
    except (Postponed, ConsentNeeded):
        # Not asked after all: due again at once, not when the lease ends.
        with neon.transaction() as tx:
            kind.queue.release(tx, spotify_id, now)
        raise
    with neon.transaction() as tx:
        if answer is None:
            kind.queue.mark_unknown(tx, spotify_id, now)
            return False
        kind.save(tx, spotify_id, answer, now)
    return True
