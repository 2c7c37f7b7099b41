"""A list as a file: all of it, numbers of one moment."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from brapped_assets.insights.csv_file import MARK, lines
from brapped_assets.insights.lists import COLUMNS, NUMBERS, Listed
from brapped_assets.warehouse.db.connections import Connection

A_PIECE = 2_000
# Of a share.
PLACES = 4


def pieces(of: Listed, transaction: Callable[[], AbstractContextManager[Connection]]) -> Iterator[bytes]:
    """The file bit by bit: names are asked for while it is read, and no connection is kept."""
    columns = (*COLUMNS[of.kind], *NUMBERS)
    yield MARK.encode() + lines([columns])
    for part in of.parts(A_PIECE):
        with transaction() as tx:
            rows = part.rows(tx)
        yield lines([_rounded(row.get(column)) for column in columns] for row in rows)


def _rounded(value: object) -> object:
    return round(value, PLACES) if isinstance(value, float) else value
