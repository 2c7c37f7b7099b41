"""The documents of an import, read ahead: parsed and encoded while PostgreSQL merges what came before."""

import gc
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TypeVar

from brapped_assets.history.chunks import PIECE_BYTES, archive_names, by_kind, pieces_of, spoken_by_kind
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.history_file import HistoryFile
from brapped_assets.history.model import HistoryPlay, Kind, OddRow, OtherRow, Row, SpokenPlay
from brapped_assets.warehouse.import_ledger import File, MergedBefore, Piece
from brapped_assets.warehouse.merge.encoding import Names, Occurrences, encode, encode_spoken, spoken_occurrences

Item = TypeVar("Item")
See = Callable[[Sequence[HistoryPlay]], None]
# What each import under way found the interpreter's settings to be, the first as they were: they are the process's.
_before: list[tuple[tuple[int, int, int], float]] = []
_changing = Lock()


def unseen(_plays: Sequence[HistoryPlay]) -> None:
    """Shown plays, does nothing."""


@dataclass(frozen=True)
class Read:
    """Some `rows` of a document, its `number` among all; or the `error` for which it cannot be read.

    The first of a document, and those while a long one is read for its mistakes, have none. A document that `is_known`
    is merged whole and has no other; one that `is_again` is merged whole, too, and read for what is spoken. `merged`
    plays among the rows belong to what an earlier import merged, or (`forgotten`, told with the last ones) passed over;
    the others are the `piece` to merge, if there are any, in one transaction with what came before if it `is_joined`.
    """

    number: int
    file: File | None = None
    is_joined: bool = False
    is_known: bool = False
    is_again: bool = False
    rows: int = 0
    merged: int = 0
    forgotten: int = 0
    other: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    piece: Piece | None = None
    error: HistoryError | None = None


def read_pieces(
    documents: Sequence[HistoryFile],
    merged: dict[str, MergedBefore],
    piece_rows: int,
    see: See = unseen,
) -> Generator[Read, None, None]:
    """Every document in pieces, the first of them without rows; of one that is merged whole there is no other.

    `merged` is what earlier imports did, by content hash, and what this one reads is added to it. Runs ahead of the
    merge, so it is here that a document is read whole before anything of it is merged. `see` is shown every play of
    those that are not merged whole.
    """
    archives = archive_names(documents)
    names, fullness = Names(), 1.0
    for number, document in enumerate(documents):
        try:
            file = File(
                document.content_hash(),
                document.kind,
                document.name,
                archives[document.archive],
                document.running_number,
                document.username(),
            )
            before = merged.get(file.content_hash, MergedBefore())
            if before.is_whole and before.is_current:
                fullness = 1.0
                yield Read(number, file, is_known=True)
                continue
            pieces = pieces_of(document.batches(), piece_rows)
            first = next(pieces)
            if first[1]:
                # Small ones are merged together: the same tracks come in each, and are looked for once.
                share = max(len(first[0]) / piece_rows, document.size / PIECE_BYTES)
                is_joined = fullness + share <= 1
                names, fullness = (names, fullness + share) if is_joined else (Names(), share)
                # Most files are one piece, and so read whole by now: made before its file is told of, or it would be
                # made while everybody waits for it.
                (only,) = _encoded(Read(number, file, is_joined=True), iter([first]), before, see, names)
                yield Read(number, file, is_joined)
                yield only
            else:
                fullness = 1.0
                yield Read(number, file)
                # A longer one must be read whole, too, before anything of it is merged.
                for _ in pieces:
                    yield Read(number, file)
                yield from _encoded(Read(number, file), pieces_of(document.batches(), piece_rows), before, see)
            merged[file.content_hash] = MergedBefore(is_whole=True, is_current=True)
        except HistoryError as error:
            fullness = 1.0
            yield Read(number, error=error)


def together(reads: Iterator[Read]) -> Generator[list[Read], None, None]:
    """The same, those at once that are merged in one transaction."""
    held: list[Read] = []
    for read in reads:
        if held and not read.is_joined:
            yield held
            held = []
        held.append(read)
    if held:
        yield held


def _encoded(
    read: Read,
    pieces: Iterator[tuple[list[Row], bool]],
    before: MergedBefore,
    see: See,
    names: Names | None = None,
) -> Iterator[Read]:
    """The pieces of one file, each with what it has that is not merged; repeats are counted from its first row on."""
    if before.is_whole:
        # Their plays are known.
        see = unseen
    rows_read = 0
    occurrences: dict[Kind, Occurrences] = defaultdict(Occurrences)
    # What is spoken is told anew by every reader of a file, so its first row counts, too.
    spoken_so_far: dict[Kind, Occurrences] = defaultdict(spoken_occurrences)
    other_so_far: Counter[str] = Counter()
    odd_so_far: Counter[str] = Counter()
    for rows, is_last in pieces:
        place = int(max(0, min(len(rows), before.rows - rows_read)))
        merged, fresh = by_kind(rows[:place]), rows[place:]
        rows_read += len(rows)
        for kind, plays in merged.items():
            occurrences[kind].skip(plays)
            see(plays)
        encoded = {}
        named = Names() if names is None else names
        for kind, plays in by_kind(fresh).items():
            encoded[kind] = encode(plays, occurrences[kind], named)
            see(plays)
        spoken = {kind: encode_spoken(of, spoken_so_far[kind]) for kind, of in spoken_by_kind(rows).items()}
        other: Counter[str] = Counter(row.kind for row in rows if isinstance(row, OtherRow))
        other.update(row.spoken_kind for row in rows if isinstance(row, SpokenPlay))
        odd = Counter(row.reason for row in rows if isinstance(row, OddRow))
        other_so_far += other
        odd_so_far += odd
        odd_rows = [row for row in fresh if isinstance(row, OddRow)]
        counted = (*occurrences.values(), *spoken_so_far.values())
        told = b"".join(each.hashes() for each in counted) if odd_so_far else None
        piece = Piece(rows_read, is_last, encoded, odd_rows, Counter(other_so_far), Counter(odd_so_far), told, spoken)
        yield replace(
            read,
            rows=len(rows),
            is_again=before.is_whole,
            merged=sum(map(len, merged.values())),
            forgotten=before.forgotten if is_last else 0,
            other=other,
            odd=odd,
            piece=piece if fresh or spoken or is_last else None,
        )


def file_of(read: Read) -> File:
    """The file that was read. Raises the HistoryError for which it was not."""
    if read.error is not None:
        raise read.error
    assert read.file is not None
    return read.file


@contextmanager
def tuned_interpreter() -> Iterator[None]:
    """What Python does while rows are read ahead, for both threads to get on; as before afterwards.

    Rows come by the hundred thousand and none refers back: looking for garbage among them was a third of reading. And
    an answer of the database waited for the reading thread to let go, 5 ms for each of 25 statements a piece: a tenth
    of the import (both measured). Of imports at once the first changes it, and the last brings it back.
    """
    with _changing:
        _before.append((gc.get_threshold(), sys.getswitchinterval()))
        gc.set_threshold(100_000, *gc.get_threshold()[1:])
        sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        with _changing:
            threshold, interval = _before[0]
            _before.pop()
            if not _before:
                gc.set_threshold(*threshold)
                sys.setswitchinterval(interval)


def prefetched(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
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
