"""Text of other people's, made fit for a terminal, a log or a message: what it shows is all that it does.

Names of files, members of archives, tracks and people, and the words of servers, may hold characters that a terminal
obeys (escape sequences), that turn the text around (bidi overrides), hide it, or begin another line.
"""

import logging
import re
import unicodedata
from types import TracebackType
from typing import Any

INSTEAD = "\ufffd"
NON_JOINER, JOINER, VARIANTS = "\u200c", "\u200d", "\ufe0f\ufe0e"
# Formatting characters (Cf) that are signs on the paper themselves: Arabic and Syriac marks before numbers, Kaithi's.
SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Marks above and below letters of Latin, Greek, Cyrillic, Hebrew, Arabic and Thai. Hebrew has four on a letter at most.
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e34-\u0e3a\u0e47-\u0e4e"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
HEAPED = re.compile(rf"([{MARKS}]{{5}})[{MARKS}]+")
BREAKS = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def plain(text: str) -> str:
    """One line that does nothing but show: breaks become blanks, controls �, invisible formatting goes.

    Joiners stay between letters of scripts that need them (Persian, Hindi) and inside emoji.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    for nth, sign in enumerate(text):
        if sign in BREAKS:
            shown.append(" ")
        elif sign in (NON_JOINER, JOINER):
            if shown and _joins(shown[-1]) and nth + 1 < len(text) and _joins(text[nth + 1]):
                shown.append(sign)
        else:
            shown.append(_shown(sign))
            if not shown[-1]:
                shown.pop()
    return "".join(shown)


def calm(text: str) -> str:
    """The same with no more marks on a letter than any language sets: hundreds of them would be drawn over a page."""
    return text if text.isascii() else HEAPED.sub(r"\1", text)


def plain_lines(text: str) -> str:
    """The same for text of several lines of ours; line feeds stay."""
    return "\n".join(map(plain, text.replace("\r\n", "\n").split("\n")))


def _shown(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Cs"):
        return INSTEAD
    return "" if kind == "Cf" and sign not in SIGNS else sign


def _joins(sign: str) -> bool:
    """Whether a joiner beside it can mean something: letters and marks beyond Latin, emoji and their variants."""
    return sign > "\u02ff" and (sign in VARIANTS or unicodedata.category(sign) in ("Lo", "Mn", "Mc", "So", "Sk"))


class PlainRecord(logging.LogRecord):
    """A log record whose text, and traceback, is plain, whatever handler writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | None
        told = self.exc_info
        if told and told[0] is not None:
            self.exc_text = plain_lines(logging.Formatter().formatException(told))

    def getMessage(self) -> str:  # noqa: N802  (logging's name)
        return plain_lines(super().getMessage())


def keep_logs_plain() -> None:
    """From now on all that this process logs is plain, libraries' records too."""
    logging.setLogRecordFactory(PlainRecord)
