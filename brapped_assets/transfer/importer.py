"""Data exports into the warehouse: the one way in, for the command, the asset and the demo."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime

from brapped_assets.history.discovery import Found, Unusable
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.file_names import HISTORY_NAME, base_name
from brapped_assets.history.model import Kind
from brapped_assets.history.parsing import PARSER_VERSION
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.prefetch import (
    Read,
    See,
    file_of,
    prefetched,
    read_pieces,
    together,
    tuned_interpreter,
    unseen,
)
from brapped_assets.transfer.restore import restore
from brapped_assets.transfer.retried_rows import retry_odd
from brapped_assets.warehouse import import_ledger
from brapped_assets.warehouse.db.connections import Transactions
from brapped_assets.warehouse.db.database_errors import explained
from brapped_assets.warehouse.merge.play_merge import MergeOutcome
from brapped_assets.warehouse.merge.repeats import count_repeats

# Between two pieces a poll gets its turn, after seconds at most.
PIECE_ROWS = 50_000
# A poll's merge takes seconds; an import can wait for it.
LOCK_SECONDS = 60
# Measured on exports of both kinds; only the time left is estimated by it.
BYTES_PER_ROW: dict[Kind, int] = {"extended": 650, "account": 130}

Progress = Callable[[int, int], None]
"""Rows done so far, and how many there will be in all, as far as is known."""


def import_history(
    warehouse: Transactions,
    listener_id: int,
    found: Sequence[Found],
    summary: Summary,
    *,
    progress: Progress = lambda _done, _expected: None,
    piece_rows: int = PIECE_ROWS,
    see: See = unseen,
) -> None:
    """Merge every file that is not merged yet, up to `piece_rows` rows a transaction; `summary` is kept up to date.

    Stopped at any moment, what is merged stays, and the next import of the same files goes on from there. A file that
    cannot be read whole leaves nothing behind and stops no other. `see` is shown the plays of files that are not known
    whole, in another thread. Raises a WarehouseError.
    """
    for name, reason in (one for each in found for one in each.unusable):
        is_history = HISTORY_NAME.search(base_name(name))
        (summary.failed if is_history else summary.ignored).append(Unusable(name, reason))
    with warehouse.transaction() as tx:
        repeats = count_repeats(tx, listener_id)
    with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
        retry_odd(tx, listener_id, datetime.now(UTC))
    documents = [document for each in found for document in each.files]
    expected = [max(1, document.size // BYTES_PER_ROW[document.kind]) for document in documents]
    for archive in (archive for each in found for archive in each.archives):
        before = summary.rows
        try:
            became = restore(
                warehouse,
                listener_id,
                archive,
                progress=lambda done, more, before=before: progress(before + done, before + more),  # type: ignore[misc]
            )
        except HistoryError as error:
            summary.failed.append(Unusable(error.name, error.reason))
            continue
        summary.archives += 1
        summary.rows += sum(astuple(became))
        summary.plays += became
    with warehouse.transaction() as tx:
        merged = import_ledger.merged_before(tx, listener_id)
    progress(0, sum(expected))
    with (
        tuned_interpreter(),
        closing(prefetched(together(read_pieces(documents, merged, piece_rows, see)))) as pieces,
    ):
        rows_of: Counter[int] = Counter()
        for reads in pieces:
            _import_together(warehouse, listener_id, reads, summary)
            for read in reads:
                rows_of[read.number] += read.rows
            if any(read.rows or read.piece for read in reads):
                number = reads[-1].number
                left = max(0, expected[number] - rows_of[number])
                progress(summary.rows, summary.rows + left + sum(expected[number + 1 :]))
    with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
        import_ledger.flush(tx, listener_id, datetime.now(UTC))
        summary.repeats = max(0, count_repeats(tx, listener_id) - repeats)
    progress(summary.rows, summary.rows)


def _import_together(warehouse: Transactions, listener_id: int, reads: Sequence[Read], summary: Summary) -> None:
    """Merge what was read of some files in one transaction. Files before one that the database does not take stay."""
    now = datetime.now(UTC)
    pieces = [(file_of(read), read.piece) for read in reads if read.piece is not None]
    became: list[import_ledger.Merged] = []
    failure = None
    if pieces:
        with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
            became, failure = import_ledger.merge_pieces(
                tx, listener_id, pieces, parser_version=PARSER_VERSION, now=now
            )
    of_pieces = iter(became)
    for read in reads:
        if read.error is not None:
            summary.failed.append(Unusable(read.error.name, read.error.reason))
        elif read.is_known:
            _count_known(warehouse, listener_id, file_of(read), summary, now)
        elif read.rows or read.piece is not None:
            merged = next(of_pieces, None) if read.piece is not None else import_ledger.Merged()
            if merged is None:
                break
            is_last = read.piece is not None and read.piece.is_last
            summary.files += is_last
            summary.files_known += is_last and read.is_again
            summary.files_read_again += is_last and read.is_again
            summary.is_within_file = not is_last
            summary.rows += read.rows
            summary.plays += MergeOutcome(known=read.merged - read.forgotten, forgotten=read.forgotten)
            summary.plays += merged.plays
            summary.spoken += merged.spoken
            summary.other.update(read.other)
            summary.odd.update(read.odd)
    if failure is not None:
        with explained():
            raise failure


def _count_known(
    warehouse: Transactions, listener_id: int, file: import_ledger.File, summary: Summary, now: datetime
) -> None:
    """Count a file that is merged whole by what is kept of it."""
    with warehouse.transaction() as tx:
        known = import_ledger.find_file(tx, listener_id, file.content_hash)
        if known is not None:
            import_ledger.note_met(tx, listener_id, file, now)
    if known is None or not known.is_finished:
        return
    summary.files += 1
    summary.files_known += 1
    summary.rows += known.rows_read
    summary.plays += MergeOutcome(known=known.plays, forgotten=known.forgotten)
    summary.other.update(known.other)
    summary.odd.update(known.odd)
