"""Single values of a row, by one rule: what is missing or null is not told, what has another type makes the row odd.

Numbers may be texts and flags may be numbers or texts, because exports pass through spreadsheets and other programs.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

DAY_MS = 24 * 60 * 60 * 1000
EPOCH = datetime.fromtimestamp(0, UTC)
SECOND = timedelta(seconds=1)
# Spotify was founded in 2006. What claims to be older is a device whose clock was never set.
FIRST_INSTANT = datetime(2006, 1, 1, tzinfo=UTC)
# As seconds this is the year 5138, as milliseconds 1973: a stamp below it is in seconds.
LARGEST_SECONDS = 10**11
UPLOADED_AFTER = timedelta(minutes=10)
# A device's clock may be ahead of ours, by a time zone at most.
AHEAD = timedelta(days=1)
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
    raise Odd("a name or a word is not a text")


def flag(value: Any) -> bool | None:
    if value is None or type(value) is bool:
        return value
    key = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if key in FLAGS:
        return FLAGS[key]
    if not key:
        return None
    raise Odd("a flag is neither true nor false")


def milliseconds(value: Any) -> int:
    """A time played: 0 to 24 hours in ms, fractions cut off."""
    number = value if type(value) is int else _number(value)
    if number is None or not 0 <= number <= DAY_MS:
        raise Odd("the time played is not a number of milliseconds between 0 and 24 hours")
    return int(number)


def instant(value: Any, now: datetime) -> datetime:
    """A point in time in UTC; one without a zone is UTC (facts, sections 6.1 and 6.2)."""
    if type(value) is not str or len(value) < SHORTEST_INSTANT:
        raise Odd("the time is not an instant")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = _unusual_instant(value)
    if at.tzinfo is not UTC:
        at = _in_utc(at)
    return within_bounds(at, now)


def within_bounds(at: datetime, now: datetime) -> datetime:
    """An instant at which a play can have ended, whoever tells of it: exports and polls alike."""
    if at < FIRST_INSTANT:
        raise Odd("the time lies before Spotify existed")
    if at > now and at - now > AHEAD:
        raise Odd("the time lies in the future")
    return at


def ended_at(ts: datetime, ms_played: int, stamp: Any) -> datetime | None:
    """The END of an offline play of extended history; `ts` is in whole seconds. None: nothing tells it.

    `ts`, unless that is the time of the upload: over 10 minutes after `offline_timestamp`, the START on the device
    (facts, section 6.3: seconds in new files, ms in old ones), plus the time played. A stamp in ms is cut to its
    second, so that both forms of one row have the same END. Null, 0 and what lies before 2006, of a device without a
    clock, tell nothing.
    """
    number = stamp if type(stamp) is int else _number(stamp)
    if number is None:
        return None
    started = number if number < LARGEST_SECONDS else number // 1000
    try:
        end = EPOCH + timedelta(seconds=int(started), milliseconds=ms_played)
    except (OverflowError, ValueError):
        return None
    if end < FIRST_INSTANT:
        return None
    return end if ts - end > UPLOADED_AFTER else ts


def _number(value: Any) -> float | None:
    """None where there is none, or one longer than any real one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Odd("a number is something else")
    try:
        return float(value) if len(str(value)) <= LONGEST_NUMBER else None
    except ValueError:
        raise Odd("a number is something else") from None


def _unusual_instant(value: str) -> datetime:
    try:
        return datetime.fromisoformat(NAMED_UTC.sub("", value))
    except ValueError:
        raise Odd("the time is not an instant") from None


def _in_utc(at: datetime) -> datetime:
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise Odd("the time is not an instant") from None
