"""Whole files: what is read of them, and that it is all of it."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import Damaged, HistoryError, Missing
from brapped_assets.history.json_stream import rows
from brapped_assets.history.model import HistoryPlay, OddRow, OtherRow, SpokenPlay
from brapped_assets.history.oversized_rows import LONGEST_ROW, Shortened
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.history.export_builders import (
    AUDIO,
    ID,
    account,
    document,
    extended,
    nameless,
    read,
    written,
    zipped,
)

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
    assert Counter(type(row) for row in found) == {HistoryPlay: 2000, OddRow: 2000, OtherRow: 1000, SpokenPlay: 2000}
    assert Counter(row.spoken_kind for row in found if isinstance(row, SpokenPlay)) == {
        "podcast": 1000,
        "audiobook": 1000,
    }


def test_rows_come_in_their_order(tmp_path: Path) -> None:
    rows = [extended(ms_played=number) for number in range(3000)]
    assert [row.ms_played for row in read(tmp_path, rows) if isinstance(row, HistoryPlay)] == list(range(3000))


@pytest.mark.parametrize("name", ["Streaming_History_Video_2018-2023.json", "endvideo_0.json"])
def test_a_video_file_has_no_music_whatever_its_rows_look_like(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, ROWS, name)
    assert Counter(type(row) for row in found) == {OddRow: 2, OtherRow: 1, SpokenPlay: 4}
    watched = [row for row in found if isinstance(row, SpokenPlay)]
    assert [(row.spoken_kind, row.title, row.show) for row in watched] == [
        ("video", "Rain", "Asha Rao"),
        ("video", "One", ""),
        ("video", "", "Salt"),
        ("video", "Rain", "Asha Rao"),
    ]
    # One that names a track says so; whether it is a play of it, account data tells.
    assert [row.uri for row in watched] == [f"spotify:track:{ID}", None, None, None]


def test_a_file_is_the_same_in_a_zip_and_beside_it(tmp_path: Path) -> None:
    beside = written(tmp_path, ROWS)
    (inside,) = find_histories(zipped(tmp_path / "x.zip", {f"a/b/{AUDIO}": document(ROWS)})).files
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


ODDITIES = {
    "deep in a field nobody reads": b'{"ts": "2025-04-28T21:04:35Z", "x": ' + b"[" * 800 + b"]" * 800 + b', "y": 1}',
    "deep": b"[" * 900 + b"]" * 900,
    "deeper than any stack": b"[" * 100_000 + b"]" * 100_000,
    "long": document({"ts": "2025-04-28T21:04:35Z", "x": "x" * 1_500_000, "y": 1}),
    "long with many fields": document({str(number): "\u00e9" * 20 for number in range(50_000)}),
    "long and deep": b'{"a":' * 300_000 + b"1" + b"}" * 300_000,
    "long and not to be stored": b'{"x": "' + b"\\ud800\\u0000\\ud83d" * 100_000 + b'"}',
    "a long text": b'"' + b"x\\u00e9\\\\" * 200_000 + b'"',
}


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("place", quick_of(1, [0, 1, 3000]))
def test_one_absurd_row_is_kept_aside_shortened_and_refuses_no_other(tmp_path: Path, oddity: str, place: int) -> None:
    row, good = ODDITIES[oddity], document(extended())
    content = b"[" + b",\n".join([*[good] * place, row, *[good] * (3000 - place)]) + b"]"
    found = read(tmp_path, content)
    odd = [found.pop(place)]
    assert found == read(tmp_path, [extended()] * 3000)
    assert [(type(each), getattr(each, "reason", "")[:15]) for each in odd] == [
        (OddRow, "the row is long" if "long" in oddity else "the row is nest")
    ]
    kept = odd[0].payload_text  # type: ignore[union-attr]  # an OddRow, as was just seen
    assert len(kept) < 20_000
    if kept.startswith('{"ts"'):
        # What stands beside the absurd is what a later parser, and whoever forgets, will ask for.
        assert json.loads(kept)["ts"] == "2025-04-28T21:04:35Z"
        assert json.loads(kept)["y"] == 1


@examples(60)
@given(
    value=st.recursive(
        st.none() | st.integers() | st.text('ab"\\{}[],é🎧', max_size=30),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab}{", max_size=4), inner, max_size=3),
        max_leaves=12,
    ),
    size=st.integers(1, 50),
    is_ascii=st.booleans(),
)
def test_a_long_row_ends_where_json_says_wherever_the_pieces_end(value: Any, size: int, is_ascii: bool) -> None:
    text = json.dumps([value, "x" * LONGEST_ROW], ensure_ascii=is_ascii)
    document_of_it = f"[{text}, 7]"
    pieces = [document_of_it[at : at + size] for at in range(0, 400, size)]
    pieces.append(document_of_it[size * len(pieces) :])
    first, last = rows(iter(pieces), "it")
    assert isinstance(first, Shortened)
    assert first.row == [value, "x" * 1000]
    assert last == 7


def test_a_row_that_is_only_wrong_is_no_absurd_row(tmp_path: Path) -> None:
    wrong = [b"{'a': 1}", b'{"a" 1}', b'{"a": 1, "b": [}', b'{"a": ' + b"x" * 300_000 + b"]", b"[" * 900]
    for row in wrong:
        with pytest.raises(Damaged, match=r"not valid JSON after row 1\.|ends in the middle, after row 1\."):
            read(tmp_path, b"[" + b",".join([document(extended()), row, *[document(extended())] * 1000]) + b"]")
