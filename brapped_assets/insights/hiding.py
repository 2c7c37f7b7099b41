"""What a listener keeps out of the statistics. Nothing is deleted by it."""

from datetime import datetime, timedelta
from typing import Any, Literal

from brapped_assets.warehouse.db.connections import Connection, Writing
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "corrections.sql")

MICROSECOND = timedelta(microseconds=1)
What = Literal["artist", "track", "context"]


def hidden(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """What is hidden, newest first: key and name of an artist or a track, or type and uri of a context."""
    return tx.execute(q.hidden, {"listener_id": listener_id}).fetchall()


def hide(
    writing: Writing, listener_id: int, what: What, which: int | str, now: datetime, *, why: str | None = None
) -> None:
    """Keep an artist (by key), a track (by key) or a context (by uri) out of the statistics; unknown ones: nothing."""
    values: dict[str, Any] = {"artist": None, "track": None, "context": None, what: which}
    values |= {"listener_id": listener_id, "now": now, "why": why}
    with writing.transaction() as tx:
        tx.execute(q.hide, values)


def hidden_times(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """Hidden stretches of time (`track_key` None) and single plays, newest first, with how many plays each is."""
    return tx.execute(q.hidden_times, {"listener_id": listener_id}).fetchall()


def hide_play(
    writing: Writing, listener_id: int, ended_at: datetime, track_key: int, now: datetime, *, why: str | None = None
) -> None:
    """Keep one play, known by its END and its track, out of the statistics; one that is not there: nothing."""
    hide_time(writing, listener_id, ended_at, ended_at + MICROSECOND, now, track_key=track_key, why=why)


def hide_time(
    writing: Writing,
    listener_id: int,
    first: datetime,
    until: datetime,
    now: datetime,
    *,
    track_key: int | None = None,
    why: str | None = None,
) -> None:
    """Keep whatever ended from one instant up to, not including, another out of the statistics."""
    values: dict[str, Any] = {"from_at": first, "until_at": until, "track": track_key}
    values |= {"listener_id": listener_id, "now": now, "why": why}
    with writing.transaction() as tx:
        tx.execute(q.hide_time, values)


def show_time_again(writing: Writing, listener_id: int, hidden_id: int) -> None:
    """Take a stretch or a play back; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(q.show_time_again, {"listener_id": listener_id, "hidden_id": hidden_id})


def show_again(writing: Writing, listener_id: int, hidden_id: int) -> None:
    """Take it back; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(q.show_again, {"listener_id": listener_id, "hidden_id": hidden_id})
