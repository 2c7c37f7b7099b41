"""The old scripts' tables into the warehouse: read as a stream, merged piece by piece."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from brapped_assets.history.legacy_rows import (
    ARTISTS,
    PARSER_VERSION,
    PLAYS,
    TRACKS,
    LegacyArtist,
    LegacyPlay,
    LegacyTrack,
    Row,
    parse_kept,
    parse_row,
)
from brapped_assets.history.model import OddRow
from brapped_assets.transfer.importer import LOCK_SECONDS, PIECE_ROWS, Progress
from brapped_assets.warehouse import odd_rows
from brapped_assets.warehouse.db.connections import Connection, Transactions, Warehouse
from brapped_assets.warehouse.forgetting import remove_unreferenced
from brapped_assets.warehouse.legacy_tables import OldTables
from brapped_assets.warehouse.merge.legacy_dimensions import describe_artists, describe_tracks
from brapped_assets.warehouse.merge.legacy_plays import keep_odd, merge_legacy
from brapped_assets.warehouse.merge.play_merge import MergeOutcome

# Plays first: tracks and artists are described where they are known.
TABLES = (PLAYS, ARTISTS, TRACKS)


@dataclass
class LegacySummary:
    """What an import of the old tables did so far; every one of its `rows` is counted in one of the others.

    `artists` and `tracks` are rows that describe one.
    """

    rows: int = 0
    plays: MergeOutcome = field(default_factory=MergeOutcome)
    artists: int = 0
    tracks: int = 0
    odd: Counter[str] = field(default_factory=Counter)


def import_legacy(
    warehouse: Warehouse,
    listener_id: int,
    tables: OldTables,
    summary: LegacySummary,
    *,
    progress: Progress = lambda _done, _expected: None,
    piece_rows: int = PIECE_ROWS,
) -> None:
    """Merge what the old tables tell, a transaction for every `piece_rows` rows; `summary` is kept up to date.

    Stopped at any moment, what is merged stays. Importing again reads everything and changes nothing but what is new.
    Raises a WarehouseError.
    """
    _retry_odd(warehouse, listener_id)
    expected = tables.size()
    progress(0, expected)
    for name in tables.names:
        now = datetime.now(UTC)
        for piece in _pieces((parse_row(name, row, now=now) for row in tables.rows(name)), piece_rows):
            with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
                became = _merge(tx, listener_id, piece)
                odd = [row for row in piece if isinstance(row, OddRow)]
                keep_odd(tx, listener_id, odd, parser_version=PARSER_VERSION, now=datetime.now(UTC))
            summary.rows += len(piece)
            summary.plays += became
            summary.artists += sum(isinstance(row, LegacyArtist) for row in piece)
            summary.tracks += sum(isinstance(row, LegacyTrack) for row in piece)
            summary.odd.update(row.reason for row in odd)
            progress(summary.rows, max(expected, summary.rows))
    if summary.plays.forgotten:
        # Their artists are described all the same.
        remove_unreferenced(warehouse)


def _pieces(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    stream = iter(rows)
    while piece := list(islice(stream, size)):
        yield piece


def _merge(tx: Connection, listener_id: int, rows: Sequence[Row]) -> MergeOutcome:
    became = merge_legacy(tx, listener_id, [row for row in rows if isinstance(row, LegacyPlay)])
    describe_artists(tx, [row for row in rows if isinstance(row, LegacyArtist)])
    describe_tracks(tx, [row for row in rows if isinstance(row, LegacyTrack)])
    return became


def _retry_odd(warehouse: Transactions, listener_id: int) -> None:
    """Read again what an older parser could not: the tables it stood in may be gone."""
    now = datetime.now(UTC)
    with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
        understood: list[Row] = []
        for kept in odd_rows.odd_by_older_parser(tx, listener_id, PARSER_VERSION, source="legacy"):
            row = parse_kept(kept.payload_text, now=now)
            is_odd = isinstance(row, OddRow)
            odd_rows.note_retried(tx, listener_id, kept, PARSER_VERSION, is_odd=is_odd, source="legacy")
            understood.append(row)
        _merge(tx, listener_id, understood)
