"""When and how somebody listens: the hours of the week, streaks, the biggest day, the longest session, devices."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from brapped_assets.insights.overview import By, Day, asked
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

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


def clock(tx: Connection, who: Viewer, period: Period, by: By) -> list[list[int]]:
    """Plays, or ms, of the period by weekday (Monday first) and hour: always 7 x 24."""
    cells = [[0] * HOURS for _ in range(WEEKDAYS)]
    for row in tx.execute(sql("insights/clock"), asked(who, period)).fetchall():
        cells[row["weekday"] - 1][row["hour"]] = row["plays"] if by == "plays" else row["ms"]
    return cells


def streaks(days: Iterable[Day]) -> list[Streak]:
    """Every run of days with a play, oldest first."""
    found: list[Streak] = []
    for day in days:
        if not day.plays:
            continue
        if found and found[-1].last + DAY == day.day:
            found[-1] = Streak(found[-1].first, day.day)
        else:
            found.append(Streak(day.day, day.day))
    return found


def longest(of: Sequence[Streak]) -> Streak | None:
    """Of equally long ones the first."""
    return max(of, key=lambda streak: streak.days, default=None)


def going(who: Viewer, of: Sequence[Streak]) -> Streak | None:
    """The streak that goes on: it reaches today, or yesterday while today is young."""
    return of[-1] if of and of[-1].last >= who.today - DAY else None


def current_streak(tx: Connection, who: Viewer) -> Streak | None:
    """As `going`, of all days ever; None when yesterday was silent too."""
    if who.first_day is None:
        return None
    values = {"listener_id": who.listener_id, "first": who.first_day, "until": who.today + DAY, "today": who.today}
    row = tx.execute(sql("insights/streak"), values).fetchone()
    return Streak(**row) if row else None


def biggest_day(days: Sequence[Day], by: By) -> Day | None:
    """The day with the most plays or minutes; of equal ones the first."""
    return max((day for day in days if day.plays), key=lambda day: day.plays if by == "plays" else day.ms, default=None)


def longest_session(tx: Connection, who: Viewer, period: Period) -> Session | None:
    """From the start of its first play to the end of its last; it belongs to the day of the first."""
    row = tx.execute(sql("insights/longest_session"), asked(who, period)).fetchone()
    return Session(**row) if row else None


def devices(tx: Connection, who: Viewer, period: Period) -> dict[DeviceGroup, int]:
    """Plays by kind of device, the most used first; of the plays whose device an export names."""
    return grouped(tx.execute(sql("insights/devices"), asked(who, period)).fetchall())


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
