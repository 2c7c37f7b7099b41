"""The items of a JSON array one at a time, in memory that does not grow with the file."""

import codecs
import json
import math
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from brapped_assets.history.errors import AGAIN, Damaged, explained

CHUNK_BYTES = 256 * 1024
# A real row has 650 characters. What is longer than this is not one, and waiting for its end would fill the memory.
LONGEST_ROW = 1024 * 1024
SPACE = " \t\n\r"  # what JSON calls space
DELIMITER = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
# PostgreSQL stores neither; both can only come from escapes, as UTF-8 has no lone surrogates and JSON no bare NUL.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def texts(stream: BinaryIO, name: str) -> Iterator[str]:
    """The stream's characters in pieces: UTF-8 with or without a mark, or UTF-16 with one.

    Raises:
        Damaged: another encoding, or a zip whose bytes are wrong.
        Forbidden: the disk does not give them.
    """
    other = f"it is not saved as UTF-8, so another program has changed it. {AGAIN}"
    with explained(name):
        chunk = stream.read(CHUNK_BYTES)
    marked = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and b"\x00" in chunk[:4]:
        raise Damaged(name, other)
    decoder = codecs.getincrementaldecoder("utf-16" if marked else "utf-8-sig")()
    while True:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Damaged(name, other) from error
        if text:
            yield text
        if not chunk:
            return
        with explained(name):
            chunk = stream.read(CHUNK_BYTES)


def rows(pieces: Iterator[str], name: str) -> Iterator[Any]:
    """Every item of the one JSON array that the pieces make up, in order; of duplicate keys the last one counts.

    What was yielded before an error belongs to a file that cannot be read whole: the caller takes it back.

    Raises:
        Damaged: a mistake in the JSON, an end before the array's end, or anything but space after it.
    """
    decode = json.JSONDecoder(parse_int=_whole, parse_float=_finite, parse_constant=str).raw_decode
    delimiter = DELIMITER.match
    text, at, count = _opened(pieces, name), 1, 0
    going_on = not text.startswith("]", 1)
    at = at if going_on else 2
    while going_on:
        try:
            row, end = decode(text, at)
        except json.JSONDecodeError:
            found = None
        except RecursionError as error:
            raise Damaged(name, f"it is nested deeper than any export. {AGAIN}") from error
        else:
            found = delimiter(text, end)
        if found is None:
            # What stands here is cut by the end of the piece, or wrong: more text tells.
            more = next(pieces, None) if len(text) - at <= LONGEST_ROW else ""
            if more is None and not text.rstrip(SPACE).endswith("]"):
                raise Damaged(name, f"it ends in the middle, after row {count}. {AGAIN}")
            if not more:
                raise Damaged(name, f"it is not valid JSON after row {count}. {AGAIN}")
            text, at = (text[at:] + more).lstrip(SPACE), 0
            continue
        # Measured: looking for an escape first costs 1% and saves a walk through nearly every row.
        yield _storable(row) if text.find("\\u", at, end) >= 0 else row
        count += 1
        at = found.end()
        going_on = found[1] == ","
    if any(piece.strip(SPACE) for piece in chain([text[at:]], pieces)):
        raise Damaged(name, f"something follows the list of plays after row {count}. {AGAIN}")


def _opened(pieces: Iterator[str], name: str) -> str:
    """The text from the array's bracket on, with the next character that is no space right behind it."""
    text = ""
    while len(text) < 2:
        more = next(pieces, None)
        if more is None:
            raise Damaged(name, f"it ends before the first row. {AGAIN}")
        text = (text + more).lstrip(SPACE)
        if text and text[0] != "[":
            raise Damaged(name, f"it is not a list of plays. {AGAIN}")
        text = text[:1] + text[1:].lstrip(SPACE)
    return text


def _whole(digits: str) -> int | str:
    """A whole number; as a text where it exceeds 64 bits, because Python refuses to read very long ones."""
    return int(digits) if len(digits) < 19 else digits


def _finite(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
