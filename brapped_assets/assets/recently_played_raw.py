"""Poll, land, report: the newest plays of every listener, kept as served."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets import clocks, partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import is_everybodys, told_plainly
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
from brapped_assets.warehouse import landing, proof
from brapped_assets.warehouse.errors import Gone, WarehouseError

TABLE = "raw.recently_played"
SPOTIFY_POOL = "spotify_api"
NOT_MUSIC = ("podcast", "audiobook", "advertisement")
# Of any other error the text may hold what was played.
FORESEEN = (SpotifyError, WarehouseError)


@dataclass
class Polled:
    """Sums over the listeners of one run; `others` by kind of item; `skew` is Spotify's clock minus ours."""

    listeners: int = 0
    items: int = 0
    landed: int = 0
    others: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    skew: timedelta | None = None


@dg.asset(
    partitions_def=partitions.hours,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=SPOTIFY_POOL,
    # A postponed poll materializes nothing: its hours stay open for the next.
    output_required=False,
    # A poll every 20 minutes closes each hour within 5 minutes of its end: two hours without one is a missed beat.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3), warn_window=timedelta(hours=2)),
    group_name="listening",
    kinds={"spotify", "postgres"},
    owners=table_metadata.OWNERS,
    metadata=table_metadata.definition(TABLE),
    code_version="1",
)
def recently_played_raw(
    context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row per play and listener, as Spotify served it.

    Partition H means *polled after hour H had ended*: a poll asks for the newest 50 plays, without a cursor, and lands
    every one not seen before, whichever hour it belongs to. So one poll closes every hour still open.
    """
    started = perf_counter()
    now = datetime.now(UTC)
    hours = [partitions.hour_of(key) for key in context.partition_keys]
    if hours[-1] + partitions.HOUR > now:
        raise dg.Failure(
            f"Hour {context.partition_keys[-1]} UTC has not ended yet by this machine's clock ({now:%H:%M:%S} UTC).",
            allow_retries=False,
        )
    with told_plainly():
        try:
            polled = _poll_all(context, spotify, neon, now)
        except Postponed as postponed:
            context.log.warning("Nothing was asked; the hours stay open. %s", postponed)
            return
        with neon.transaction() as tx:
            by_hour = proof.landed_by_hour(tx, hours)
            table = table_metadata.contents(tx, TABLE)
            calls_left = spotify.ledger.left_in(tx, now)

    for hour in by_hour:
        context.add_asset_metadata(
            {"dagster/partition_row_count": hour.plays, "is_vouched_for": hour.is_vouched_for},
            partition_key=partitions.key_of(hour.hour),
        )
    # Once a run, on its newest hour: Dagster would repeat a result's numbers on every hour of a range, and once more in
    # the event of the step's output.
    context.add_asset_metadata(
        {
            **table,
            "items_served": polled.items,
            "plays_landed": polled.landed,
            "items_rejected": polled.others["not_understood"],
            "items_not_music": sum(polled.others[kind] for kind in NOT_MUSIC),
            "items_empty": polled.others["nothing"],
            "items_with_impossible_time": polled.others["impossible_time"],
            "gaps_found": polled.gaps,
            **({"clock_skew_seconds": round(polled.skew.total_seconds())} if polled.skew is not None else {}),
            "calls_used": spotify.ledger.made,
            "calls_left_today": calls_left,
            "seconds": round(perf_counter() - started, 3),
        },
        partition_key=context.partition_keys[-1],
    )
    yield dg.MaterializeResult()


def _poll_all(context: dg.AssetExecutionContext, spotify: SpotifyResource, neon: NeonResource, now: datetime) -> Polled:
    """Poll each listener, whoever waited longest first; one's trouble stops nobody else.

    An hour is closed when every listener who can be polled was. So a consent that ended holds it only when nobody
    else was polled (ConsentNeeded); any other trouble holds it, and is raised after everybody was served. Postponed
    is for all at once: the quota is the app's.
    """
    polled = Polled()
    ended: ConsentNeeded | None = None
    trouble: Exception | None = None
    for holder in spotify.holders(now):
        connected: ConnectedListener | None = None
        try:
            connected = spotify.connect(holder, now)
            _poll(context, connected, neon, polled)
        except Postponed:
            raise
        except Gone:
            # Forgotten a moment ago: there is nobody to poll.
            continue
        except Exception as error:
            if is_everybodys(error):
                raise
            # What nobody foresaw stops one listener as well: whoever waited longest comes first, so it would stop all.
            # Numbers, no names: what stands in Dagster's history `brapped forget` cannot remove.
            who = f"Listener {holder.listener.listener_id}" if holder else "A new listener"
            context.log.warning("%s: %s", who, error if isinstance(error, FORESEEN) else type(error).__name__)
            if not isinstance(error, ConsentNeeded):
                trouble = trouble or error
            elif connected is None or spotify.end_consent(connected, now):
                ended = error
            else:
                trouble = trouble or Transient("Another run was sent a new token meanwhile; the next poll uses it")
    if trouble is not None:
        raise trouble
    if ended is not None and polled.listeners == 0:
        raise ended
    return polled


def _poll(context: dg.AssetExecutionContext, connected: ConnectedListener, neon: NeonResource, polled: Polled) -> None:
    listener = connected.listener
    page = connected.client.recently_played()
    polled_at = datetime.now(UTC)
    skew = page.answered_at - polled_at if page.answered_at else None
    if skew is not None and page.answered_at is not None and abs(skew) > clocks.TOLERATED_SKEW:
        # Then a poll's instant is told by Spotify's clock, as its plays' are.
        context.log.warning("%s", clocks.told(skew))
        polled_at, polled.skew = page.answered_at, skew
    with neon.transaction() as tx:
        if not page.items and landing.has_landed(tx, listener.listener_id):
            # A failed read is not an empty result: who was served plays before is not served none.
            raise Transient("Spotify answered with an empty page although plays were served before")
        # First what an older parser could not read: it counts as seen when this page is judged.
        understood = landing.retry_rejected(
            tx, listener.listener_id, parser_version=PARSER_VERSION, parse=parse_kept, now=polled_at
        )
        landed = landing.land(
            tx,
            landing.Page(
                listener_id=listener.listener_id,
                run_id=context.run.run_id,
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
        context.log.warning(
            "Listener %d: no play of this page was known: plays may be missing between %s and %s UTC.",
            listener.listener_id,
            *(instant.strftime("%Y-%m-%d %H:%M:%S") for instant in landed.gap),
        )
    polled.listeners += 1
    polled.items += len(page.items)
    polled.landed += landed.landed + understood
    polled.others += Counter(item.kind for item in page.items if isinstance(item, OtherItem))
    polled.gaps += landed.gap is not None
