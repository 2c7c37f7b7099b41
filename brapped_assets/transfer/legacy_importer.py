"""The old scripts' tables into the warehouse: read as a stream where they are, merged piece by piece."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, LiteralString

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Composed, Identifier

from brapped_assets.history.legacy_rows import (
    ARTISTS,
    PARSER_VERSION,
    PLAYS,
    TRACKS,
    LegacyArtist,
    LegacyPlay,
    LegacyTrack,
    Row,
    parse_kept,
    parse_row,
)
from brapped_assets.history.model import OddRow
from brapped_assets.transfer.importer import LOCK_SECONDS, PIECE_ROWS, Progress
from brapped_assets.warehouse import odd_rows
from brapped_assets.warehouse.db.connections import Connection, Transactions, Warehouse, connect
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.db.urls import connection_string
from brapped_assets.warehouse.errors import Interrupted, NoOldTables, NotAllowed
from brapped_assets.warehouse.forgetting import remove_unreferenced
from brapped_assets.warehouse.merge.legacy_dimensions import describe_artists, describe_tracks
from brapped_assets.warehouse.merge.legacy_plays import keep_odd, merge_legacy
from brapped_assets.warehouse.merge.play_merge import MergeOutcome

q = Statements(__file__)

SETTING = "--legacy"
# Plays first: tracks and artists are described where they are known.
TABLES = (PLAYS, ARTISTS, TRACKS)


@dataclass
class LegacySummary:
    """What an import of the old tables did so far; every one of its `rows` is counted in one of the others.

    `artists` and `tracks` are rows that describe one.
    """

    rows: int = 0
    plays: MergeOutcome = field(default_factory=MergeOutcome)
    artists: int = 0
    tracks: int = 0
    odd: Counter[str] = field(default_factory=Counter)


class OldTables:
    """Those of the asked tables that there are, all in one schema, as of one moment."""

    def __init__(self, tx: Connection, places: dict[str, Identifier]) -> None:
        self._tx = tx
        self._places = places

    @property
    def names(self) -> list[str]:
        return list(self._places)

    def size(self) -> int:
        """Rows of all of them."""
        with _explained():
            found = [self._tx.execute(_of(place, q.size)).fetchone() for place in self._places.values()]
        return sum(row["rows"] for row in found if row)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Every row of one table, as JSON has it, by its `played_at` where it has one. Raises a WarehouseError."""
        with _explained():
            self._tx.execute(_of(self._places[name], q.rows))
        while batch := self._fetch():
            yield from (row["row"] for row in batch)
        self._tx.execute(q.close)

    def _fetch(self) -> list[dict[str, Any]]:
        with _explained():
            return self._tx.execute(q.fetch).fetchall()


def import_legacy(
    warehouse: Warehouse,
    listener_id: int,
    tables: OldTables,
    summary: LegacySummary,
    *,
    progress: Progress = lambda _done, _expected: None,
    piece_rows: int = PIECE_ROWS,
) -> None:
    """Merge what the old tables tell, a transaction for every `piece_rows` rows; `summary` is kept up to date.

    Stopped at any moment, what is merged stays. Importing again reads everything and changes nothing but what is new.
    Raises a WarehouseError.
    """
    _retry_odd(warehouse, listener_id)
    expected = tables.size()
    progress(0, expected)
    for name in tables.names:
        now = datetime.now(UTC)
        for piece in _pieces((parse_row(name, row, now=now) for row in tables.rows(name)), piece_rows):
            with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
                became = _merge(tx, listener_id, piece)
                odd = [row for row in piece if isinstance(row, OddRow)]
                keep_odd(tx, listener_id, odd, parser_version=PARSER_VERSION, now=datetime.now(UTC))
            summary.rows += len(piece)
            summary.plays += became
            summary.artists += sum(isinstance(row, LegacyArtist) for row in piece)
            summary.tracks += sum(isinstance(row, LegacyTrack) for row in piece)
            summary.odd.update(row.reason for row in odd)
            progress(summary.rows, max(expected, summary.rows))
    if summary.plays.forgotten:
        # Their artists are described all the same.
        remove_unreferenced(warehouse)


@contextmanager
def old_tables(url: str, wanted: Sequence[str]) -> Iterator[OldTables]:
    """The tables of these names at `url`; the first must be there. One transaction, which may not write.

    Raises a WarehouseError that says what to do and never repeats the URL.
    """
    with connect(connection_string(url, setting=SETTING), setting=SETTING, any_version=True) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            with _explained():
                connection.execute(
                    "select set_config('lock_timeout', '10s', true), set_config('statement_timeout', '120s', true),"
                    " set_config('timezone', 'UTC', true)"
                )
                places = _places(connection, list(wanted))
            yield OldTables(connection, places)


def _places(tx: Connection, wanted: list[str]) -> dict[str, Identifier]:
    found = tx.execute(q.source, {"tables": wanted}).fetchall()
    first = [row for row in found if row["name"] == wanted[0]]
    if not first:
        raise NoOldTables(
            f"There is no table {wanted[0]} in this database. Check the database's name in the URL after {SETTING}, "
            "and that this role may look into the table's schema."
        )
    schemas = [row["schema"] for row in first]
    if not first[0]["is_on_path"] and len(first) > 1:
        raise NoOldTables(
            f"There is a table {wanted[0]} in each of the schemas {', '.join(schemas)}. Name one at the end of the "
            f"URL: ?options=-csearch_path%3D{schemas[0]}"
        )
    here = [row for row in found if row["schema"] == schemas[0]]
    for row in here:
        if not row["is_readable"]:
            raise NotAllowed(
                f"The role in the URL after {SETTING} may not read {row['schema']}.{row['name']}. Take one that may, "
                f"or let the owner run: grant select on {row['schema']}.{row['name']} to that role."
            )
    return {name: Identifier(schemas[0], name) for name in wanted if name in {row["name"] for row in here}}


def _of(table: Identifier, statement: LiteralString) -> Composed:
    return SQL(statement).format(table=table)


@contextmanager
def _explained() -> Iterator[None]:
    """The driver's errors in words about the old database: what `database_errors.explained` says is about our own."""
    try:
        yield
    except (pg.InsufficientPrivilege, pg.UndefinedTable) as error:
        raise NotAllowed(f"The old tables cannot be read ({error.diag.message_primary}).") from error
    except (pg.QueryCanceled, pg.LockNotAvailable) as error:
        raise Interrupted(
            "The old database took too long to answer. What is merged stays; run the same command again."
        ) from error
    except psycopg.Error as error:
        raise Interrupted(
            f"The old tables could not be read to their end ({type(error).__name__}). What is merged stays; run the "
            "same command again."
        ) from error


def _pieces(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    stream = iter(rows)
    while piece := list(islice(stream, size)):
        yield piece


def _merge(tx: Connection, listener_id: int, rows: Sequence[Row]) -> MergeOutcome:
    became = merge_legacy(tx, listener_id, [row for row in rows if isinstance(row, LegacyPlay)])
    describe_artists(tx, [row for row in rows if isinstance(row, LegacyArtist)])
    describe_tracks(tx, [row for row in rows if isinstance(row, LegacyTrack)])
    return became


def _retry_odd(warehouse: Transactions, listener_id: int) -> None:
    """Read again what an older parser could not: the tables it stood in may be gone."""
    now = datetime.now(UTC)
    with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
        understood: list[Row] = []
        for kept in odd_rows.odd_by_older_parser(tx, listener_id, PARSER_VERSION, source="legacy"):
            row = parse_kept(kept.payload_text, now=now)
            is_odd = isinstance(row, OddRow)
            odd_rows.note_retried(tx, listener_id, kept, PARSER_VERSION, is_odd=is_odd, source="legacy")
            understood.append(row)
        _merge(tx, listener_id, understood)
