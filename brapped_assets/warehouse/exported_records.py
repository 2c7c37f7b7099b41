"""A listener's records out of the warehouse, without keys: line by line, as they are at one moment.

A record is one JSON object. It names other records by what they are (an id, a hash, an instant), so that it means the
same wherever it is read.
"""

import json
from collections.abc import Iterator
from typing import Any, LiteralString

from psycopg.sql import SQL

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

FACT, PLAYS, OLD_PLAYS = "star.streaming_fact", "raw.recently_played", "raw.legacy_play"
ACCOUNT_PLAYS = "raw.account_play"
SPOKEN_ITEMS, SPOKEN_PLAYS = "star.spoken_item", "star.spoken_play"
POLLS, FILES, HIDDEN = "audit.poll", "audit.import_file", "insights.hidden"
HIDDEN_TIME = "insights.hidden_time"
ALIASES, HEARD_TIME = "insights.alias", "insights.heard_time"
# Each has its statements in exported_records.sql and restored_records.sql, in an order in which nothing refers to what
# comes later. A new table is a line here. Of the listener's own row the manifest tells, and a rotated token opens
# nothing elsewhere.
PORTABLE = (
    "raw.track_payload",
    "raw.context",
    "star.artist_dim",
    "star.artist_tags",
    "insights.artist_override",
    "star.album_dim",
    "star.album_group",
    "star.track_dim",
    "star.track_artist",
    "raw.export_track",
    "raw.legacy_track",
    POLLS,
    PLAYS,
    OLD_PLAYS,
    SPOKEN_ITEMS,
    SPOKEN_PLAYS,
    FACT,
    ACCOUNT_PLAYS,
    "star.spotify_top",
    HIDDEN,
    HIDDEN_TIME,
    ALIASES,
    HEARD_TIME,
    "insights.counting_rule",
    "insights.preference",
    "audit.rejected_row",
    "audit.gap",
    # Last: a file that counts as imported is not read again.
    FILES,
    "audit.archive_member",
)
# The zones are in the manifest, too.
NOT_PORTABLE = (
    *("audit.rotated_token", "audit.notice", "audit.listener_token", "audit.listener_zone"),
    # Who comes back makes others, and allows again what may be asked.
    "audit.read_token",
    "audit.assistant_access",
    "audit.changed_day",
)
ROWS_A_FETCH = 5_000


def listener_record(tx: Connection, listener_id: int) -> dict[str, Any]:
    """Who it is: what a manifest tells, and `listeners.Returning` takes."""
    record: dict[str, Any] = one_row(tx, q.listener, {"listener_id": listener_id})["record"]
    return record


def stream(tx: Connection, statement: LiteralString, listener_id: int) -> Iterator[dict[str, Any]]:
    """The rows of a statement for a listener, however many; `tx` must stay open meanwhile."""
    with tx.cursor("brapped_export") as cursor:
        cursor.itersize = ROWS_A_FETCH
        cursor.execute(statement, {"listener_id": listener_id})
        yield from cursor


def typed_stream(
    tx: Connection, statement: LiteralString, listener_id: int
) -> tuple[dict[str, str], Iterator[dict[str, Any]]]:
    """As `stream`, with the PostgreSQL type of each column."""
    empty = tx.execute(SQL("select * from ({}) t limit 0").format(SQL(statement)), {"listener_id": listener_id})
    types = {
        column.name: kind.name
        for column in empty.description or ()
        if (kind := tx.adapters.types.get(column.type_code)) is not None
    }
    return types, stream(tx, statement, listener_id)


def records(tx: Connection, table: str, listener_id: int) -> Iterator[str]:
    """A listener's records of one of the tables of `PORTABLE`, each a line of JSON."""
    for row in stream(tx, q[table], listener_id):
        yield json.dumps(row["record"], ensure_ascii=False, separators=(",", ":"))


def extended_history(tx: Connection, listener_id: int) -> Iterator[dict[str, Any]]:
    """A listener's plays, oldest first: `year` of the END in UTC, and `row`, JSON as in Spotify's extended history."""
    return stream(tx, q.extended_history, listener_id)
