"""Documents of an import, read ahead of their merge."""

import gc
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from threading import current_thread
from threading import enumerate as threads

import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import Damaged
from brapped_assets.history.model import HistoryPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets.transfer.prefetch import Read, file_of, prefetched, read_pieces, tuned_interpreter
from brapped_assets.warehouse.import_ledger import MergedBefore
from brapped_assets.warehouse.merge.encoding import COPY_HEADER, COPY_TRAILER, PLAY, Occurrences, encode
from brapped_assets_tests.history.export_builders import document, extended


def reads(folder: Path, *, merged: dict[str, MergedBefore] | None = None, piece_rows: int = 2) -> list[Read]:
    return list(read_pieces(find_histories(folder).files, merged or {}, piece_rows))


def told(read: Read) -> tuple[int, int, bool, bool]:
    return read.number, read.rows, read.piece is not None and read.piece.is_last, read.error is None


def test_a_document_comes_in_pieces_once_it_was_read_whole(tmp_path: Path) -> None:
    (tmp_path / "endsong_0.json").write_bytes(document([extended()] * 5))
    (tmp_path / "endsong_1.json").write_bytes(document([extended(ms_played=1)] * 5)[:-1])
    (tmp_path / "endsong_2.json").write_bytes(document([extended(ms_played=2)]))
    found = reads(tmp_path)
    assert [told(read) for read in found if read.rows or read.error] == [
        (0, 2, False, True),
        (0, 2, False, True),
        (0, 1, True, True),
        (1, 0, False, False),
        (2, 1, True, True),
    ]
    with pytest.raises(Damaged, match="ends in the middle"):
        [file_of(read) for read in found]


def test_a_file_of_one_piece_is_read_before_it_is_told_of(tmp_path: Path) -> None:
    """So it is read while the one before it is merged, and not while everybody waits for it."""
    (tmp_path / "endsong_0.json").write_bytes(document([extended()])[:-1])
    assert [told(read) for read in reads(tmp_path)] == [(0, 0, False, False)]


def test_what_is_merged_whole_is_not_read_again_nor_is_the_same_file_twice(tmp_path: Path) -> None:
    (tmp_path / "endsong_0.json").write_bytes(document([extended()]))
    (tmp_path / "endsong_1.json").write_bytes(document([extended()]))
    first, *_ = found = reads(tmp_path)
    assert [told(read) for read in found] == [(0, 0, False, True), (0, 1, True, True), (1, 0, False, True)]
    again = reads(tmp_path, merged={file_of(first).content_hash: MergedBefore(1, is_whole=True, is_current=True)})
    assert [told(read) for read in again] == [(0, 0, False, True), (1, 0, False, True)]


def counted(made: list[int], *, until: int = 5) -> Generator[int, None, None]:
    try:
        for number in range(1, until):
            made.append(number)
            yield number
    finally:
        made.append(0)


def test_the_next_one_is_made_elsewhere_while_the_caller_is_busy_and_no_more_than_one() -> None:
    made: list[int] = []
    names: set[str] = set()

    def items() -> Generator[int, None, None]:
        for number in counted(made):
            names.add(current_thread().name)
            yield number

    numbers = prefetched(items())
    assert next(numbers) == 1
    until = time.monotonic() + 60
    while made != [1, 2] and time.monotonic() < until:
        time.sleep(0.001)
    assert made == [1, 2]
    assert list(numbers) == [2, 3, 4]
    assert made == [1, 2, 3, 4, 0]
    assert {name.rpartition("_")[0] for name in names} == {"reading ahead"}


def test_left_early_nothing_is_left_running() -> None:
    made: list[int] = []
    numbers = prefetched(counted(made))
    assert next(numbers) == 1
    numbers.close()
    assert made == [1, 2, 0]
    assert not [thread for thread in threads() if thread.name.startswith("reading ahead")]


def test_what_goes_wrong_in_reading_goes_wrong_where_it_is_wanted() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise ValueError("the second")

    numbers = prefetched(items())
    assert next(numbers) == 1
    with pytest.raises(ValueError, match="the second"):
        next(numbers)


def test_what_a_part_was_merged_of_is_counted_and_the_rest_is_the_piece(tmp_path: Path) -> None:
    told = [extended(ms_played=60_000)] * 5
    (tmp_path / "endsong_0.json").write_bytes(document(told))
    first, *_ = reads(tmp_path)
    found = reads(tmp_path, merged={file_of(first).content_hash: MergedBefore(3)})
    pieces = [(read.rows, read.merged, read.piece) for read in found if read.rows]
    assert [(rows, merged, piece and piece.rows_read) for rows, merged, piece in pieces] == [
        (2, 2, None),
        (2, 1, 4),
        (1, 0, 5),
    ]
    # Which of its kind a play is, is counted from the file's first row on.
    whole = encode([parsed(row) for row in told], Occurrences())
    parts = [piece.plays["extended"].rows for _, _, piece in pieces if piece]
    assert b"".join(part[len(COPY_HEADER) : -len(COPY_TRAILER)] for part in parts) == tail(whole.rows, 2)


def parsed(row: object) -> HistoryPlay:
    play = parse_row(row, now=datetime.now(UTC))
    assert isinstance(play, HistoryPlay)
    return play


def tail(rows: bytes, count: int) -> bytes:
    """The last rows of an encoded piece."""
    size = len(PLAY(6, 8, 0, 4, 0, 4, 0, 4, 0, 4, 0, -1))
    return rows[-count * size - len(COPY_TRAILER) : -len(COPY_TRAILER)]


def test_reading_ahead_leaves_the_interpreter_as_it_was() -> None:
    before = gc.get_threshold(), sys.getswitchinterval()
    with tuned_interpreter():
        assert (gc.get_threshold()[0] > before[0][0], sys.getswitchinterval() < before[1]) == (True, True)
    assert (gc.get_threshold(), sys.getswitchinterval()) == before


def test_of_two_imports_at_once_the_last_to_end_leaves_the_interpreter_as_it_was() -> None:
    before = gc.get_threshold(), sys.getswitchinterval()
    one, other = tuned_interpreter(), tuned_interpreter()
    one.__enter__()
    during = gc.get_threshold(), sys.getswitchinterval()
    other.__enter__()
    one.__exit__(None, None, None)
    assert (gc.get_threshold(), sys.getswitchinterval()) == during != before
    other.__exit__(None, None, None)
    assert (gc.get_threshold(), sys.getswitchinterval()) == before
