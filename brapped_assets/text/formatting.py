"""Numbers, days and times as a page writes them. One way each, so that the same number looks the same everywhere."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

MINUTE_MS, HOUR_MINUTES, DAY_HOURS = 60_000, 60, 24
# From here on whole numbers say enough, and "times" says more than a percentage.
SMALL, DOUBLED = 10, 2
MINUS = "\N{MINUS SIGN}"
# A number stays on one line with what it counts, and a date on one line.
NO_BREAK = "\N{NO-BREAK SPACE}"
PER_CENT = f"{NO_BREAK}%"
SPOTIFY = "https://open.spotify.com"


def number(value: float) -> str:
    """12345 as 12,345; a fraction only below ten: 3.4."""
    is_small_fraction = abs(value) < SMALL and value != int(value)
    return f"{value:,.1f}" if is_small_fraction else f"{value:,.0f}"


def minutes(ms: int) -> int:
    """Whole minutes of milliseconds, rounded half up."""
    return (int(ms) + MINUTE_MS // 2) // MINUTE_MS


def duration(ms: int) -> str:
    """A stretch of listening: 42 min, 3 h 20 min, 12 days 4 h."""
    hours, rest = divmod(minutes(ms), HOUR_MINUTES)
    if hours >= 4 * DAY_HOURS:
        days, hours = divmod(hours, DAY_HOURS)
        return f"{days}{NO_BREAK}days {hours}{NO_BREAK}h"
    return f"{hours}{NO_BREAK}h {rest}{NO_BREAK}min" if hours else f"{rest}{NO_BREAK}min"


def track_length(ms: int) -> str:
    """3:07."""
    seconds = int(ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def day(value: date) -> str:
    """Sat 3 May 2025."""
    return f"{value:%a} {value.day} {value:%b} {value.year}".replace(" ", NO_BREAK)


def short_day(value: date) -> str:
    """3 May 2025."""
    return f"{value.day} {value:%b} {value.year}".replace(" ", NO_BREAK)


def month(value: date) -> str:
    """May 2025."""
    return f"{value:%b}{NO_BREAK}{value.year}"


def clock(value: datetime) -> str:
    """17:05, in whatever zone `value` is."""
    return f"{value:%H:%M}"


def change(now: float, before: float) -> str:
    """Against the period before: +12 %, -8 %, 3.2 times from doubling on; empty without anything to compare."""
    if not before:
        return ""
    ratio = now / before
    if ratio >= DOUBLED:
        return f"{ratio:.1f} times"
    return f"{'+' if ratio >= 1 else MINUS}{percent(abs(now - before), before)}"


def unknown_artist(plays: int) -> str:
    """How many plays no ranking of artists has; empty without any."""
    if not plays:
        return ""
    what = "play is of a song" if plays == 1 else "plays are of songs"
    return f"{plays:,} {what} whose artist is not known yet."


def impossible_repeats(plays: int) -> str:
    """How many plays are not counted because nobody can have heard them; empty without any."""
    return f"Impossible repeats, not counted: {plays:,}." if plays else ""


def percent(part: float, whole: float) -> str:
    """A share as every page, card, notice and command writes it: 38 %, never negative.

    0 % is nothing at all: below one it is "<1 %". 100 % is all of it: what is nearly all is 99 %. More than all of it
    (a budget overdrawn) is written as it is.
    """
    share = max(part / whole, 0.0) if whole else 0.0
    if 0 < share < 0.01:  # noqa: PLR2004
        return f"<1{PER_CENT}"
    if 0.99 < share < 1:  # noqa: PLR2004
        return f"99{PER_CENT}"
    return f"{round(share * 100)}{PER_CENT}"


def time_left(seconds: float) -> str:
    """How long something goes on, as people say it: a few seconds, 40 seconds, 3 minutes, 2 hours."""
    if seconds < SMALL:
        return "a few seconds"
    if seconds < 90:  # noqa: PLR2004
        return f"{round(seconds / SMALL) * SMALL} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"


def initials(name: str) -> str:
    """Up to two first letters, for a cover that is not there."""
    words = [word for word in name.split() if word[0].isalnum()] or [name.strip() or "?"]
    return "".join(word[0] for word in words[:2]).upper()


def spotify_link(spotify_id: str, kind: str) -> str:
    """The page of a track, an artist or an album on Spotify."""
    return f"{SPOTIFY}/{kind}/{spotify_id}"


def tint(key: int) -> int:
    """Which of the eight cover colours a thing without a cover has: always the same one."""
    return key % 8


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "minutes": minutes,
    "duration": duration,
    "track_length": track_length,
    "day": day,
    "short_day": short_day,
    "month": month,
    "clock": clock,
    "percent": percent,
    "unknown_artist": unknown_artist,
    "impossible_repeats": impossible_repeats,
    "initials": initials,
    "spotify_link": spotify_link,
    "tint": tint,
}
