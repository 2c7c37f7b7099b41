"""The public views that a listener takes away as Parquet: each has its name here, its statement in the .sql beside."""

from typing import BinaryIO

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.exported_records import typed_stream

q = Statements(__file__)

TABLES = (
    *("plays", "spoken_plays", "tracks", "artists", "artist_genres", "albums", "track_artists", "listeners"),
    "coverage_gaps",
)


def write_table(tx: Connection, table: str, listener_id: int, out: BinaryIO) -> None:
    """Write one of TABLES, of one listener, as a Parquet file with the columns and types of its statement."""
    # Imported late: it takes half a second that no other command should pay.
    from brapped_assets.transfer.parquet import write_parquet  # noqa: PLC0415

    columns, rows = typed_stream(tx, q[table], listener_id)
    write_parquet(out, columns, rows)
