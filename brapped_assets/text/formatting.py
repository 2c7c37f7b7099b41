"""Numbers, days and times as a page writes them, in the language of now.

One way each, so that the same number looks the same everywhere.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from brapped_assets.text import cldr
from brapped_assets.text.cldr import date_of, marks, weekday_name, written_date, written_time
from brapped_assets.text.language import display
from brapped_assets.text.translation import _, ngettext

MINUTE_MS, HOUR_MINUTES, DAY_HOURS = 60_000, 60, 24
# From here on whole numbers say enough, and "times" says more than a percentage.
SMALL, DOUBLED = 10, 2
MINUS = "\N{MINUS SIGN}"
NO_BREAK = cldr.NO_BREAK
number = cldr.number
marked = cldr.marked
SPOTIFY = "https://open.spotify.com"


def minutes(ms: int) -> int:
    """Whole minutes of milliseconds, rounded half up."""
    return (int(ms) + MINUTE_MS // 2) // MINUTE_MS


def music(ms: int, plays: int, *, is_estimated: bool, is_at_least: bool) -> str:
    """A stretch of listening as a sentence: ≈ where minutes are estimated, "at least" where plays may lack."""
    heard, about = minutes(ms), "≈" if is_estimated else ""
    told = {
        "minutes": about + ngettext("%(num)s minute", "%(num)s minutes", heard),
        "plays": ngettext("%(num)s play", "%(num)s plays", plays),
    }
    if is_at_least:
        return _("At least %(minutes)s of music in %(plays)s.", **told)
    return _("%(minutes)s of music in %(plays)s.", **told)


def duration(ms: int) -> str:
    """A stretch of listening: 42 min, 3 h 20 min, 12 days 4 h."""
    hours, rest = divmod(minutes(ms), HOUR_MINUTES)
    if hours >= 4 * DAY_HOURS:
        days, hours = divmod(hours, DAY_HOURS)
        return ngettext("%(num)s\u00a0day %(hours)s\u00a0h", "%(num)s\u00a0days %(hours)s\u00a0h", days, hours=hours)
    if hours:
        return _("%(hours)s\u00a0h %(minutes)s\u00a0min", hours=hours, minutes=rest)
    return _("%(minutes)s\u00a0min", minutes=rest)


def track_length(ms: int) -> str:
    """3:07."""
    seconds = int(ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def day(value: date) -> str:
    """Sat 3 May 2025."""
    return dated(value, "yMMMEd")


def short_day(value: date) -> str:
    """3 May 2025."""
    return dated(value, "yMMMd")


def month(value: date) -> str:
    """May 2025."""
    return dated(value, "yMMM")


def dated(value: date, letters: str) -> str:
    """A date with what CLDR's letters ask for (`cldr.IN_ENGLISH` has all there are): `MMMMd` is 3 May."""
    return written_date(date_of(value), letters, display().language)


def weekday(value: int, letters: str = "cccc") -> str:
    """The name of a day of the week, 1 is Monday; with `ccc` the short one."""
    return weekday_name(value, letters, display().language)


def clock(value: datetime) -> str:
    """17:05, or 5:05 PM, in whatever zone `value` is."""
    return written_time(value.hour, value.minute, display())


def hour(value: int) -> str:
    """The beginning of an hour of the day: 17:00, or 5 PM."""
    return written_time(value, None, display())


def listed(names: Sequence[str]) -> str:
    """Names in a row: A, B and C."""
    if len(names) < 2:  # noqa: PLR2004
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def change(now: float, before: float) -> str:
    """Against the period before: +12 %, -8 %, 3.2 times from doubling on; empty without anything to compare."""
    if not before:
        return ""
    ratio = now / before
    if ratio >= DOUBLED:
        return _("%(ratio)s times", ratio=marked(f"{ratio:,.1f}"))
    return f"{'+' if ratio >= 1 else MINUS}{percent(abs(now - before), before)}"


def unknown_artist(plays: int) -> str:
    """How many plays no ranking of artists has; empty without any."""
    if not plays:
        return ""
    return ngettext(
        "%(num)s play is of a song whose artist is not known yet.",
        "%(num)s plays are of songs whose artist is not known yet.",
        plays,
    )


def impossible_repeats(plays: int) -> str:
    """How many plays are not counted because nobody can have heard them; empty without any."""
    return _("Impossible repeats, not counted: %(plays)s.", plays=plays) if plays else ""


def percent(part: float, whole: float) -> str:
    """A share as every page, card, notice and command writes it: 38 %, never negative.

    0 % is nothing at all: below one it is "<1 %". 100 % is all of it: what is nearly all is 99 %. More than all of it
    (a budget overdrawn) is written as it is.
    """
    share = max(part / whole, 0.0) if whole else 0.0
    if 0 < share < 0.01:  # noqa: PLR2004
        return _percent("<1")
    if 0.99 < share < 1:  # noqa: PLR2004
        return _percent("99")
    return _percent(marked(f"{round(share * 100):,}"))


def _percent(share: str) -> str:
    return marks(display()).percent.format(share)


def time_left(seconds: float) -> str:
    """How long something goes on, as people say it: a few seconds, 40 seconds, 3 minutes, 2 hours."""
    if seconds < SMALL:
        return _("a few seconds")
    if seconds < 90:  # noqa: PLR2004
        return ngettext("%(num)s second", "%(num)s seconds", round(seconds / SMALL) * SMALL)
    if seconds < 90 * 60:
        return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))
    return ngettext("%(num)s hour", "%(num)s hours", round(seconds / 3600))


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
    "dated": dated,
    "hour": hour,
    "weekday": weekday,
    "percent": percent,
    "unknown_artist": unknown_artist,
    "impossible_repeats": impossible_repeats,
    "initials": initials,
    "spotify_link": spotify_link,
    "tint": tint,
}
