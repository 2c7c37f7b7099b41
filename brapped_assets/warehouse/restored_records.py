"""A listener's records, as `exported_records` tells them, back into any warehouse, in batches."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from psycopg import DataError, IntegrityError, ProgrammingError
from psycopg.sql import SQL, Identifier

from brapped_assets.warehouse import album_groups
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.exported_records import (
    ACCOUNT_PLAYS,
    ALIASES,
    FACT,
    FILES,
    HEARD_TIME,
    HIDDEN,
    HIDDEN_TIME,
    OLD_PLAYS,
    PLAYS,
    POLLS,
    SPOKEN_ITEMS,
    SPOKEN_PLAYS,
)
from brapped_assets.warehouse.forgetting import forget_rows
from brapped_assets.warehouse.listeners import Returning
from brapped_assets.warehouse.merge.encoding import Kind
from brapped_assets.warehouse.merge.exported_plays import merge_staged
from brapped_assets.warehouse.merge.legacy_plays import merge_told
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, lock_listener, merge_plays
from brapped_assets.warehouse.merge.spoken_plays import restore_items, restore_plays
from brapped_assets.warehouse.merge.staging import make_tables
from brapped_assets.warehouse.run_stats import columns

q = Statements(__file__)

# What a table needs besides its own statement: before it, and after.
BEFORE = {"star.track_dim": q.named_artists, "star.track_artist": q.named_artists}
AFTER = {"star.track_dim": q.read_payloads_again}
OURS_ALONE = frozenset({"listener_id", "poll_id", "file_id", "track_key", "artist_key", "album_key", "payload_key"})


class BadRecords(Exception):
    """Records that no warehouse would have written; the text is the driver's, without values."""


@dataclass(frozen=True)
class Restored:
    """What became of a batch: records in it, and of its plays what `MergeOutcome` says."""

    records: int
    plays: MergeOutcome = field(default_factory=MergeOutcome)


def restore_batch(
    tx: Connection, listener_id: int, table: str, lines: Sequence[str], now: datetime, *, kind: Kind = "extended"
) -> Restored:
    """Put records of one table back, and merge them if they tell of plays; what is there already stays as it is.

    An older export tells of account data in `FACT` too: there it comes twice, first all as `extended`, then all as
    `account`. Raises BadRecords, and Busy or Gone as `merge_plays` does.
    """
    try:
        first = json.loads(lines[0])
        if not isinstance(first, dict):
            raise BadRecords("a record is not an object")
        values = {"records": f"[{','.join(lines)}]", "listener_id": listener_id, "kind": kind}
        if table in (FACT, ACCOUNT_PLAYS):
            told = _restore_exported(tx, values, table, "account" if table == ACCOUNT_PLAYS else kind)
            return Restored(len(lines), told)
        if table == OLD_PLAYS:
            return Restored(len(lines), _restore_old(tx, values, len(lines)))
        if table in (SPOKEN_ITEMS, SPOKEN_PLAYS):
            merge = restore_items if table == SPOKEN_ITEMS else restore_plays
            merge(tx, lock_listener(tx, listener_id), f"[{','.join(lines)}]")
            return Restored(len(lines))
        if table in BEFORE:
            tx.execute(BEFORE[table], values)
        # A column that the export does not know keeps its default, one that is gone or computed here is passed over.
        ours = {column.name for column in columns(tx, table) if not column.is_generated}
        shared = sorted(ours & (first.keys() - OURS_ALONE))
        statement = SQL(q[table]).format(
            columns=SQL(", ").join(map(Identifier, shared)),
            told=SQL(", ").join(Identifier("told", name) for name in shared),
        )
        cursor = tx.execute(statement, values)
        if table in AFTER:
            tx.execute(AFTER[table], values)
        if table != PLAYS:
            return Restored(len(lines))
        landed = cursor.fetchone()
        assert landed is not None
        added = merge_plays(tx, listener_id, now).added
        known = len(lines) - landed["forgotten"] - added
        return Restored(len(lines), MergeOutcome(added=added, known=known, forgotten=landed["forgotten"]))
    except (DataError, IntegrityError, ProgrammingError, json.JSONDecodeError, RecursionError) as error:
        raise BadRecords(type(error).__name__) from error


def _restore_exported(tx: Connection, values: dict[str, Any], table: str, kind: Kind) -> MergeOutcome:
    listener = lock_listener(tx, values["listener_id"])
    make_tables(tx)
    staged = one_row(tx, q[table], values)
    forgotten = MergeOutcome(forgotten=staged["forgotten"])
    if not staged["plays"]:
        return forgotten
    return forgotten + merge_staged(tx, listener, kind, staged["plays"])


def _restore_old(tx: Connection, values: dict[str, Any], records: int) -> MergeOutcome:
    listener = lock_listener(tx, values["listener_id"])
    since = listener["forgotten_before"]
    found = {(row["played_at"], row["track_hash"]) for row in tx.execute(q[OLD_PLAYS], values)}
    kept = [play for play in found if since is None or play[0] >= since]
    became = merge_told(tx, listener, kept) if kept else MergeOutcome()
    forgotten = len(found) - len(kept)
    known = records - became.added - became.matched - forgotten
    return MergeOutcome(became.added, became.matched, known=known, forgotten=forgotten)


def note_hole(tx: Connection, listener_id: int, who: Returning) -> None:
    """Note the hole, if any, between this collection and the one whose polls are in, and whose plays are not yet."""
    tx.execute(q.between, {**asdict(who), "listener_id": listener_id})


def finish_restore(tx: Connection, listener_id: int, who: Returning) -> bool:
    """With everything in: whatever either collection vouched for, both do now, and what is forgotten stays so.

    Whether the export may tell of something forgotten: then what nobody refers to may be here again.
    """
    listener = lock_listener(tx, listener_id)
    tx.execute(q.collected, {**asdict(who), "listener_id": listener_id})
    # An older version's export may hold what it took for plays.
    tx.execute(q.kept_aside, {"listener_id": listener_id})
    album_groups.tie(tx)
    before = listener["forgotten_before"]
    # An export made since tells of nothing forgotten, and of what was hidden since.
    if before is None or (who.forgotten_before is not None and who.forgotten_before >= before):
        return False
    for table in (POLLS, FILES, SPOKEN_ITEMS, HIDDEN, HIDDEN_TIME, ALIASES, HEARD_TIME):
        forget_rows(tx, table, listener, before)
    return True
