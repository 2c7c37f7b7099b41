import codecs
import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.errors import Damaged
from brapped_assets.history.json_stream import rows, texts
from brapped_assets.history.oversized_rows import LONGEST_ROW, MOST_SKIPPED
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import document, extended


def read(content: bytes) -> list[Any]:
    return list(rows(texts(io.BytesIO(content), "it"), "it"))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("ab}]{[,:\\\"'é🎧 \n", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab}{", max_size=4), inner, max_size=3),
    max_leaves=6,
)


@examples(200)
@given(
    items=st.lists(VALUES, max_size=12),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 0, 2]),
    size=st.integers(1, 40),
)
def test_wherever_the_pieces_end_the_rows_are_those_of_the_document(
    items: list[Any], ascii_only: bool, indent: int | None, size: int
) -> None:
    text = f" {json.dumps(items, ensure_ascii=ascii_only, indent=indent)}\n"
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert list(rows(pieces, "it")) == items


@pytest.mark.parametrize("size", [7, 10_000])
def test_what_is_not_a_number_is_null_wherever_it_stands(size: int) -> None:
    nan = float("nan")
    text = json.dumps([{"a": nan, "b": "NaN", "c": [nan, {"d": nan}]}, nan, "NaN", 1.5])
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert list(rows(pieces, "it")) == [{"a": None, "b": "NaN", "c": [None, {"d": None}]}, None, "NaN", 1.5]


@examples(200)
@given(items=st.lists(VALUES, min_size=1, max_size=6), data=st.data(), size=st.integers(1, 40))
def test_a_changed_document_gives_what_json_gives_or_is_damaged(
    items: list[Any], data: st.DataObject, size: int
) -> None:
    # Written out, because half of an escaped pair is a character that cannot be kept: a test of its own, below.
    text = json.dumps(items, ensure_ascii=False)
    at = data.draw(st.integers(0, len(text) - 1))
    text = text[:at] + data.draw(st.text('[]{},:" 01a\\', max_size=2)) + text[at + data.draw(st.integers(0, 2)) :]
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    if isinstance(expected, list):
        assert list(rows(pieces, "it")) == expected
    else:
        with pytest.raises(Damaged):
            list(rows(pieces, "it"))


@pytest.mark.parametrize(
    "content",
    [
        document([extended()]),
        codecs.BOM_UTF8 + document([extended()]),
        json.dumps([extended()]).encode("utf-16"),
        codecs.BOM_UTF16_BE + json.dumps([extended()]).encode("utf-16-be"),
        json.dumps([extended()], indent=4).replace("\n", "\r\n").encode(),
    ],
)
def test_utf_8_and_marked_utf_16_are_read(content: bytes) -> None:
    assert read(content) == [extended()]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([extended()]).encode("utf-16-le"),
        json.dumps([extended()]).encode("utf-32"),
        json.dumps([extended(platform="é")], ensure_ascii=False).encode("latin-1"),
        document([extended(platform="é")])[:-20].replace("é".encode(), "é".encode()[:1]),
    ],
)
def test_another_encoding_is_damage_in_words(content: bytes) -> None:
    with pytest.raises(Damaged, match=r"UTF-8|not a list"):
        read(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "before the first row"),
        (b"  [", "before the first row"),
        (b'{"a": 1}', "not a list of plays"),
        (b"[{}", "ends in the middle, after row 1"),
        (b'[{}, {"a": "b', "ends in the middle, after row 1"),
        (b"[{}, 12", "ends in the middle, after row 1"),
        (b"[{},]", "not valid JSON after row 1"),
        (b"[{} {}]", "not valid JSON after row 0"),
        (b"[{}, {'a': 1}]", "not valid JSON after row 1"),
        (b"[{}][{}]", "follows the list of plays after row 1"),
        (b"[{}]\n\n<html>", "follows the list of plays after row 1"),
        (b"[" + b"[" * 100_000, "ends in the middle, after row 0"),
        (b"[" + b"1" * (LONGEST_ROW + 200_000) + b"]", "not valid JSON after row 0"),
        (b'["' + b"x" * (MOST_SKIPPED + 200_000) + b'"]', "longer than any real one, up to row 0"),
    ],
)
def test_damage_says_after_which_row(content: bytes, words: str) -> None:
    with pytest.raises(Damaged, match=words):
        read(content)


def test_numbers_beyond_reason_and_characters_beyond_postgresql_are_read_as_well_as_possible() -> None:
    digits = "1" * 5000
    assert read(f'[{digits}, 1e999, {{"a": "\\u0000b\\ud800"}}]'.encode()) == [digits, float("inf"), {"a": "�b�"}]
    assert read(b'[{"a\\u0000": ["\\u0000"]}]') == [{"a�": ["�"]}]


def test_of_duplicate_keys_the_last_one_counts() -> None:
    assert read(b'[{"a": 1, "a": 2}, {"a": 1, "a": "\\ud800"}]') == [{"a": 2}, {"a": "�"}]


class Endless(io.RawIOBase):
    """A file of so many rows that is never in memory as a whole."""

    def __init__(self, count: int) -> None:
        self._left, self._buffer, self._row = count, b"[", document(extended())

    def read(self, size: int = -1) -> bytes:
        while len(self._buffer) < size and self._left:
            self._left -= 1
            self._buffer += self._row + (b"," if self._left else b"]")
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        found: Iterator[Any] = rows(texts(Endless(count), "it"), "it")  # type: ignore[arg-type]  # all that is asked of a stream
        assert sum(1 for _ in found) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(500)
    assert peak(8000) < 1.3 * peak(1000)
