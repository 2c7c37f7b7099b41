"""The items of a JSON array one at a time, in memory that does not grow with the file."""

import codecs
import json
import math
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from brapped_assets.history.errors import AGAIN, Damaged, explained

CHUNK_BYTES = 256 * 1024
# A real row has 650 characters. What is longer than this is not one, and waiting for its end would fill the memory.
LONGEST_ROW = 1024 * 1024
SPACE = re.compile(r"[ \t\n\r]*")
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
    text, at, before = next(pieces, ""), 0, 0
    opened = False
    while True:
        try:
            if opened:
                row, end = decode(text, at)
                found = delimiter(text, end)
                if found is not None:
                    # Measured: looking for an escape first costs 1% and saves a walk through nearly every row.
                    yield _storable(row) if text.find("\\u", at, end) >= 0 else row
                    at = found.end()
                    if found[1] == ",":
                        continue
                    break
                where = end
            else:
                at = where = _skip(text, at)
                if text.startswith("[", at):
                    opened = True
                    at = _skip(text, at + 1)
                    if text.startswith("]", at):
                        at += 1
                        break
                    if at < len(text):
                        continue
        except json.JSONDecodeError as error:
            where = error.pos
        except RecursionError as error:
            raise Damaged(name, f"it is nested deeper than any export. {AGAIN}") from error
        # What stands here is cut by the end of the piece, or wrong: more text tells.
        more = next(pieces, None) if len(text) - at <= LONGEST_ROW else None
        if more is None:
            if _skip(text, where) == len(text):
                raise Damaged(name, f"it ends in the middle. {AGAIN}")
            raise Damaged(name, f"it is not valid JSON from character {before + where + 1} on. {AGAIN}")
        before += at
        text = text[at:] + more
        at = _skip(text, 0) if opened else 0
    while _skip(text, at) == len(text):
        before, at, text = before + len(text), 0, next(pieces, "")
        if not text:
            return
    raise Damaged(name, f"something follows the list of plays at character {before + at + 1}. {AGAIN}")


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


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
