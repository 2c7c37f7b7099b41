"""Landing: keep every play of a page, whole, before anyone tries to understand it. Waits for no merge."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.payloads import canonical, content_hash, reference, stable

q = Statements(__file__)

# Spotify says 50; pages of 43 to 48 are often seen (spotify-web-api.md, 2.2), so a page from here on may be cut.
SHORTEST_CUT_PAGE = 40
# Clocks differ; a play stamped further ahead of its poll than this is no measure of anything.
PLAUSIBLE_AHEAD = timedelta(days=1)
# The one kind of item that a newer parser may make a play of, and that somebody should hear about.
NOT_UNDERSTOOD = "not_understood"


@runtime_checkable
class Played(Protocol):
    """One play of a page, understood: END (UTC), the track's id or uri, track and context as received."""

    @property
    def played_at(self) -> datetime: ...
    @property
    def track_ref(self) -> str: ...
    @property
    def track(self) -> dict[str, Any]: ...
    @property
    def context(self) -> dict[str, Any] | None: ...


class Other(Protocol):
    """One item of a page that is no play of a track, as received: why, what it is, its END (UTC) as far as known."""

    @property
    def payload(self) -> Any: ...
    @property
    def reason(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def played_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Page:
    """What one poll of one listener brought, and what is known about the answer itself.

    `polled_at` is Spotify's time where this machine's clock is wrong. `clock_skew_ms` is Spotify's clock minus ours;
    None: the answer had no date.
    """

    listener_id: int
    run_id: str
    polled_at: datetime
    played: Sequence[Played]
    others: Sequence[Other]
    parser_version: int
    clock_skew_ms: int | None = None
    keys_missing: Collection[str] = ()
    keys_new: Collection[str] = ()


@dataclass(frozen=True)
class Landing:
    """`landed` plays were new; `gap` is the stretch (from, to) in which plays may be missing, if any."""

    poll_id: int
    landed: int
    overlapped: bool
    gap: tuple[datetime, datetime] | None


def land(tx: Connection, page: Page) -> Landing:
    """Write a page: payloads, plays, what was rejected, and the proof, all or nothing.

    Landing the same page again, or at the same time from another run, changes no play.
    """
    plausible_until = page.polled_at + PLAUSIBLE_AHEAD
    ends = [item.played_at for item in page.played]
    ends += [item.played_at for item in page.others if item.played_at is not None]
    dated = [at for at in ends if at <= plausible_until]
    items = len(page.played) + len(page.others)
    poll = one_row(
        tx,
        q.poll,
        {
            "listener_id": page.listener_id,
            "run_id": page.run_id,
            "polled_at": page.polled_at,
            "items": items,
            "rejected": sum(item.kind == NOT_UNDERSTOOD for item in page.others),
            "oldest_at": min(ends, default=None),
            "newest_at": max(ends, default=None),
            "clock_skew_ms": page.clock_skew_ms,
            "keys_missing": sorted(page.keys_missing),
            "keys_new": sorted(page.keys_new),
        },
    )
    poll_id: int = poll["poll_id"]

    _land_plays(tx, page.listener_id, page.played, [poll_id] * len(page.played), page.polled_at)
    met_before = _keep_others(tx, page, poll_id)
    proof = one_row(
        tx,
        q.proof,
        {
            "listener_id": page.listener_id,
            "poll_id": poll_id,
            "polled_at": page.polled_at,
            "oldest_at": min(ends, default=None),
            "newest_at": max(ends, default=None),
            "items": items,
            "undated": sum(_tells_presence(item) and item.played_at is None for item in page.others),
            "plausible_until": plausible_until,
            "plausible_items": len(
                {
                    (item.played_at, reference(item.track_ref))
                    for item in page.played
                    if item.played_at <= plausible_until
                }
            ),
            "met_before": met_before,
            "shortest_cut_page": SHORTEST_CUT_PAGE,
            # Whatever was played after the oldest play of a page is in the page.
            "collected_since": min(dated, default=page.polled_at),
        },
    )
    gap = (proof["gap_start"], proof["gap_end"]) if proof["gap_start"] else None
    return Landing(poll_id, proof["landed"], proof["overlapped"], gap)


def has_landed(tx: Connection, listener_id: int) -> bool:
    """Whether any poll of this listener ever brought anything."""
    row = one_row(tx, q.has_landed, {"listener_id": listener_id})
    return bool(row["has_landed"])


def retry_rejected(
    tx: Connection,
    listener_id: int,
    *,
    parser_version: int,
    parse: Callable[[str, datetime], Played | Other],
    now: datetime,
) -> int:
    """Read again what an older parser kept aside; returns how many plays were understood this time.

    `parse` gets an item and the moment it was served at. What only this machine's clock put into the future, for the
    answer had no date, is read again each time: that clock may have been wrong.
    """
    understood: list[Played] = []
    poll_ids: list[int] = []
    for row in tx.execute(
        q.rejected_by_older_parser,
        {"listener_id": listener_id, "parser_version": parser_version, "now": now},
    ).fetchall():
        item = parse(row["payload"], row["served_at"])
        kept = {**row, "listener_id": listener_id, "parser_version": parser_version}
        if isinstance(item, Played):
            drop_rejected(tx, kept)
            understood.append(item)
            poll_ids.append(row["poll_id"])
        else:
            again = {"reason": item.reason, "kind": item.kind, "played_at": item.played_at}
            tx.execute(q.rejected_reread, {**kept, **again})
    _land_plays(tx, listener_id, understood, poll_ids, now)
    return len(understood)


def drop_rejected(tx: Connection, row: dict[str, Any]) -> None:
    """A row that is understood by now, known by listener, source and content hash, is kept no longer."""
    tx.execute(q.rejected_understood, row)


def land_tracks(tx: Connection, tracks: Sequence[tuple[str, dict[str, Any]]], now: datetime) -> None:
    """Keep track objects (reference, as received) that came without a play; `track_dim` reads them from there.

    The reference is what was asked for: Spotify answers for some ids with a track of another id.
    """
    texts = [canonical(stable(track)) for _, track in tracks]
    # That other track's own payload may be the same, letter for letter, and is kept beside it.
    told = [
        text if ref == (track.get("id") or track.get("uri")) else f"{ref}\x1e{text}"
        for (ref, track), text in zip(tracks, texts, strict=True)
    ]
    _land_track_payloads(tx, [ref for ref, _ in tracks], texts, [content_hash(each) for each in told], now)


def _land_plays(
    tx: Connection, listener_id: int, played: Sequence[Played], poll_ids: Sequence[int], now: datetime
) -> None:
    if not played:
        return
    tracks = [canonical(stable(item.track)) for item in played]
    contexts = [canonical(stable(item.context)) if item.context else None for item in played]
    hashes = [content_hash(track) for track in tracks]
    _land_track_payloads(tx, [item.track_ref for item in played], tracks, hashes, now)
    known_contexts = [context for context in contexts if context is not None]
    if known_contexts:
        tx.execute(
            q.contexts,
            {"hashes": [content_hash(context) for context in known_contexts], "payloads": known_contexts},
        )
    tx.execute(
        q.plays,
        {
            "listener_id": listener_id,
            "played_ats": [item.played_at for item in played],
            "refs": [reference(item.track_ref) for item in played],
            "payload_hashes": hashes,
            "context_hashes": [content_hash(context) if context else None for context in contexts],
            "poll_ids": list(poll_ids),
        },
    )


def _land_track_payloads(tx: Connection, refs: list[str], texts: list[str], hashes: list[UUID], now: datetime) -> None:
    tx.execute(
        q.track_payloads,
        {"hashes": hashes, "refs": [reference(ref) for ref in refs], "payloads": texts, "now": now},
    )


def _tells_presence(item: Other) -> bool:
    """Whether meeting the item again proves that a page reaches back to an earlier one.

    Nothing without a date looks the same each time, and so may an episode. What is stamped with an impossible time
    stays at the top of every page, or comes from anywhere.
    """
    return item.played_at is not None or item.kind == NOT_UNDERSTOOD


def _keep_others(tx: Connection, page: Page, poll_id: int) -> int:
    """Keep what is no play; returns how many of those that tell presence an earlier poll had met already."""
    if not page.others:
        return 0
    # Escaped to ASCII: text that PostgreSQL can store, whatever was sent.
    texts = [json.dumps(item.payload) for item in page.others]
    rows = tx.execute(
        q.rejected,
        {
            "listener_id": page.listener_id,
            "hashes": [content_hash(text) for text in texts],
            "payloads": texts,
            "reasons": [item.reason for item in page.others],
            "kinds": [item.kind for item in page.others],
            "played_ats": [item.played_at for item in page.others],
            "presences": [_tells_presence(item) for item in page.others],
            "parser_version": page.parser_version,
            "poll_id": poll_id,
            "now": page.polled_at,
        },
    ).fetchall()
    return sum(row["poll_id"] != poll_id and row["tells_presence"] for row in rows)
