"""A listener's records, without keys: out of one warehouse, line by line, and into any other, in batches.

A record is one JSON object. It names other records by what they are (an id, a hash, an instant), so that it means the
same wherever it is read.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from psycopg import DataError, IntegrityError, ProgrammingError
from psycopg.sql import SQL, Identifier

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.exports import ExportMerge, merge_staged
from brapped_assets.warehouse.legacy import LegacyMerge, merge_told
from brapped_assets.warehouse.listeners import Returning
from brapped_assets.warehouse.merge import lock_listener, merge_plays
from brapped_assets.warehouse.proof import columns
from brapped_assets.warehouse.staging import Kind, make_tables
from brapped_assets.warehouse.statements import sql

FACT, PLAYS, OLD_PLAYS = "star.streaming_fact", "raw.recently_played", "raw.legacy_play"
ACCOUNT_PLAYS = "raw.account_play"
POLLS, FILES, HIDDEN = "audit.poll", "audit.import_file", "insights.hidden"
HIDDEN_TIME = "insights.hidden_time"
ALIASES, HEARD_TIME = "insights.alias", "insights.heard_time"
# Each has its statements in sql/export and sql/restore, in an order in which nothing refers to what comes later. A new
# table is a line here. Of the listener's own row the manifest tells, and a rotated token opens nothing elsewhere.
PORTABLE = (
    "raw.track_payload",
    "raw.context",
    "star.artist_dim",
    "star.album_dim",
    "star.track_dim",
    "star.track_artist",
    "raw.export_track",
    "raw.legacy_track",
    POLLS,
    PLAYS,
    OLD_PLAYS,
    FACT,
    ACCOUNT_PLAYS,
    "star.spotify_top",
    HIDDEN,
    HIDDEN_TIME,
    ALIASES,
    HEARD_TIME,
    "insights.counting_rule",
    "audit.rejected_row",
    "audit.gap",
    # Last: a file that counts as imported is not read again.
    FILES,
    "audit.archive_member",
)
# The zones are in the manifest, too.
NOT_PORTABLE = (
    *("audit.rotated_token", "audit.notice", "audit.listener_token", "audit.listener_zone"),
    "audit.changed_day",
)
# What a table needs besides its own statement: before it, and after.
BEFORE = {"star.track_dim": "restore/named_artists", "star.track_artist": "restore/named_artists"}
AFTER = {"star.track_dim": "restore/read_payloads_again"}
OURS_ALONE = frozenset({"listener_id", "poll_id", "file_id", "track_key", "artist_key", "album_key", "payload_key"})
ROWS_A_FETCH = 5_000


class BadRecords(Exception):
    """Records that no warehouse would have written; the text is the driver's, without values."""


@dataclass(frozen=True)
class Restored:
    """What became of a batch: records in it, and of its plays what `ExportMerge` says."""

    records: int
    plays: ExportMerge = field(default_factory=ExportMerge)


def listener_record(tx: Connection, listener_id: int) -> dict[str, Any]:
    """Who it is: what a manifest tells, and `listeners.Returning` takes."""
    row = tx.execute(sql("export/listener"), {"listener_id": listener_id}).fetchone()
    assert row is not None
    record: dict[str, Any] = row["record"]
    return record


def stream(tx: Connection, statement: str, listener_id: int) -> Iterator[dict[str, Any]]:
    """The rows of `sql/<statement>.sql` for a listener, however many; `tx` must stay open meanwhile."""
    with tx.cursor("brapped_export") as cursor:
        cursor.itersize = ROWS_A_FETCH
        cursor.execute(sql(statement), {"listener_id": listener_id})
        yield from cursor


def typed_stream(tx: Connection, statement: str, listener_id: int) -> tuple[dict[str, str], Iterator[dict[str, Any]]]:
    """As `stream`, with the PostgreSQL type of each column."""
    empty = tx.execute(SQL("select * from ({}) t limit 0").format(SQL(sql(statement))), {"listener_id": listener_id})
    types = {
        column.name: kind.name
        for column in empty.description or ()
        if (kind := tx.adapters.types.get(column.type_code)) is not None
    }
    return types, stream(tx, statement, listener_id)


def records(tx: Connection, table: str, listener_id: int) -> Iterator[str]:
    """A listener's records of one of the tables of `PORTABLE`, each a line of JSON."""
    for row in stream(tx, f"export/{table}", listener_id):
        yield json.dumps(row["record"], ensure_ascii=False, separators=(",", ":"))


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
        if table in BEFORE:
            tx.execute(sql(BEFORE[table]), values)
        # A column that the export does not know keeps its default, one that is gone or computed here is passed over.
        ours = {column.name for column in columns(tx, table) if not column.is_generated}
        shared = sorted(ours & (first.keys() - OURS_ALONE))
        statement = SQL(sql(f"restore/{table}")).format(
            columns=SQL(", ").join(map(Identifier, shared)),
            told=SQL(", ").join(Identifier("told", name) for name in shared),
        )
        cursor = tx.execute(statement, values)
        if table in AFTER:
            tx.execute(sql(AFTER[table]), values)
        if table != PLAYS:
            return Restored(len(lines))
        landed = cursor.fetchone()
        assert landed is not None
        added = merge_plays(tx, listener_id, now).added
        known = len(lines) - landed["forgotten"] - added
        return Restored(len(lines), ExportMerge(added=added, known=known, forgotten=landed["forgotten"]))
    except (DataError, IntegrityError, ProgrammingError, json.JSONDecodeError, RecursionError) as error:
        raise BadRecords(type(error).__name__) from error


def _restore_exported(tx: Connection, values: dict[str, Any], table: str, kind: Kind) -> ExportMerge:
    listener = lock_listener(tx, values["listener_id"])
    make_tables(tx)
    staged = tx.execute(sql(f"restore/{table}"), values).fetchone()
    assert staged is not None
    forgotten = ExportMerge(forgotten=staged["forgotten"])
    if not staged["plays"]:
        return forgotten
    return forgotten + merge_staged(tx, listener, kind, staged["plays"])


def _restore_old(tx: Connection, values: dict[str, Any], records: int) -> ExportMerge:
    listener = lock_listener(tx, values["listener_id"])
    since = listener["forgotten_before"]
    found = {(row["played_at"], row["track_hash"]) for row in tx.execute(sql(f"restore/{OLD_PLAYS}"), values)}
    kept = [play for play in found if since is None or play[0] >= since]
    became = merge_told(tx, listener, kept) if kept else LegacyMerge()
    forgotten = len(found) - len(kept)
    known = records - became.added - became.matched - forgotten
    return ExportMerge(became.added, became.matched, known=known, forgotten=forgotten)


def meet(tx: Connection, listener_id: int, who: Returning) -> None:
    """Note the hole, if any, between this collection and the one whose polls are in, and whose plays are not yet."""
    tx.execute(sql("restore/between"), {**asdict(who), "listener_id": listener_id})


def settle(tx: Connection, listener_id: int, who: Returning) -> None:
    """With everything in: whatever either collection vouched for, both do now, and what is forgotten stays so."""
    listener = lock_listener(tx, listener_id)
    tx.execute(sql("restore/collected"), {**asdict(who), "listener_id": listener_id})
    # An older version's export may hold what it took for plays.
    tx.execute(sql("restore/kept_aside"), {"listener_id": listener_id})
    if listener["forgotten_before"] is not None:
        for table in (POLLS, FILES, HIDDEN, HIDDEN_TIME, ALIASES, HEARD_TIME):
            tx.execute(sql(f"forget/{table}"), {**listener, "before": listener["forgotten_before"]})
