"""Whole files: what is read of them, and that it is all of it."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from brapped_assets.history.errors import Damaged, HistoryError, Missing
from brapped_assets.history.finding import find
from brapped_assets.history.plays import HistoryPlay, OddRow, OtherRow

from .exports import AUDIO, account, document, extended, nameless, read, written, zipped

ROWS = [
    extended(),
    extended(ts="?"),
    nameless(),
    nameless(episode_name="One"),
    nameless(audiobook_title="Salt"),
    account(),
    5,
]


def test_every_row_is_a_play_odd_or_of_another_kind(tmp_path: Path) -> None:
    found = read(tmp_path, ROWS * 1000)
    assert len(found) == 7000
    assert Counter(type(row) for row in found) == {HistoryPlay: 2000, OddRow: 2000, OtherRow: 3000}
    assert Counter(row.kind for row in found if isinstance(row, OtherRow)) == {
        "unknown": 1000,
        "podcast": 1000,
        "audiobook": 1000,
    }


def test_rows_come_in_their_order(tmp_path: Path) -> None:
    rows = [extended(ms_played=number) for number in range(3000)]
    assert [row.ms_played for row in read(tmp_path, rows) if isinstance(row, HistoryPlay)] == list(range(3000))


@pytest.mark.parametrize("name", ["Streaming_History_Video_2018-2023.json", "endvideo_0.json"])
def test_a_video_file_has_no_music_whatever_its_rows_look_like(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, ROWS, name)
    assert [row for row in found if not isinstance(row, OddRow)] == [OtherRow("video")] * 5
    assert len(found) == 7


def test_a_file_is_the_same_in_a_zip_and_beside_it(tmp_path: Path) -> None:
    beside = written(tmp_path, ROWS)
    (inside,) = find(zipped(tmp_path / "x.zip", {f"a/b/{AUDIO}": document(ROWS)})).files
    assert list(inside.read()) == list(beside.read())
    assert inside.content_hash() == beside.content_hash() == hashlib.sha256(document(ROWS)).hexdigest()
    assert inside.size == beside.size == len(document(ROWS))


def test_a_file_can_be_read_twice_and_left_in_the_middle(tmp_path: Path) -> None:
    file = written(tmp_path, [extended()] * 5000)
    first = next(file.read())
    assert list(file.read()) == [first] * 5000


def test_a_file_that_went_away_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, ROWS)
    (tmp_path / AUDIO).unlink()
    with pytest.raises(Missing):
        list(file.read())
    with pytest.raises(HistoryError):
        file.content_hash()


def test_a_mistake_in_the_callers_loop_is_not_taken_for_damage(tmp_path: Path) -> None:
    def consume() -> None:
        for _ in written(tmp_path, ROWS).read():
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        consume()


def test_a_row_nested_beyond_reason_is_no_traceback(tmp_path: Path) -> None:
    file = written(tmp_path, b"[" + b"[" * 900 + b"]" * 900 + b"]")
    with pytest.raises(Damaged, match="nested deeper"):
        list(file.read())
