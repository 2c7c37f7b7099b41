"""The items of a JSON array one at a time, in memory that does not grow with the file."""

import codecs
import json
import math
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, BinaryIO, TypeVar

from pydantic_core import from_json

from brapped_assets.history.archive_limits import CHUNK_BYTES
from brapped_assets.history.errors import AGAIN, Damaged
from brapped_assets.history.oversized_rows import DECODER, DEEPEST_ROW, LONGEST_ROW, skip
from brapped_assets.text.translation import N_

Item = TypeVar("Item")
SPACE = " \t\n\r"  # what JSON calls space
DELIMITER = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
# PostgreSQL stores neither; both can only come from escapes, as UTF-8 has no lone surrogates and JSON no bare NUL.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What pandas makes of null on the way through it. It is no JSON, and names nothing.
NOT_A_NUMBER = "NaN"
NOTHING, ABSURD = object(), object()


def texts(stream: BinaryIO, name: str) -> Iterator[str]:
    """The stream's characters in pieces: UTF-8 with or without a mark, or UTF-16 with one.

    Raises:
        Damaged: another encoding.
        HistoryError: what the stream of a member raises.
    """
    other = N_("it is not saved as UTF-8, so another program has changed it.")
    chunk = stream.read(CHUNK_BYTES)
    marked = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and b"\x00" in chunk[:4]:
        raise Damaged(name, other, AGAIN)
    decoder = codecs.getincrementaldecoder("utf-16" if marked else "utf-8-sig")()
    while True:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Damaged(name, other, AGAIN) from error
        if text:
            yield text
        if not chunk:
            return
        chunk = stream.read(CHUNK_BYTES)


def rows(pieces: Iterator[str], name: str) -> Iterator[Any]:
    """Every item of the one JSON array that the pieces make up, in order; of duplicate keys the last one counts.

    One that is longer or deeper than any real row is a Shortened. What was yielded before an error belongs to a file
    that cannot be read whole: the caller takes it back.

    Raises:
        Damaged: a mistake in the JSON, an end before the array's end, or anything but space after it.
    """
    return chain.from_iterable(batch for batch, _ in batches(pieces, name, as_it_is, decode_all))


def as_it_is(row: Any) -> Any:
    return row


def batches(
    pieces: Iterator[str], name: str, one: Callable[[Any], Item], whole: Callable[[str], list[Item] | None]
) -> Iterator[tuple[list[Item], int]]:
    """The same, as many at once as are whole in a piece, with their characters. Raises Damaged as `rows` does.

    What is given out is what `one` makes of a row, and `whole` of the text of several (see `decode_all`).
    """
    text, at, count, skipped = _opened(pieces, name), 1, 0, 0
    going_on = text[at] != "]"
    at += not going_on
    is_new, is_after_row, last = True, False, 0
    while going_on:
        if is_new and not is_after_row:
            is_new = False
            last = text.rfind("}") + 1
            found = whole(text[at:last]) if at < last <= at + LONGEST_ROW else None
            if found is not None:
                yield found, last - at
                count += len(found)
                at, is_after_row = last, True
        # An object that the piece cuts need not be tried: finding out costs as much as reading twenty.
        is_cut = at >= last and text.startswith("{", at)
        row, end = (NOTHING, at) if is_after_row else (NOTHING, None) if is_cut else _decode_one(text, at)
        delimiter = None if end is None else DELIMITER.match(text, end)
        if delimiter is not None:
            if row is not NOTHING:
                yield [one(row)], delimiter.end() - at
                count += 1
            at, is_after_row, going_on = delimiter.end(), False, delimiter[1] == ","
            continue
        is_long = len(text) - at > LONGEST_ROW
        if (row is ABSURD or (is_long and not is_after_row)) and text.startswith(('"', "{", "["), at):
            past = skip(text, at, pieces, name, count, skipped=skipped)
            skipped += past.characters
            yield [one(past.shortened._replace(row=_storable(past.shortened.row)))], past.characters
            text, at, count, is_after_row, is_new = past.text[past.at :], 0, count + 1, True, True
            continue
        # What stands here is cut by the end of the piece, or wrong: more text tells.
        more = next(pieces, None) if not is_long else ""
        if more is None and not text.rstrip(SPACE).endswith("]"):
            raise Damaged(name, N_("it ends in the middle, after row %(row)s."), AGAIN, row=count)
        if not more:
            raise Damaged(name, N_("it is not valid JSON after row %(row)s."), AGAIN, row=count)
        text, at, is_new = (text[at:] + more).lstrip(SPACE), 0, True
    if any(piece.strip(SPACE) for piece in chain([text[at:]], pieces)):
        raise Damaged(name, N_("something follows the list of plays after row %(row)s."), AGAIN, row=count)


def _opened(pieces: Iterator[str], name: str) -> str:
    """The text from the array's bracket on, with the next character that is no space right behind it."""
    text = ""
    while not text[1:]:
        more = next(pieces, None)
        if more is None:
            raise Damaged(name, N_("it ends before the first row."), AGAIN)
        text = (text + more).lstrip(SPACE)
        if text and text[0] != "[":
            raise Damaged(name, N_("it is not a list of plays."), AGAIN)
        text = text[:1] + text[1:].lstrip(SPACE)
    return text


def decode_all(text: str) -> list[Any] | None:
    """Rows separated by commas, all at once; None when they are not quite that, wherever the mistake is.

    Measured: 1.7 us a row against 3.3 one by one. It cannot be wrong about where the last row ends: a text cut inside
    a string or an object is never valid between brackets.
    """
    try:
        found: list[Any] = from_json(f"[{text}]", cache_strings="keys")
    except ValueError:
        return None
    return [_storable(row) for row in found] if may_hold_nul(text) or NOT_A_NUMBER in text else found


def may_hold_nul(text: str) -> bool:
    """Measured, the one character first is a tenth of the cost."""
    return "\\" in text and "\\u0000" in text


def _decode_one(text: str, at: int) -> tuple[Any, int | None]:
    """The row at a place and the place behind it; None for the latter when no real row can be read there."""
    try:
        row, end = DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        return NOTHING, None
    except RecursionError:
        return ABSURD, None
    if end - at > LONGEST_ROW:
        return ABSURD, None
    if text.count("[", at, end) + text.count("{", at, end) > DEEPEST_ROW and _is_deeper(row, DEEPEST_ROW):
        return ABSURD, None
    is_storable = text.find("\\u", at, end) < 0 and text.find(NOT_A_NUMBER, at, end) < 0
    return (row if is_storable else _storable(row)), end


def _is_deeper(row: Any, most: int) -> bool:
    level = [row]
    for _ in range(most):
        inner = (inside for outer in level for inside in (outer.values() if isinstance(outer, dict) else outer))
        level = [one for one in inner if isinstance(one, dict | list)]
    return bool(level)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
