"""Everything of a listener out of the warehouse: for Brapped, for programs that read Spotify's exports, and as tables.

The format is told in docs/your-data.md.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import BinaryIO

from brapped_assets import __version__
from brapped_assets.history.brapped_manifest import FORMAT, HISTORY, MANIFEST, PARQUET, RECORDS, VERSION
from brapped_assets.transfer.export_target import Target
from brapped_assets.transfer.public_tables import TABLES, write_table
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.exported_records import PORTABLE, extended_history, listener_record, records

# As Spotify cuts its own files, of 12 MB at most.
ROWS_A_FILE = 16_000
LINES_A_WRITE = 1_000

Progress = Callable[[str], None]
"""Told the name of each file when it begins."""


@dataclass(frozen=True)
class Exported:
    """What an export holds: plays, and records of all tables."""

    plays: int
    records: int


def export(
    warehouse: Warehouse, listener_id: int, target: Target, *, now: datetime, progress: Progress = lambda _name: None
) -> Exported:
    """Write everything of a listener as it is at one moment, in memory that does not grow with it.

    Raises a WarehouseError, and what the target raises.
    """
    with warehouse.snapshot() as tx:
        counts = {}
        for table in PORTABLE:
            with target.file(_named(f"{RECORDS}/{table}.jsonl", progress)) as out:
                counts[table] = _write_lines(out, records(tx, table, listener_id))
        plays = _write_history(tx, listener_id, target, progress)
        for table in TABLES:
            with target.file(_named(f"{PARQUET}/{table}.parquet", progress)) as out:
                write_table(tx, table, listener_id, out)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "brapped": __version__,
            "exported_at": now.isoformat(),
            "listener": listener_record(tx, listener_id),
            "records": counts,
        }
    # Last: what has a manifest is whole.
    with target.file(MANIFEST) as out:
        out.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode())
    return Exported(plays, sum(counts.values()))


def _named(name: str, progress: Progress) -> str:
    progress(name)
    return name


def _write_lines(out: BinaryIO, lines: Iterator[str]) -> int:
    count = 0
    while piece := list(islice(lines, LINES_A_WRITE)):
        out.write("".join(f"{line}\n" for line in piece).encode())
        count += len(piece)
    return count


def _write_history(tx: Connection, listener_id: int, target: Target, progress: Progress) -> int:
    """Spotify's own form: one array a year, or for 16,000 rows of it, numbered on."""
    rows = extended_history(tx, listener_id)
    count = number = 0
    first = next(rows, None)
    while first is not None:
        name = f"{HISTORY}/Streaming_History_Audio_{first['year']}_{number}.json"
        with target.file(_named(name, progress)) as out:
            following = None
            lead = "[\n"
            in_file = 0
            for row in chain([first], rows):
                if row["year"] != first["year"] or in_file == ROWS_A_FILE:
                    following = row
                    break
                out.write(f"{lead}{row['row']}".encode())
                lead = ",\n"
                in_file += 1
            out.write(b"\n]\n")
        count, number, first = count + in_file, number + 1, following
    return count
