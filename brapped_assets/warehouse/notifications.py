"""What notices are about, and which were told: read in one round trip, for whoever looks after every run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

READ_TOGETHER = f"{q.limits};\n{q.known};\n{q.listeners};\n{q.database}"


@dataclass(frozen=True)
class Person:
    """One listener. Instants are UTC; `last_polled_at` is that of joining where nobody polled yet.

    `gap_start` and `gap_end`: the newest open gap, if any. `consent_ends_at` None: the date is unknown.
    """

    listener_id: int
    display_name: str
    time_zone: str
    is_polled: bool
    consent_ended_at: datetime | None
    consent_ends_at: datetime | None
    last_polled_at: datetime
    gap_start: datetime | None
    gap_end: datetime | None


@dataclass(frozen=True)
class State:
    """`known`: the rows of `audit.notice`; `not_before`: Spotify's wish, may lie in the past (UTC).

    `bytes` is the size of every database this role can see on the server. `owners_display`: how the first listener
    wants texts written: language, hours and numbers, as `text.language.display_of` takes them.
    """

    known: list[dict[str, Any]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    not_before: datetime | None = None
    reason: str | None = None
    bytes: int = 0
    owners_display: tuple[str, str, str] = ("", "", "")


def state(warehouse: Warehouse) -> State:
    """All of it, as it is now, in one round trip. Raises a WarehouseError."""
    _, known, listeners, (database,) = warehouse.read_together(READ_TOGETHER)
    return State(known, [Person(**row) for row in listeners], **database)


def known(tx: Connection) -> list[dict[str, Any]]:
    """The rows of `audit.notice`, nobody else writing until this transaction ends."""
    tx.execute(q.lock)
    return tx.execute(q.known).fetchall()


def save(tx: Connection, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        tx.execute(q.save, row)


def remove(tx: Connection, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        tx.execute(q.remove, row)


def undelivered(tx: Connection) -> int:
    """How many notices were tried three times and more, and did not arrive yet."""
    row = one_row(tx, q.undelivered)
    return int(row["notices"])
