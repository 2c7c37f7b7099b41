"""Everything at some paths, read as an import reads it, in so little memory: run as a program of its own."""

import json
import resource
import sys
from pathlib import Path

from brapped_assets.history.chunks import pieces_of
from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import HistoryError
from brapped_assets.transfer.restore import BATCH_RECORDS, check_records

PIECE_ROWS = 50_000


def read(path: Path) -> list[object]:
    """What is found and how many rows and records there are; or the kind of error and its sentence."""
    try:
        with find_histories(path) as found:
            rows = 0
            for file in found.files:
                file.content_hash()
                rows += sum(len(piece) for piece, _ in pieces_of(file.batches(), PIECE_ROWS))
            for archive in found.archives:
                check_records(archive, BATCH_RECORDS)
            return [len(found.files), len(found.archives), rows, [reason for _, reason in found.unusable]]
    except HistoryError as error:
        return [type(error).__name__, error.reason]


def main() -> None:
    more, *paths = sys.argv[1:]
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = taken + int(more)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    json.dump({Path(path).name: read(Path(path)) for path in paths}, sys.stdout)


if __name__ == "__main__":
    main()
