"""Round numbers, reached of late or near: all plays, hours of music, an artist's plays, a song's, days in a row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any, Literal

from brapped_assets.insights.habits import Streak
from brapped_assets.insights.overview import Day
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

LATELY = timedelta(days=28)
LIKED = 30
NEAR = 0.1
FIRST_ROUND = {"plays": 1_000, "hours": 100, "artist": 100, "track": 50}
STREAKS = (7, 30, 50, 100, 200, 365, 500, 730, 1_000, 1_500, 2_000, 3_000)
HOUR_MS = 3_600_000
Kind = Literal["plays", "hours", "artist", "track", "streak"]


@dataclass(frozen=True)
class Milestone:
    """The `number`-th play, hour or day: reached on the local day `reached_on`, or `to_go` away."""

    kind: Kind
    number: int
    reached_on: date | None = None
    to_go: int = 0
    key: int | None = None
    name: str = ""


def milestones(tx: Connection, who: Viewer, days: Sequence[Day], streak: Streak | None) -> list[Milestone]:
    """Those reached in the last four weeks, newest first, then those near, nearest first.

    `days` are all days ever. Artists and songs: of the thirty each played most lately (since the
    beginning of the month four weeks ago).
    """
    since = who.today - LATELY
    found = [
        *crossed("plays", [(day.day, day.plays) for day in days], since),
        *crossed("hours", [(day.day, day.ms) for day in days], since, unit=HOUR_MS),
        *_of_streak(streak, since),
    ]
    values = {
        "listener_id": who.listener_id, "limit": LIKED, "since": since.replace(day=1), "today": who.today,
        # Whole years, for their totals.
        "first": (who.first_day or who.today).replace(month=1, day=1), "until": date(who.today.year + 1, 1, 1),
    }  # fmt: skip
    for row in tx.execute(sql("insights/today/lately"), values).fetchall():
        found += _of_things(row, since)
    reached = sorted(
        (m for m in found if m.reached_on), key=lambda m: (m.reached_on or since, m.number, m.name), reverse=True
    )
    near = sorted((m for m in found if not m.reached_on), key=lambda m: (m.to_go / m.number, m.kind, m.name))
    return [*reached, *near]


def crossed(
    kind: Kind,
    days: Iterable[tuple[date, int]],
    since: date,
    *,
    start: int = 0,
    unit: int = 1,
    key: int | None = None,
    name: str = "",
) -> Iterator[Milestone]:
    """Round numbers that a growing sum passed after `since`, and the next one if a tenth or less is missing.

    `days` in order; the sum begins with `start`; `unit` of it is one.
    """
    rounds = round_numbers(FIRST_ROUND[kind])
    goal, total = next(rounds), start
    while goal * unit <= total:
        goal = next(rounds)
    for day, plays in days:
        total += plays
        while goal * unit <= total:
            if day > since:
                yield Milestone(kind, goal, day, key=key, name=name)
            goal = next(rounds)
    to_go = goal - total // unit
    if to_go <= goal * NEAR:
        yield Milestone(kind, goal, to_go=to_go, key=key, name=name)


def round_numbers(first: int) -> Iterator[int]:
    """50, 100, 250, 500, 1,000, 2,500…, from `first` on."""
    return (
        number for power in count(1) for number in (10**power, 5 * 10**power // 2, 5 * 10**power) if number >= first
    )


def _of_things(row: dict[str, Any], since: date) -> Iterator[Milestone]:
    days = [(date.fromisoformat(day), plays) for day, plays in row["days"]]
    earlier = row["plays"] - sum(plays for _, plays in days)
    return crossed(row["kind"], days, since, start=earlier, key=row["key"], name=row["name"])


def _of_streak(streak: Streak | None, since: date) -> Iterator[Milestone]:
    if streak is None:
        return
    for number in STREAKS:
        reached_on = streak.first + timedelta(days=number - 1)
        if since < reached_on <= streak.last:
            yield Milestone("streak", number, reached_on)
    ahead = next((number for number in STREAKS if number > streak.days), None)
    if ahead and ahead - streak.days <= max(ahead * NEAR, 3):
        yield Milestone("streak", ahead, to_go=ahead - streak.days)
