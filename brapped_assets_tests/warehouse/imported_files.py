"""Files of exports, noted as imports note them, without their plays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.import_ledger import File, note_met, q
from brapped_assets.warehouse.merge.encoding import Kind
from brapped_assets_tests.warehouse.polled_plays import NOON, at


@dataclass(frozen=True)
class Imported:
    """A file whose plays ended from `first` to `last`, in minutes after noon; None: it has none, or offline ones."""

    name: str
    first: float | None
    last: float | None
    kind: Kind = "extended"


def meet(
    tx: Connection,
    listener_id: int,
    file: Imported,
    *,
    archive: str = "my_spotify_data.zip",
    number: int | None = None,
    when: datetime,
    is_last: bool = True,
) -> None:
    """An import meets the file in this archive and, unless it is killed (`is_last`) or was here before, finishes it."""
    described = File(file.name, file.kind, f"folder/{file.name}", archive, number)
    values: dict[str, Any] = {"listener_id": listener_id, "content_hash": described.content_hash, "now": when}
    tx.execute(q.begin, {**values, "kind": file.kind, "name": described.name, "username": described.username})
    note_met(tx, listener_id, described, when)
    lock = tx.execute(q.lock, values).fetchone()
    if lock is not None and not lock["is_finished"]:
        span = {
            "first_at": None if file.first is None else at(file.first),
            "last_at": None if file.last is None else at(file.last),
        }
        counts: dict[str, Any] = dict.fromkeys(["rows_read", "added", "matched", "told_twice", "known", "forgotten"], 1)
        odd = {"rows_other": "{}", "rows_odd": "{}", "plays_told": None}
        tx.execute(q.advance, {**values, **counts, **odd, **span, "is_last": is_last, "reader_version": 1})


def vouch(tx: Connection, listener_id: int, first: datetime, last: datetime, name: str = "all.json") -> None:
    """A file of an export tells of everything between two instants, as if all of it had been imported."""
    since, until = ((end - NOON).total_seconds() / 60 for end in (first, last))
    meet(tx, listener_id, Imported(name, since, until), archive=name, when=last)


def miss(tx: Connection, listener_id: int, first: float, last: float) -> None:
    """A gap between plays that ended so many minutes after noon, noticed by a poll."""
    tx.execute(
        """
        with poll as (
            insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped, keys_missing,
                                    keys_new)
            values (%(listener_id)s, 'run', %(to)s, 1, 1, 0, false, '{}', '{}')
            returning poll_id
        )
        insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
        select %(listener_id)s, %(from)s, %(to)s, 'page without overlap', poll_id from poll
        on conflict do nothing
        """,
        {"listener_id": listener_id, "from": at(first), "to": at(last)},
    )
