"""News as a calendar (RFC 5545): each piece an event of its whole day."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from brapped_assets.insights.news import Item
from brapped_assets.text.plain import plain

MOST_OCTETS = 75
DAY = timedelta(days=1)


def calendar(of: Iterable[Item], name: str, now: datetime) -> bytes:
    """Lines of at most 75 octets; what is no new line in a text is none in the file."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Brapped//milestones//EN", "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(f'Brapped: {name}')}",
        *(line for one in of for line in _event(one, now)), "END:VCALENDAR",
    ]  # fmt: skip
    return b"".join(_folded(line) for line in lines)


def _event(one: Item, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.sign}@brapped"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{one.at:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.at + DAY:%Y%m%d}"
    yield f"SUMMARY:{_escaped(one.title)}"
    yield f"DESCRIPTION:{_escaped(one.words)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    return plain(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces; never in the middle of a letter."""
    found, piece = b"", b""
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(piece) + len(octets) > MOST_OCTETS - 1:
            found, piece = found + piece + b"\r\n ", b""
        piece += octets
    return found + piece + b"\r\n"
