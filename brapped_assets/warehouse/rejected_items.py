"""Items of a page that are no plays: kept whole, and read again by every newer parser."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.landed_plays import land_plays
from brapped_assets.warehouse.payloads import content_hash
from brapped_assets.warehouse.polled_page import Other, Page, Played

q = Statements(__file__, "landing.sql")

# The one kind of item that a newer parser may make a play of, and that somebody should hear about.
NOT_UNDERSTOOD = "not_understood"


def keep_others(tx: Connection, page: Page, poll_id: int) -> int:
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
            "presences": [tells_presence(item) for item in page.others],
            "parser_version": page.parser_version,
            "poll_id": poll_id,
            "now": page.polled_at,
        },
    ).fetchall()
    return sum(row["poll_id"] != poll_id and row["tells_presence"] for row in rows)


def tells_presence(item: Other) -> bool:
    """Whether meeting the item again proves that a page reaches back to an earlier one.

    Nothing without a date looks the same each time, and so may an episode. What is stamped with an impossible time
    stays at the top of every page, or comes from anywhere.
    """
    return item.played_at is not None or item.kind == NOT_UNDERSTOOD


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
    land_plays(tx, listener_id, understood, poll_ids, now)
    return len(understood)


def drop_rejected(tx: Connection, row: dict[str, Any]) -> None:
    """A row that is understood by now, known by listener, source and content hash, is kept no longer."""
    tx.execute(q.rejected_understood, row)
