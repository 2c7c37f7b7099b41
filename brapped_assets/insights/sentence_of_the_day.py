"""The line that Today opens with: the most remarkable thing of the day, and another one the next day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, day_number
from brapped_assets.insights.habits import Streak
from brapped_assets.insights.milestones import Milestone
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, EARLIEST
from brapped_assets.insights.today import SoFar
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.artist_days import SILENCE_DAYS
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext
from brapped_assets.warehouse.db.connections import Connection

# What is more remarkable goes first; of what is as remarkable, the day decides.
RECORD, COMEBACK, REACHED, AT_RISK, EVERY_DAY, TO_KEEP = 60, 50, 40, 30, 20, 10
# A record needs so many days to be one of.
LEAST_DAYS = 30
# A streak is one from here on, and at risk from this hour on.
LEAST_STREAK, EVENING = 3, 18
# An artist found long ago is told of from so many plays on.
LOVED = 10


@dataclass(frozen=True)
class Line:
    """One sentence. `page` is the kind and key of whom it is about; `asked` is what the history is asked for its plays.

    Both may be empty.
    """

    weight: int
    kind: str
    words: str
    page: tuple[str, int] | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


def chosen(lines: Iterable[Line], day: date) -> Line | None:
    """The same one all through a day, as long as nothing more remarkable happens; None without any."""

    def rank(line: Line) -> tuple[int, bytes]:
        return line.weight, sha256(f"{day} {line.kind} {line.page}".encode()).digest()

    return max(lines, key=rank, default=None)


def sentence_of_the_day(
    tx: Connection, who: Viewer, so_far: SoFar, streak: Streak | None, reached: Sequence[Milestone]
) -> Line | None:
    """Of everything that may be told today."""
    found = [
        *of_record(who, so_far),
        *of_comeback(tx, who),
        *of_milestones(reached, who.today),
        *of_streak(streak, who.today, who.now.hour, so_far.plays),
        *of_discovery(tx, who),
    ]
    return chosen(found, who.today)


def of_record(who: Viewer, so_far: SoFar) -> Iterator[Line]:
    """Today has more minutes than every day before it, or every one of its year."""
    table = who.shown.by_day
    today, new_year = (day_number(day) - table.first for day in (who.today, who.today.replace(month=1, day=1)))
    ms = table.ms.sum(axis=1)[: max(today, 0)]
    of_year = ms[max(new_year, 0) :]
    minutes = formatting.number(formatting.minutes(so_far.ms))
    for days, words in (
        (ms, _("Today is the biggest day you ever had: %(minutes)s minutes.", minutes=minutes)),
        (of_year, _("Today is your biggest day of the year: %(minutes)s minutes.", minutes=minutes)),
    ):
        if np.count_nonzero(days) >= LEAST_DAYS and so_far.ms > days.max():
            yield Line(RECORD, "record", words, asked={"range": f"{who.today}"})
            return


def of_comeback(tx: Connection, who: Viewer) -> Iterator[Line]:
    """The artist of today who was silent for the longest, half a year at least."""
    of_today = who.shown.plays(who.today, who.today + DAY).by_artist.played
    since = who.today - timedelta(days=SILENCE_DAYS)
    lately = who.shown.plays(since + DAY, who.today).by_artist.plays
    known_before = who.shown.first_day_of_artists[of_today] <= day_number(since)
    back = who.shown.known(of_today[known_before & (lately[of_today] == 0)])
    if len(back) == 0:
        return
    before = who.shown.plays(EARLIEST, since + DAY)
    earlier, nth = before.of_artists(back)
    last = np.zeros(len(back), np.int64)
    np.maximum.at(last, nth, earlier.day)
    longest = int(last.argmin())
    key = int(who.shown.catalogue.artists.keys[back[longest]])
    days = (who.today - date_of(last[longest])).days
    artist = names(tx, "artists", [key])[key]["artist_name"]
    words = ngettext("%(artist)s is back after %(num)s day.", "%(artist)s is back after %(num)s days.", days,
                     artist=artist)  # fmt: skip
    yield Line(COMEBACK, "comeback", words, ("artist", key))


def of_milestones(found: Sequence[Milestone], today: date) -> Iterator[Line]:
    """Every one reached today, and the nearest of those ahead."""
    for one in found:
        if one.reached_on == today:
            yield Line(
                REACHED,
                f"reached {one.kind}",
                _("Reached today: %(what)s.", what=milestone_in_words(one)),
                _page(one),
                one.asked,
            )
    ahead = next((one for one in found if one.reached_on is None), None)
    if ahead:
        words = _("%(num)s to go to %(what)s.", num=ahead.to_go, what=milestone_in_words(ahead))
        yield Line(EVERY_DAY, "next", words, _page(ahead), ahead.asked)


def of_streak(streak: Streak | None, today: date, hour: int, plays: int) -> Iterator[Line]:
    """Days in a row that end today unless something is played."""
    if streak is None or plays or streak.last >= today or streak.days < LEAST_STREAK:
        return
    words = _("%(days)s days in a row: one song today keeps them going.", days=streak.days)
    asked = {"range": f"{streak.first}..{streak.last}"}
    yield Line(AT_RISK if hour >= EVENING else TO_KEEP, "streak", words, asked=asked)


def of_discovery(tx: Connection, who: Viewer) -> Iterator[Line]:
    """Of the artists found on this day of a past year, the one played most since."""
    first = who.shown.first_day_of_artists
    past = [
        day_number(who.today.replace(year=year))
        for year in range((who.first_day or who.today).year, who.today.year)
        if (who.today.month, who.today.day) != (2, 29)
    ]
    found = who.shown.known(np.flatnonzero(np.isin(first, past)))
    sums, keys = who.shown.ever.by_artist, who.shown.catalogue.artists.keys
    best = sums.ranked("plays", keys, 1, found)
    if len(best) == 0 or sums.plays[best[0]] < LOVED:
        return
    key, day = int(keys[best[0]]), date_of(first[best[0]])
    years = who.today.year - day.year
    artist = names(tx, "artists", [key])[key]["artist_name"]
    plays = formatting.number(int(sums.plays[best[0]]))
    words = ngettext(
        "A year ago today you found %(artist)s: %(plays)s plays since.",
        "%(num)s years ago today you found %(artist)s: %(plays)s plays since.",
        years, artist=artist, plays=plays,
    )  # fmt: skip
    yield Line(EVERY_DAY, "found", words, ("artist", key), {"range": f"{day}", "artist": f"{key}"})


def _page(one: Milestone) -> tuple[str, int] | None:
    return (one.kind, one.key) if one.key is not None else None


def milestone_in_words(one: Milestone) -> str:
    """60,000 plays in all; 100 plays of Somebody."""
    match one.kind:
        case "plays":
            return _("%(num)s plays in all", num=one.number)
        case "hours":
            return _("%(num)s hours of music in all", num=one.number)
        case "streak":
            return _("%(num)s days in a row", num=one.number)
    return _("%(num)s plays of %(name)s", num=one.number, name=one.name)
