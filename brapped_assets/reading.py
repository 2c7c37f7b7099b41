"""The documents of an import, read ahead: Python parses what comes next while PostgreSQL merges what came before."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

from brapped_assets.history.errors import HistoryError
from brapped_assets.history.files import HistoryFile
from brapped_assets.history.pieces import archive_names, pieces_of
from brapped_assets.history.plays import Row
from brapped_assets.warehouse.imports import File

Item = TypeVar("Item")


@dataclass(frozen=True)
class Read:
    """Some rows of a document, its `number` among all; or the `error` for which it cannot be read."""

    number: int
    file: File | None = None
    rows: list[Row] = field(default_factory=list)
    is_last: bool = False
    error: HistoryError | None = None


def read_pieces(documents: Sequence[HistoryFile], finished: set[str], piece_rows: int) -> Generator[Read, None, None]:
    """Every document in pieces, the first of them without rows; of one that is `finished` (by hash) there is no other.

    Runs ahead of the merge, so it is here that a document is read whole before anything of it is merged.
    """
    archives = archive_names(documents)
    for number, document in enumerate(documents):
        try:
            file = File(
                document.content_hash(),
                document.kind,
                document.name,
                archives[document.archive],
                document.running_number,
            )
            if file.content_hash in finished:
                yield Read(number, file)
                continue
            pieces = pieces_of(document.read(), piece_rows)
            first, is_last = next(pieces)
            yield Read(number, file)
            if is_last:
                yield Read(number, file, first, is_last)
            else:
                # Most files are one piece, and so read whole by now. A longer one must be, too.
                for _ in pieces:
                    yield Read(number, file)
                for rows, is_last in pieces_of(document.read(), piece_rows):
                    yield Read(number, file, rows, is_last)
            finished.add(file.content_hash)
        except HistoryError as error:
            yield Read(number, error=error)


def file_of(read: Read) -> File:
    """The file that was read. Raises the HistoryError for which it was not."""
    if read.error is not None:
        raise read.error
    assert read.file is not None
    return read.file


def ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """The same items, each made in a thread of its own while the caller is still at the one before; none may be None.

    One is waiting at most, so memory does not grow. What making one raises is raised in its place. Closed early, it
    waits for the one that is being made, then closes `items`. A thread is enough: while PostgreSQL works the caller
    needs no processor, and from a process every row would have to be sent.
    """
    with closing(items), ThreadPoolExecutor(1, "reading ahead") as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
