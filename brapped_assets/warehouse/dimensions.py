"""The dimensions: tracks, albums and credits from landed payloads, artists as they were answered."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from brapped_assets.warehouse.db.connections import OURS, Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.payloads import reference

q = Statements(__file__)

# Pictures and names change rarely.
REFRESH_AFTER = timedelta(days=90)
PAYLOADS_A_BATCH = 2_000


def apply_payloads(tx: Connection) -> int:
    """Read one batch of landed track payloads into tracks, albums, credits; returns how many payloads were read.

    The newest payload of a track wins; reading one again changes nothing. Then whoever was known by name alone becomes
    the artist of that name who has an id by now, and provisional artists and albums nobody refers to any longer go:
    both only when no merge runs at this moment, else next time.
    """
    claimed = [row["payload_key"] for row in tx.execute(q.claim_payloads, {"limit": PAYLOADS_A_BATCH}).fetchall()]
    if claimed:
        for statement in (q.artists, q.albums, q.tracks, q.clear_credits, q.credits, q.mark_applied):
            tx.execute(statement, {"payload_keys": claimed})
    alone = one_row(tx, q.try_alone, {"lock": OURS})
    if alone["is_alone"]:
        tx.execute(q.fold)
        tx.execute(q.tidy)
    return len(claimed)


def save_artist(
    tx: Connection,
    artist_id: str,
    *,
    name: str | None,
    genres: Sequence[str],
    image_url: str | None,
    now: datetime,
) -> None:
    """Write what Spotify said of an artist; what it left out stays as it was. Due again after 90 days."""
    tx.execute(
        q.save_artist,
        {
            "artist_id": artist_id,
            "artist_name": name,
            "genres": ", ".join(genres) or None,
            "image_url": image_url,
            "now": now,
            "ask_again_at": now + REFRESH_AFTER,
        },
    )


def save_top(tx: Connection, listener_id: int, taken_on: date, rankings: Sequence[tuple[str, str, int, str]]) -> int:
    """Keep Spotify's own ranking of one local day: (kind, time range, rank, id); returns the rows written.

    The day's earlier ranking is replaced: asking twice a day keeps one answer.
    """
    values: dict[str, Any] = {
        "listener_id": listener_id,
        "taken_on": taken_on,
        "kinds": [kind for kind, _, _, _ in rankings],
        "time_ranges": [time_range for _, time_range, _, _ in rankings],
        "ranks": [rank for _, _, rank, _ in rankings],
        "ids": [reference(spotify_id) for _, _, _, spotify_id in rankings],
    }
    tx.execute(q.clear_top, values)
    return tx.execute(q.save_top, values).rowcount
