"""Landing: keep every play of a page, whole, before anyone tries to understand it. Waits for no merge."""

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.gap_proof import Proof, prove
from brapped_assets.warehouse.landed_plays import land_plays
from brapped_assets.warehouse.polled_page import Page
from brapped_assets.warehouse.rejected_items import NOT_UNDERSTOOD, keep_others

q = Statements(__file__)


def land(tx: Connection, page: Page) -> Proof:
    """Write a page: payloads, plays, what was rejected, and the proof, all or nothing.

    Landing the same page again, or at the same time from another run, changes no play.
    """
    ends = page.ends()
    poll = one_row(
        tx,
        q.poll,
        {
            "listener_id": page.listener_id,
            "run_id": page.run_id,
            "polled_at": page.polled_at,
            "items": len(page.played) + len(page.others),
            "rejected": sum(item.kind == NOT_UNDERSTOOD for item in page.others),
            "oldest_at": min(ends, default=None),
            "newest_at": max(ends, default=None),
            "clock_skew_ms": page.clock_skew_ms,
            "keys_missing": sorted(page.keys_missing),
            "keys_new": sorted(page.keys_new),
        },
    )
    poll_id: int = poll["poll_id"]
    land_plays(tx, page.listener_id, page.played, [poll_id] * len(page.played), page.polled_at)
    return prove(tx, page, poll_id, met_before=keep_others(tx, page, poll_id))


def has_landed(tx: Connection, listener_id: int) -> bool:
    """Whether any poll of this listener ever brought anything."""
    row = one_row(tx, q.has_landed, {"listener_id": listener_id})
    return bool(row["has_landed"])
