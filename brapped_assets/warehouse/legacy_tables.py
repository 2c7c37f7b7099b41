"""The old scripts' tables where they are, read as a stream; nothing is written there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Composed, Identifier

from brapped_assets.warehouse.db.connections import Connection, connect
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.db.urls import connection_string
from brapped_assets.warehouse.errors import Interrupted, NoOldTables, NotAllowed

q = Statements(__file__)

SETTING = "--legacy"


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
