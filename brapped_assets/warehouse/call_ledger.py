"""The ledger of calls to Spotify: counted by minute and endpoint, shared by every process through the database."""

from dataclasses import dataclass
from datetime import datetime

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)


@dataclass(frozen=True)
class Spent:
    """Calls of the last 24 hours, those to one endpoint among them, and Spotify's own "not before" (UTC)."""

    not_before: datetime | None
    reason: str | None
    calls: int
    polls: int
    listeners: int


def spent(tx: Connection, *, poll_endpoint: str, now: datetime, lock: bool = False) -> Spent:
    """What the last 24 hours cost. With `lock`, other callers wait until this transaction ends."""
    quota = tx.execute(q.lock if lock else q.quota).fetchone()
    counts = tx.execute(q.spent, {"poll_endpoint": poll_endpoint, "now": now}).fetchone()
    assert quota is not None
    assert counts is not None
    return Spent(**quota, **counts)


def count(tx: Connection, endpoint: str, now: datetime) -> None:
    """Count one call, before it is made: a call that then fails was still a call."""
    tx.execute(q.count, {"endpoint": endpoint, "now": now})


def postpone(tx: Connection, until: datetime, reason: str, *, latest: datetime) -> None:
    """Keep Spotify's wish for all that come later. One beyond `latest` is none, and gives way."""
    tx.execute(q.postpone, {"until": until, "reason": reason, "latest": latest})


def forget_before(tx: Connection, before: datetime) -> int:
    """Drop the ledger's old rows; returns how many."""
    return tx.execute(q.forget, {"before": before}).rowcount
