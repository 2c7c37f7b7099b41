"""Single fields of a row, by one rule: what is missing or null is not told, what has another type makes the row odd.

Numbers may be texts and flags may be numbers or texts, because exports pass through spreadsheets and other programs.
"""

import re
from datetime import UTC, datetime
from typing import Any

from brapped_assets.clocks.plausible_instants import why_implausible
from brapped_assets.text.translation import N_

DAY_MS = 24 * 60 * 60 * 1000
NAMED_UTC = re.compile(r" ?(UTC|\[UTC\])$")
SHORTEST_INSTANT = len("2024-01-05 14:23")
LONGEST_NUMBER = 30
FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


class Odd(Exception):
    """A value that cannot be understood; its text is the `reason` of the row."""


def text(value: Any) -> str | None:
    """A text that is not empty, as it stands; a song may be called 1979 and come as a number."""
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if type(value) is int or type(value) is float:
        return str(value)
    raise Odd(N_("a name or a word is not a text"))


def flag(value: Any) -> bool | None:
    if value is None or type(value) is bool:
        return value
    key = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if key in FLAGS:
        return FLAGS[key]
    if not key:
        return None
    raise Odd(N_("a flag is neither true nor false"))


def number(value: Any) -> float | None:
    """A number as it is told; None where there is none, or one longer than any real one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Odd(N_("a number is something else"))
    try:
        return float(value) if len(str(value)) <= LONGEST_NUMBER else None
    except ValueError:
        raise Odd(N_("a number is something else")) from None


def milliseconds(value: Any) -> int:
    """A time played: 0 to 24 hours in ms, fractions cut off."""
    played = value if type(value) is int else number(value)
    if played is None or not 0 <= played <= DAY_MS:
        raise Odd(N_("the time played is not a number of milliseconds between 0 and 24 hours"))
    return int(played)


def instant(value: Any, now: datetime) -> datetime:
    """A point in time in UTC; one without a zone is UTC (facts, sections 6.1 and 6.2)."""
    if type(value) is not str or len(value) < SHORTEST_INSTANT:
        raise Odd(N_("the time is not an instant"))
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = _unusual_instant(value)
    if at.tzinfo is not UTC:
        at = _in_utc(at)
    if reason := why_implausible(at, now):
        raise Odd(reason)
    return at


def _unusual_instant(value: str) -> datetime:
    try:
        return datetime.fromisoformat(NAMED_UTC.sub("", value))
    except ValueError:
        raise Odd(N_("the time is not an instant")) from None


def _in_utc(at: datetime) -> datetime:
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise Odd(N_("the time is not an instant")) from None
