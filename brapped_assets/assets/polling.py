"""Polling: ask for everybody's newest plays and land them, each listener in a transaction of their own."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from logging import Logger

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.error_to_failure import for_each, is_global
from brapped_assets.assets.shards import Shard, is_left_open
from brapped_assets.clocks import clock_skew
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import ConnectedListener, SpotifyResource
from brapped_assets.spotify import (
    PARSER_VERSION,
    ConsentNeeded,
    OtherItem,
    PlayedItem,
    Postponed,
    SpotifyError,
    Transient,
    parse_kept,
)
from brapped_assets.warehouse import landing, polled_page, rejected_items
from brapped_assets.warehouse.errors import Gone, WarehouseError
from brapped_assets.warehouse.refresh_tokens import Holder

NOT_MUSIC = ("podcast", "audiobook", "advertisement")
# In a run's metadata: what is no play of a track.
ASIDE = ("items_not_music", "items_empty", "items_with_impossible_time", "items_rejected")
# Of any other error the text may hold what was played.
FORESEEN = (SpotifyError, WarehouseError)
# Metadata keys of a poll that Spotify postponed.
POSTPONED_UNTIL, POSTPONED_BECAUSE = "postponed_until", "postponed_because"


@dataclass
class Polled:
    """Sums over the listeners of one run; `others` by kind of item; `skew` is Spotify's clock minus ours."""

    listeners: int = 0
    items: int = 0
    landed: int = 0
    others: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    skew: timedelta | None = None

    def numbers(self) -> dict[str, int]:
        """As a run's metadata has them."""
        skew = {} if self.skew is None else {"clock_skew_seconds": round(self.skew.total_seconds())}
        return {
            "items_served": self.items,
            "plays_landed": self.landed,
            "items_not_music": sum(self.others[kind] for kind in NOT_MUSIC),
            "items_empty": self.others["nothing"],
            "items_with_impossible_time": self.others["impossible_time"],
            "items_rejected": self.others["not_understood"],
            "gaps_found": self.gaps,
            **skew,
        }


def poll_shard(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource, shard: Shard, now: datetime
) -> Polled | None:
    """Poll the listeners of a shard; None: the run's hours stay open."""
    try:
        polled = poll_everybody(spotify, neon, now, shard=shard, run_id=context.run.run_id, log=context.log)
    except Postponed as postponed:
        context.log.warning("The hours stay open. %s", postponed)
        context.log_event(
            dg.AssetObservation(
                context.asset_key,
                metadata={
                    POSTPONED_UNTIL: dg.MetadataValue.timestamp(postponed.not_before),
                    POSTPONED_BECAUSE: postponed.reason,
                    "calls_used": spotify.ledger.made,
                },
            )
        )
        return None
    ended_at = partitions.hour_of(context.partition_keys[-1]) + partitions.HOUR
    # After what this shard landed was committed: of two that end together one sees the other's polls.
    if shard.count > 1 and is_left_open(context, spotify, neon, ended_at, now):
        return None
    return polled


def poll_everybody(
    spotify: SpotifyResource, neon: NeonResource, now: datetime, *, shard: Shard, run_id: str, log: Logger
) -> Polled:
    """Poll each listener of a shard, whoever waited longest first; one's trouble stops nobody else.

    An hour is closed when every listener who can be polled was. So a consent that ended holds it only when nobody
    else was polled (ConsentNeeded); any other trouble holds it, and is raised after everybody was served. Postponed
    is for all at once: the quota is the app's.
    """
    polled, ended = Polled(), list[ConsentNeeded]()

    def poll(holder: Holder | None) -> None:
        connected: ConnectedListener | None = None
        try:
            connected = spotify.connect(holder, now)
            _poll(connected, neon, polled, run_id, log)
        except Exception as error:
            if is_global(error) or isinstance(error, Gone):
                raise
            # What nobody foresaw stops one listener as well: whoever waited longest comes first, so it would stop all.
            # Numbers, no names: what stands in Dagster's history `brapped forget` cannot remove.
            who = f"Listener {holder.listener.listener_id}" if holder else "A new listener"
            log.warning("%s: %s", who, error if isinstance(error, FORESEEN) else type(error).__name__)
            if not isinstance(error, ConsentNeeded):
                raise
            if connected is not None:
                spotify.end_consent(connected, now)
            ended.append(error)

    everybody = spotify.holders(now)
    for_each((one for one in everybody if shard.holds(one.listener.listener_id if one else None)), poll)
    if ended and not polled.listeners and shard.count == 1:
        raise ended[-1]
    return polled


def _poll(connected: ConnectedListener, neon: NeonResource, polled: Polled, run_id: str, log: Logger) -> None:
    listener = connected.listener
    page = connected.client.recently_played()
    polled_at = datetime.now(UTC)
    skew = page.answered_at - polled_at if page.answered_at else None
    if skew is not None and page.answered_at is not None and abs(skew) > clock_skew.TOLERATED_SKEW:
        # Then a poll's instant is told by Spotify's clock, as its plays' are.
        log.warning("%s", clock_skew.describe_skew(skew))
        polled_at, polled.skew = page.answered_at, skew
    with neon.transaction() as tx:
        if not page.items and landing.has_landed(tx, listener.listener_id):
            # A failed read is not an empty result: who was served plays before is not served none.
            raise Transient("Spotify answered with an empty page although plays were served before")
        # First what an older parser could not read: it counts as seen when this page is judged.
        understood = rejected_items.retry_rejected(
            tx, listener.listener_id, parser_version=PARSER_VERSION, parse=parse_kept, now=polled_at
        )
        landed = landing.land(
            tx,
            polled_page.Page(
                listener_id=listener.listener_id,
                run_id=run_id,
                polled_at=polled_at,
                played=[item for item in page.items if isinstance(item, PlayedItem)],
                others=[item for item in page.items if isinstance(item, OtherItem)],
                parser_version=PARSER_VERSION,
                clock_skew_ms=int(skew.total_seconds() * 1000) if skew is not None else None,
                keys_missing=page.keys_missing,
                keys_new=page.keys_new,
            ),
        )
    if landed.gap:
        log.warning(
            "Listener %d: no play of this page was known: plays may be missing between %s and %s UTC.",
            listener.listener_id,
            *(instant.strftime("%Y-%m-%d %H:%M:%S") for instant in landed.gap),
        )
    polled.listeners += 1
    polled.items += len(page.items)
    polled.landed += landed.landed + understood
    polled.others += Counter(item.kind for item in page.items if isinstance(item, OtherItem))
    polled.gaps += landed.gap is not None
