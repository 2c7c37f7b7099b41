"""What a statement answers: its one row, or the one value in it. All rows are `tx.execute(…).fetchall()`."""

from typing import Any, LiteralString

from psycopg.abc import Params
from psycopg.sql import Composed

from brapped_assets.warehouse.db.connections import Connection

Row = dict[str, Any]


def one_row(tx: Connection, statement: LiteralString | Composed, values: Params | None = None) -> Row:
    """The first row. Raises LookupError where the statement gives none: it was written to give one always."""
    row = tx.execute(statement, values).fetchone()
    if row is None:
        raise LookupError("A statement that always gives a row gave none.")
    return row


def one_value(tx: Connection, statement: LiteralString | Composed, values: Params | None = None) -> Any:
    """The first row's only column. Raises LookupError as `one_row` does."""
    (value,) = one_row(tx, statement, values).values()
    return value
