"""A file's rows in pieces, and what keeps the files of one export together."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from brapped_assets.history.file_names import base_name
from brapped_assets.history.history_file import HistoryFile
from brapped_assets.history.model import HistoryPlay, Kind, Row, SpokenKind, SpokenPlay

# About so much of a document becomes plays at once; 50,000 rows as Spotify writes them are 33 MB.
PIECE_BYTES = 40 * 1024**2


def pieces_of(batches: Iterator[tuple[list[Row], int]], size: int) -> Iterator[tuple[list[Row], bool]]:
    """Rows in pieces of so many, or of `PIECE_BYTES`, and whether each is the last; a file without rows is one piece.

    `batches` are rows with about the bytes they were read from. Raises HistoryError as `HistoryFile.read` does, before
    a piece that is cut short is given out.
    """
    piece: list[Row] = []
    weight = 0
    for batch, weighs in batches:
        rows, each = batch, weighs / max(1, len(batch))
        while rows:
            if len(piece) == size or weight >= PIECE_BYTES:
                yield piece, False
                piece, weight = [], 0
            # Of a batch all rows weigh the same: it is short.
            place = size - len(piece)
            piece += rows[:place]
            weight += int(each * min(place, len(rows)))
            rows = rows[place:]
    yield piece, True


def by_kind(rows: Sequence[Row]) -> dict[Kind, list[HistoryPlay]]:
    """The plays among these rows. Every row says its own kind, whatever that of its file."""
    plays: dict[Kind, list[HistoryPlay]] = {}
    for row in rows:
        if isinstance(row, HistoryPlay):
            plays.setdefault(row.kind, []).append(row)
    return plays


def spoken_by_kind(rows: Sequence[Row]) -> dict[Kind, dict[SpokenKind, list[SpokenPlay]]]:
    """What is spoken among these rows, by the kind of the row and what it tells of."""
    spoken: dict[Kind, dict[SpokenKind, list[SpokenPlay]]] = {}
    for row in rows:
        if isinstance(row, SpokenPlay):
            spoken.setdefault(row.kind, {}).setdefault(row.spoken_kind, []).append(row)
    return spoken


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
