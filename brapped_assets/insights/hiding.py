"""What a listener keeps out of the statistics. Nothing is deleted by it."""

from datetime import datetime
from typing import Any, Literal

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql
from brapped_assets.warehouse.writing import Writing

What = Literal["artist", "track", "context"]


def hidden(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """What is hidden, newest first: key and name of an artist or a track, or type and uri of a context."""
    return tx.execute(sql("insights/hiding/hidden"), {"listener_id": listener_id}).fetchall()


def hide(writing: Writing, listener_id: int, what: What, which: int | str, now: datetime) -> None:
    """Keep an artist (by key), a track (by key) or a context (by uri) out of the statistics; unknown ones: nothing."""
    values = {"artist": None, "track": None, "context": None, what: which, "listener_id": listener_id, "now": now}
    with writing.transaction() as tx:
        tx.execute(sql("insights/hiding/hide"), values)


def show_again(writing: Writing, listener_id: int, hidden_id: int) -> None:
    """Take it back; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(sql("insights/hiding/show_again"), {"listener_id": listener_id, "hidden_id": hidden_id})
