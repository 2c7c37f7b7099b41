"""What an assistant may read of a listener: nothing, until they allow it."""

from datetime import datetime
from typing import Literal

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "read_tokens.sql")

# All that is known, or only what the listener's own data export told.
Reads = Literal["all", "export"]


def assistant_reads(tx: Connection, listener_id: int) -> Reads | None:
    """None: nothing."""
    row = tx.execute(q.assistant_reads, {"listener_id": listener_id}).fetchone()
    return row["reads"] if row else None


def allow_assistant(tx: Connection, listener_id: int, reads: Reads, now: datetime) -> None:
    """From now on; nothing for a listener there is not."""
    tx.execute(q.allow_assistant, {"listener_id": listener_id, "reads": reads, "now": now})


def refuse_assistant(tx: Connection, listener_id: int) -> None:
    """From the next question on nothing is read."""
    tx.execute(q.refuse_assistant, {"listener_id": listener_id})
