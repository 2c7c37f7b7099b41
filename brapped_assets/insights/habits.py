"""When and how somebody listens: the hours of the week, streaks, the biggest day, the longest session, devices."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from brapped_assets.insights.columns.day_numbers import FIRST_WEEKDAY, date_of, dates, day_number, instant
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.overview import Day, Days
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer

WEEKDAYS, HOURS = 7, 24
DeviceGroup = Literal["Phone", "Computer", "Web", "Speaker", "TV", "Car", "Other"]
# The first that fits decides. An export words a device as the app does: `Android OS 13 API 33 (samsung, …)`, `ios`,
# `web_player windows 10;chrome …`, `Partner google cast_tv;…`, `Partner amazon_echo …`. What it plays through (web, TV,
# car) comes before the system that runs on it; a tablet counts as a phone, a box that says no more as a speaker.
GROUPS: tuple[tuple[DeviceGroup, str], ...] = (
    ("Web", r"web_?player"),
    ("TV", r"tv|chromecast|bravia|playstation\d?|ps\d|xbox|roku|webos|tizen"),
    ("Car", r"car|carplay|auto|automotive|tesla"),
    ("Phone", r"android|ios|iphone|ipad|windows phone|blackberry|watch|watchos|garmin|wearos"),
    ("Speaker", r"partner|cast|sonos|echo|alexa|speaker|homepod|libspotify"),
    ("Computer", r"windows|osx|os x|macos|mac os|linux|chromeos"),
)
PATTERNS = [(group, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for group, words in GROUPS]


@dataclass(frozen=True)
class Streak:
    """Days in a row with a play, both ends in it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Session:
    """Plays with at most 30 minutes of silence between them. `day` is the local day of the first; instants are UTC."""

    day: date
    started_at: datetime
    ended_at: datetime
    plays: int
    ms: int

    @property
    def length_ms(self) -> int:
        return round((self.ended_at - self.started_at) / timedelta(milliseconds=1))


def clock(who: Viewer, period: Period, by: By) -> list[list[int]]:
    """Plays, or ms, of the period by weekday (Monday first) and hour: always 7 x 24."""
    table = who.shown.days(period.first, period.until)
    by_hour = table.plays if by == "plays" else table.ms
    cells = np.zeros((WEEKDAYS, HOURS), np.int64)
    for nth in range(min(WEEKDAYS, len(by_hour))):
        cells[(table.first + nth + FIRST_WEEKDAY) % WEEKDAYS] = by_hour[nth::WEEKDAYS].sum(axis=0)
    found: list[list[int]] = cells.tolist()
    return found


def streaks(days: Days) -> list[Streak]:
    """Every run of days with a play, oldest first."""
    played = days.day[days.plays > 0]
    first, last = np.diff(played, prepend=played[:1] - 2) > 1, np.diff(played, append=played[-1:] + 2) > 1
    return list(map(Streak, dates(played[first]), dates(played[last])))


def longest(of: Sequence[Streak]) -> Streak | None:
    """Of equally long ones the first."""
    return max(of, key=lambda streak: streak.days, default=None)


def current_streak(who: Viewer) -> Streak | None:
    """The streak of all days that goes on: it reaches today, or yesterday while today is young."""
    days = who.shown.played_days
    days = days[days <= day_number(who.today)]
    if len(days) == 0 or date_of(days[-1]) < who.today - DAY:
        return None
    breaks = np.flatnonzero(np.diff(days) > 1)
    return Streak(date_of(days[breaks[-1] + 1] if len(breaks) else days[0]), date_of(days[-1]))


def biggest_day(days: Days, by: By) -> Day | None:
    """The day with the most plays or minutes; of equal ones the first."""
    played = np.flatnonzero(days.plays)
    most = days.plays if by == "plays" else days.ms
    return days[played[most[played].argmax()]] if len(played) else None


def longest_session(who: Viewer, period: Period) -> Session | None:
    """From the start of its first play to the end of its last; it belongs to the day of the first."""
    of = who.shown.sessions(period.first, period.until)
    if not len(of):
        return None
    length = of.ended_at - of.began_at
    longest = np.flatnonzero(length == length.max())
    best = longest[np.lexsort((of.began_at[longest], -of.plays[longest]))[0]]
    return Session(
        date_of(of.day[best]), instant(of.began_at[best]), instant(of.ended_at[best]), int(of.plays[best]),
        int(of.ms[best]),
    )  # fmt: skip


def devices(who: Viewer, period: Period) -> dict[DeviceGroup, int]:
    """Plays by kind of device, the most used first; of the plays whose device an export names."""
    plays = who.shown.plays(period.first, period.until).plays_by_platform
    keys = np.flatnonzero(plays)
    words = who.shown.life.labels
    return grouped(
        {"platform": words[key], "plays": many}
        for key, many in zip(keys.tolist(), plays[keys].tolist(), strict=True)
        if key in words
    )


def grouped(rows: Iterable[Mapping[str, Any]]) -> dict[DeviceGroup, int]:
    """`platform` and `plays` summed by kind of device, the most used first, ties by name."""
    plays: dict[DeviceGroup, int] = {}
    for row in rows:
        group = device_group(row["platform"])
        plays[group] = plays.get(group, 0) + row["plays"]
    return dict(sorted(plays.items(), key=lambda item: (-item[1], item[0])))


def device_group(platform: str) -> DeviceGroup:
    """What kind of device an export's `platform` names."""
    told = platform.lower()
    return next((group for group, words in PATTERNS if words.search(told)), "Other")
