"""Numbers as the warehouse sends them by a binary COPY, read as an array without a loop over rows."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import Composed

from brapped_assets.warehouse.db.connections import Connection

# PostgreSQL's signature, flags and the length of an extension that nobody uses; at the end a row of -1 fields.
HEADER_BYTES, TRAILER_BYTES = 19, 2
ROWS_A_BLOCK = 100_000


Columns = tuple[tuple[str, str], ...]


def copied(tx: Connection, statement: Composed, columns: Columns) -> NDArray[np.void]:
    """What a `copy (…) to stdout (format binary)` sends, as one array of rows.

    `columns` are name and type of each, big-endian as PostgreSQL sends them (`>i8`); none of them may be null. Raises
    ValueError for anything else that comes.
    """
    blocks = list(copied_in_blocks(tx, statement, columns))
    return np.concatenate(blocks) if blocks else np.empty(0, _row(columns))


def copied_in_blocks(tx: Connection, statement: Composed, columns: Columns) -> Iterator[NDArray[np.void]]:
    """As `copied`, so many rows at a time: as they are sent they take twice the room of what is kept of them."""
    row = _row(columns)
    with tx.cursor().copy(statement) as copy:
        for block in _blocks(copy, row.itemsize):
            found = np.frombuffer(block, row)
            if not np.all(found["fields"] == len(columns)):
                raise ValueError("a row of other columns came than were asked for")
            yield found


def _row(columns: Columns) -> np.dtype[np.void]:
    return np.dtype([("fields", ">i2"), *_with_lengths(columns)])


def _with_lengths(columns: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, kind in columns:
        yield f"length of {name}", ">i4"
        yield name, kind


def _blocks(chunks: Iterable[bytes | bytearray | memoryview], row_bytes: int) -> Iterator[bytes]:
    """Whole rows, so many at a time, without what stands before and after them."""
    pending = bytearray()
    begins = HEADER_BYTES
    for chunk in chunks:
        pending += chunk
        if len(pending) - begins >= ROWS_A_BLOCK * row_bytes + TRAILER_BYTES:
            whole = (len(pending) - begins - TRAILER_BYTES) // row_bytes * row_bytes
            yield bytes(pending[begins : begins + whole])
            del pending[: begins + whole]
            begins = 0
    rest = bytes(pending[begins:-TRAILER_BYTES])
    if len(rest) % row_bytes:
        raise ValueError("a row of other columns came than were asked for")
    if rest:
        yield rest
