"""A file's rows in pieces, and what keeps the files of one export together."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from brapped_assets.history.files import HistoryFile, base_name
from brapped_assets.history.plays import HistoryPlay, Kind, Row


def pieces_of(rows: Iterator[Row], size: int) -> Iterator[tuple[list[Row], bool]]:
    """Rows in pieces, and whether each is the last; a file without rows is one piece.

    Raises HistoryError as `HistoryFile.read` does, before a piece that is cut short is given out.
    """
    piece = list(islice(rows, size))
    while True:
        following = list(islice(rows, 1))
        yield piece, not following
        if not following:
            return
        piece = following + list(islice(rows, size - 1))


def by_kind(rows: Sequence[Row]) -> dict[Kind, list[HistoryPlay]]:
    """The plays among these rows. Every row says its own kind, whatever that of its file."""
    plays: dict[Kind, list[HistoryPlay]] = {}
    for row in rows:
        if isinstance(row, HistoryPlay):
            plays.setdefault(row.kind, []).append(row)
    return plays


def archive_names(documents: Sequence[HistoryFile]) -> dict[Path, str]:
    """A name for each zip or folder that no other export has: Spotify's numbers run on within one export only.

    An export and the same one unpacked have the same digits; another one, downloaded to the same place, has others.
    """
    held: dict[Path, list[str]] = defaultdict(list)
    for document in documents:
        held[document.archive].append(f"{base_name(document.name)} {document.size}")
    return {
        archive: f"{archive.name} {hashlib.sha256(' '.join(sorted(names)).encode()).hexdigest()[:12]}"
        for archive, names in held.items()
    }
