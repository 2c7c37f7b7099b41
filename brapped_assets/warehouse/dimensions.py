"""The dimensions: tracks, albums and credits from landed payloads; artists one by one, most played first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.payloads import reference
from brapped_assets.warehouse.statements import sql

# Pictures and names change rarely; an id Spotify does not know may be known later.
REFRESH_AFTER = timedelta(days=90)
ASK_UNKNOWN_AFTER = timedelta(days=30)
# One that always fails costs a call a day; at the end of each lease it would be 144, and as many runs.
ASK_FAILED_AFTER = timedelta(days=1)
# Whoever is about to ask for an artist holds it this long: a kill costs one id ten minutes, not two calls.
LEASE = timedelta(minutes=10)
PAYLOADS_A_BATCH = 2_000


@dataclass(frozen=True)
class Backlog:
    """Payloads not yet read, artists due now, and when the next artist falls due (UTC; None: none will)."""

    payloads: int
    artists: int
    next_artist_due_at: datetime | None


def backlog(tx: Connection, now: datetime) -> Backlog:
    row = tx.execute(sql("dims/backlog"), {"now": now}).fetchone()
    assert row is not None
    return Backlog(**row)


def apply_payloads(tx: Connection) -> int:
    """Read one batch of landed track payloads into tracks, albums, credits; returns how many payloads were read.

    The newest payload of a track wins; reading one again changes nothing.
    """
    claimed = [
        row["payload_key"] for row in tx.execute(sql("dims/claim_payloads"), {"limit": PAYLOADS_A_BATCH}).fetchall()
    ]
    if claimed:
        for step in ("artists", "albums", "tracks", "clear_credits", "credits", "mark_applied"):
            tx.execute(sql(f"dims/{step}"), {"payload_keys": claimed})
    return len(claimed)


def artists_due(tx: Connection, now: datetime, limit: int) -> list[str]:
    """Ids never asked for, or due again, most played first."""
    return [row["artist_id"] for row in tx.execute(sql("dims/artists_due"), {"now": now, "limit": limit}).fetchall()]


def lease_artist(tx: Connection, artist_id: str, now: datetime) -> bool:
    """Take an artist for asking; False when another run has."""
    lease = {"artist_id": artist_id, "now": now, "until": now + LEASE}
    return tx.execute(sql("dims/lease_artist"), lease).rowcount == 1


def release_artist(tx: Connection, artist_id: str, now: datetime) -> None:
    """Give a lease back: the artist was not asked for after all and is due again at once."""
    tx.execute(sql("dims/release_artist"), {"artist_id": artist_id, "now": now})


def set_aside(tx: Connection, artist_id: str, now: datetime) -> None:
    """No usable answer came for this artist: asked again tomorrow."""
    tx.execute(sql("dims/release_artist"), {"artist_id": artist_id, "now": now + ASK_FAILED_AFTER})


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
        sql("dims/save_artist"),
        {
            "artist_id": artist_id,
            "artist_name": name,
            "genres": ", ".join(genres) or None,
            "image_url": image_url,
            "now": now,
            "ask_again_at": now + REFRESH_AFTER,
        },
    )


def mark_unknown(tx: Connection, artist_id: str, now: datetime) -> None:
    """Spotify said it does not know this id: remembered, and asked again after a month."""
    again = {"artist_id": artist_id, "now": now, "ask_again_at": now + ASK_UNKNOWN_AFTER}
    tx.execute(sql("dims/mark_unknown"), again)


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
    tx.execute(sql("dims/clear_top"), values)
    return tx.execute(sql("dims/save_top"), values).rowcount
