"""Somebody else's SELECT, run: read only, a few seconds, a few rows, of one listener."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from psycopg import errors as pg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from brapped_assets.mcp_server.allowed_sql import RefusedStatement, read_statement
from brapped_assets.mcp_server.listener_tables import ListenerTable
from brapped_assets.warehouse.db.connections import Connection

MOST_ROWS = 1_000
# Characters of a text; more would fill an assistant's memory with one cell.
LONGEST_TEXT = 500
NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric", "bool", "date", "timestamp", "timestamptz", "time"}
Cell = str | int | float | bool | None


class Answer(NamedTuple):
    """`rows` in the order of `columns`; `is_cut`: there are more than were asked for. `sql` is what was run."""

    columns: list[str]
    rows: list[list[Cell]]
    is_cut: bool
    sql: str


def run_query(tx: Connection, sql: str, tables: Mapping[str, ListenerTable], limit: int, seconds: float) -> Answer:
    """The first rows of a SELECT over a listener's tables, in a transaction that can only read.

    Raises RefusedStatement for what is not run, with the database's own words where it is to blame.
    """
    narrowed = read_statement(sql, tables)
    # It was written by us from what was understood; a search path names nothing else.
    query = SQL(narrowed)
    try:
        with tx.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                "select set_config('search_path', '', true), set_config('statement_timeout', %s, true)",
                (f"{round(seconds * 1000)}ms",),
            )
            cursor.execute(SQL("select * from ({}) answer limit 0").format(query))
            columns = cursor.description or []
            places = [f"c{nth}" for nth in range(len(columns))]
            shown = SQL(", ").join(
                SQL("{}" if _is_short(column.type_display) else "left({}::text, {})").format(
                    Identifier(place), LONGEST_TEXT
                )
                for place, column in zip(places, columns, strict=True)
            )
            names = SQL(", ").join(map(Identifier, places))
            cursor.execute(
                SQL("select {} from ({}) answer ({}) limit {}").format(shown, query, names, SQL(str(limit + 1)))
            )
            rows = cursor.fetchall()
    except pg.QueryCanceled:
        raise RefusedStatement("This takes too long; ask for less, such as one year.") from None
    except psycopg.Error as error:
        reason = error.diag.message_primary or "it was refused"
        raise RefusedStatement(f"The database says: {reason}.") from None
    return Answer([one.name for one in columns], [[_told(cell) for cell in row] for row in rows[:limit]],
                  len(rows) > limit, narrowed)  # fmt: skip


def _is_short(type_name: str) -> bool:
    return type_name.partition("(")[0].lower() in NUMBERS


def _told(cell: Any) -> Cell:
    """As JSON has it: instants and days in ISO 8601, exact numbers as numbers."""
    match cell:
        case None | bool() | int() | str():
            return cell
        case datetime() | date() | time():
            return cell.isoformat()
        case Decimal():
            return int(cell) if cell == cell.to_integral_value() else float(cell)
        case timedelta():
            return cell.total_seconds()
        case float():
            return cell
        case _:
            return str(cell)
