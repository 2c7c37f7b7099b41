"""Shards: the listeners of one poll dealt to several runs, each by a tag of its own.

A distributed engine gives every run a worker (Kubernetes a pod), so that as many listeners are asked at a time as there
are shards. The pool holds how many runs talk to Spotify at once, the ledger in the warehouse holds the quota. Whichever
run finds that everybody has been polled closes the hours; the others leave them open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from brapped_assets.assets.error_to_failure import CURE, CURED_BY_A_PERSON
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats

TAG = "brapped/shard"


@dataclass(frozen=True)
class Shard:
    """The `number`th of `count` parts of all listeners, counted from 1."""

    number: int = 1
    count: int = 1

    def holds(self, listener_id: int | None) -> bool:
        """Whether this listener is polled by this shard. Whoever nobody knows yet (None) is the first one's."""
        return (listener_id or 0) % self.count == self.number - 1

    @property
    def tags(self) -> dict[str, str]:
        """What tells a run its shard; nothing where it polls everybody."""
        return {TAG: f"{self.number}/{self.count}"} if self.count > 1 else {}


def all_shards(count: int) -> list[Shard]:
    return [Shard(number, count) for number in range(1, count + 1)]


def shard_of(tags: Mapping[str, str]) -> Shard:
    """The shard of a run with these tags; without the tag all listeners. Raises a Failure if the tag is none."""
    text = tags.get(TAG, "1/1")
    number, _, count = text.partition("/")
    if number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
        return Shard(int(number), int(count))
    raise dg.Failure(
        f"The tag {TAG} of this run is {text!r}. It looks like 3/8: the third of eight runs, or is absent.",
        metadata={CURE: CURED_BY_A_PERSON},
        allow_retries=False,
    )


def is_left_open(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource, since: datetime, now: datetime
) -> bool:
    """Whether listeners of other shards were not polled since an instant (UTC); raises what `holders` does."""
    holders = spotify.holders(now)
    known = [holder.listener.listener_id for holder in holders if holder]
    with neon.transaction() as tx:
        waiting = len(holders) - run_stats.count_polled(tx, known, since)
    if waiting:
        context.log.info("The hours stay open: listeners of other shards to be polled: %d.", waiting)
    return waiting > 0
