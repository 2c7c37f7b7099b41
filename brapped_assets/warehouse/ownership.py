"""What the warehouse knows that tells whether files are a listener's own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.listeners import listeners

q = Statements(__file__)


@dataclass(frozen=True)
class Known:
    """A play that is stored. `at` and `export_at` are its END in seconds since 1970.

    `track_ref` and `title` are those of the merged play, the other two as an export named them; None: no export did.
    """

    at: float
    track_ref: str
    title: str
    export_ref: str | None
    export_title: str | None
    export_at: float | None
    is_minutely: bool
    is_polled: bool


def accounts(tx: Connection, listener_id: int, usernames: Collection[str]) -> dict[str, bool]:
    """Of each username whether an imported file of the listener named it; empty where no file named any."""
    values = {"listener_id": listener_id, "usernames": sorted(usernames)}
    return {row["username"]: row["is_known"] for row in tx.execute(q.accounts, values).fetchall()}


def of_others(tx: Connection, listener_id: int, content_hashes: Iterable[str]) -> dict[str, str]:
    """By content hash, the display name of another listener who imported this file, and this one did not."""
    values = {"listener_id": listener_id, "content_hashes": list(content_hashes)}
    found = tx.execute(q.of_others, values).fetchall()
    return {row["content_hash"]: row["display_name"] for row in found}


def days(tx: Connection, listener_id: int) -> dict[date, int]:
    """How many plays are stored of each UTC day."""
    found = tx.execute(q.days, {"listener_id": listener_id}).fetchall()
    return {row["day"]: row["plays"] for row in found}


def known(tx: Connection, listener_id: int, days: Iterable[date]) -> list[Known]:
    """The plays of these UTC days."""
    values = {"listener_id": listener_id, "days": list(days)}
    return [Known(**row) for row in tx.execute(q.known, values).fetchall()]


def are_there_others(tx: Connection, listener_id: int) -> bool:
    """Whether there is anybody else whose file it could be."""
    return any(one.listener_id != listener_id for one in listeners(tx))
