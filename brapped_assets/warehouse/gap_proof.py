"""The proof of a poll: does its page reach back to what earlier polls landed? If not, there is a gap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.payloads import reference
from brapped_assets.warehouse.polled_page import Page
from brapped_assets.warehouse.rejected_items import tells_presence

q = Statements(__file__)

# Spotify says 50; pages of 43 to 48 are often seen (spotify-web-api.md, 2.2), so a page from here on may be cut.
SHORTEST_CUT_PAGE = 40
# Clocks differ; a play stamped further ahead of its poll than this is no measure of anything.
PLAUSIBLE_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Proof:
    """`landed` plays were new; `gap` is the stretch (from, to; UTC) in which plays may be missing, if any."""

    poll_id: int
    landed: int
    overlapped: bool
    gap: tuple[datetime, datetime] | None


def prove(tx: Connection, page: Page, poll_id: int, *, met_before: int) -> Proof:
    """Judge a page whose rows are in, and write down its proof and the gap that it leaves.

    `met_before` of its items that are no plays were met by an earlier poll.
    """
    plausible_until = page.polled_at + PLAUSIBLE_AHEAD
    ends = page.ends()
    proof = one_row(
        tx,
        q.proof,
        {
            "listener_id": page.listener_id,
            "poll_id": poll_id,
            "polled_at": page.polled_at,
            "oldest_at": min(ends, default=None),
            "newest_at": max(ends, default=None),
            "items": len(page.played) + len(page.others),
            "undated": sum(tells_presence(item) and item.played_at is None for item in page.others),
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
            "collected_since": min((at for at in ends if at <= plausible_until), default=page.polled_at),
        },
    )
    gap = (proof["gap_start"], proof["gap_end"]) if proof["gap_start"] else None
    return Proof(poll_id, proof["landed"], proof["overlapped"], gap)
