"""Rows that are longer or deeper than any real one: read past, and kept as far as there is room."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from brapped_assets.history.errors import AGAIN, Damaged
from brapped_assets.text.translation import N_

# Characters. A real row has 650; what is longer is kept aside, shortened.
LONGEST_ROW = 256 * 1024
# Lists and objects in one another in a row, which is as deep as the fast parser goes. A real row has one.
DEEPEST_ROW = 200
# Characters of one document in rows beyond these two, which take ten times as long to read.
MOST_SKIPPED = 64 * 1024**2
# Of such a row so many characters are kept, and of a text in it so many.
KEPT, KEPT_OF_TEXT, KEPT_DEPTH = 16 * 1024, 1000, 20
MOST_DIGITS = 4300
BRACKETS = {"}": "{", "]": "["}
OUTSIDE, INSIDE = re.compile(r'["{}\[\]]'), re.compile(r'["\\]')
HALF_AN_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
END_OF_TEXT = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
TOKEN = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|([{}\[\],:])|([^\s"{}\[\],:]+)', re.DOTALL)


class Shortened(NamedTuple):
    """A row of which `row` is what was kept, and why it is not a real one."""

    row: Any
    reason: str


class Skipped(NamedTuple):
    """A row that was read past: what is left of the text, where it goes on there, and the row's characters."""

    shortened: Shortened
    text: str
    at: int
    characters: int


def whole_number(digits: str) -> int | str:
    """Python refuses to read a number of over 4,300 digits; nobody counts that far, so it stays the text it is."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


DECODER = json.JSONDecoder(parse_int=whole_number)


def skip(text: str, at: int, pieces: Iterator[str], name: str, count: int, *, skipped: int) -> Skipped:
    """Read past the object, list or text that begins at a place, in memory that does not grow with it.

    So many rows came before it, and so many characters of the file were `skipped`.

    Raises:
        Damaged: its end is missing; or it is neither too long nor too deep, so that there is a mistake in it; or there
            are too many such rows.
    """
    scan, read = _Scan(), 0
    while (end := scan.feed(text, at)) is None:
        read += len(text) - at
        more = next(pieces, None) if skipped + read <= MOST_SKIPPED else ""
        if more == "":
            text = N_("too much of it is in rows longer than any real one, up to row %(row)s.")
            raise Damaged(name, text, AGAIN, row=count)
        if more is None:
            raise Damaged(name, N_("it ends in the middle, after row %(row)s."), AGAIN, row=count)
        text, at = more, 0
    read += end - at
    is_long = read > LONGEST_ROW
    if not scan.is_sound or not (is_long or scan.deepest > DEEPEST_ROW):
        raise Damaged(name, N_("it is not valid JSON after row %(row)s."), AGAIN, row=count)
    longer, deeper = N_("the row is longer than any real one"), N_("the row is nested deeper than any real one")
    reason = longer if is_long else deeper
    return Skipped(Shortened(_built("".join(scan.kept)), reason), text, end, read)


class _Scan:
    """Where a value ends, found a piece at a time; `kept` is its text with long texts in it cut, as far as it goes."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.deepest = 0
        self.is_sound = True
        self._room, self._room_in_text = KEPT, 0
        self._depth = 0
        # The brackets that are open, compared as far down as any real row goes.
        self._open: list[str] = []
        self._in_text = self._is_text_kept = self._is_escaped = False

    def feed(self, text: str, at: int) -> int | None:
        """The place behind the value; None when it goes on behind this text."""
        is_near = False
        while at < len(text):
            if self._is_escaped:
                self._keep("\\" + text[at])
                self._is_escaped, at = False, at + 1
                continue
            if self._room <= 0 and self._depth and not self._in_text and not is_near:
                at, is_near = self._plunge(text, at), True
                continue
            if self._in_text and min(self._room, self._room_in_text) <= 0:
                at = END_OF_TEXT.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
            found = (INSIDE if self._in_text else OUTSIDE).search(text, at)
            self._keep(text[at : found.start() if found else len(text)])
            if found is None:
                return None
            at, sign = found.end(), found[0]
            if sign == "\\":
                self._is_escaped = True
                continue
            self._pass(sign)
            if not self._depth and not self._in_text:
                return at
        return None

    def _plunge(self, text: str, at: int) -> int:
        """Pass all of a text in which the row does not end: without its texts, and a hundred times as fast."""
        rest = TEXT.sub("", text[at:])
        outside, begun, inside = rest.partition('"')
        closed = outside.count("}") + outside.count("]")
        if closed >= self._depth:
            return at
        if self._depth - closed > DEEPEST_ROW:
            self._depth += outside.count("{") + outside.count("[") - closed
        else:
            for sign in OUTSIDE.findall(outside):
                self._pass(sign)
        if begun:
            self._pass(begun)
            self._is_escaped = (len(inside) - len(inside.rstrip("\\"))) % 2 == 1
        return len(text)

    def _keep(self, text: str) -> None:
        room = max(0, min(self._room, self._room_in_text) if self._in_text else self._room)
        # Half of an escape would swallow the end of its text.
        text = "" if self._is_escaped and room < len(text) else text[:room]
        self.kept.append(text)
        self._room -= len(text)
        self._room_in_text -= len(text)

    def _pass(self, sign: str) -> None:
        # A text that begins among what is kept must end there, too.
        is_kept = self._is_text_kept if sign == '"' and self._in_text else self._room > 0
        if is_kept:
            self.kept.append(sign)
            self._room -= 1
        if sign == '"':
            self._in_text, self._is_text_kept = not self._in_text, is_kept
            self._room_in_text = KEPT_OF_TEXT
        elif sign in "{[":
            self._depth += 1
            self.deepest = max(self.deepest, self._depth)
            if self._depth <= DEEPEST_ROW:
                self._open.append(sign)
        else:
            if self._depth <= DEEPEST_ROW and (not self._open or self._open.pop() != BRACKETS[sign]):
                self.is_sound = False
            self._depth -= 1


def _built(text: str) -> Any:
    """The value a text begins, without recursion: what is too deep or broken off is left out."""
    top: list[Any] = []
    stack: list[list[Any] | dict[str, Any]] = [top]
    # Of each object that is open, the key whose value is due.
    keys: list[str | None] = [None]
    for token in TOKEN.finditer(text):
        string, sign, word = token.groups()
        if sign in {"}", "]"}:
            # The list around all is never closed by what is in it.
            del stack[max(1, len(stack) - 1) :], keys[max(1, len(keys) - 1) :]
        elif sign not in {",", ":"}:
            value: Any = {"{": {}, "[": []}[sign] if sign else _decoded(string or word)
            is_key = isinstance(stack[-1], dict) and keys[-1] is None
            _put(stack[-1], keys[-1], value, is_kept=len(stack) <= KEPT_DEPTH and not is_key)
            keys[-1] = str(value) if is_key else None
            if sign:
                stack.append(value)
                keys.append(None)
    return top[0] if top else None


def _put(into: list[Any] | dict[str, Any], key: str | None, value: Any, *, is_kept: bool) -> None:
    if not is_kept:
        return
    if isinstance(into, list):
        into.append(value)
    elif key is not None:
        into[key] = value


def _decoded(token: str) -> Any:
    """A text or a word; of a text that is cut inside an escape what stands before it."""
    with suppress(ValueError):
        return DECODER.decode(token)
    with suppress(ValueError):
        return DECODER.decode(HALF_AN_ESCAPE.sub("", token[:-1]) + token[-1])
    return None
