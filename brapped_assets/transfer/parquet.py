"""Rows of a query as a Parquet file, typed as PostgreSQL types them, a piece at a time."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

ARROW = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float8": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}
ROWS_A_GROUP = 20_000


def write_parquet(out: BinaryIO, columns: dict[str, str], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows with these columns and PostgreSQL types; instants are in UTC, to the microsecond.

    Raises KeyError for a type that no public view has.
    """
    schema = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
    with pq.ParquetWriter(pa.PythonFile(_Counted(out), mode="w"), schema, compression="zstd") as writer:
        while group := list(islice(rows, ROWS_A_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


class _Counted(io.RawIOBase):
    """A file that knows how far it is: Parquet asks, and a member of a zip does not tell."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._at += len(memoryview(data).cast("B"))
        return self._out.write(data)
