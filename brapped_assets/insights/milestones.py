"""Round numbers, reached of late or near: all plays, hours of music, an artist's plays, a song's, days in a row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Literal

import numpy as np

from brapped_assets.insights.columns.day_numbers import dates, day_number
from brapped_assets.insights.columns.reductions import Integers, summed_of_few
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.habits import Streak
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import LATEST
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

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

    @property
    def asked(self) -> dict[str, str]:
        """What an address asks for its plays: those of the day, or of the days in a row, and of what it is of.

        Empty for what all plays lead to and that is not reached yet.
        """
        of = {str(self.kind): f"{self.key}"} if self.key is not None else {}
        if self.reached_on is None:
            return {"range": "all", **of} if of else {}
        if self.kind == "streak":
            return {"range": f"{self.reached_on - timedelta(days=self.number - 1)}..{self.reached_on}"}
        return {"range": f"{self.reached_on}", **of}


def milestones(tx: Connection, who: Viewer, streak: Streak | None) -> list[Milestone]:
    """Those reached in the last four weeks, newest first, then those near, nearest first.

    Artists and songs: of the thirty each played most lately (since the beginning of the month four weeks ago).
    """
    since = who.today - LATELY
    recent = who.shown.plays(since.replace(day=1), LATEST)
    lately = recent.where(recent.day <= day_number(who.today))
    found = [*_of_all(who, recent, lately, since), *_of_streak(streak, since)]
    found += _of_things(tx, who, recent, lately, since)
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


def _of_all(who: Viewer, recent: SummedPlays, lately: SummedPlays, since: date) -> Iterator[Milestone]:
    ever = who.shown.ever
    numbers, sums = summed_of_few(lately.day, lately.ms)
    days = dates(numbers)
    plays, ms = (zip(days, of.tolist(), strict=True) for of in (sums.plays, sums.ms))
    yield from crossed("plays", plays, since, start=len(ever) - len(recent))
    yield from crossed("hours", ms, since, start=ever.total_ms - recent.total_ms, unit=HOUR_MS)


def _of_things(
    tx: Connection, who: Viewer, recent: SummedPlays, lately: SummedPlays, since: date
) -> Iterator[Milestone]:
    """Of the main artists and the songs of the most plays of late."""
    ever = who.shown.ever
    artists, tracks = ever.catalogue.artists.keys, ever.catalogue.tracks.keys
    known = who.shown.known(lately.by_artist.played)
    things: tuple[tuple[Literal["artist", "track"], Integers, Integers, Integers, Integers], ...] = (
        ("artist", lately.by_artist.ranked("plays", artists, LIKED, known), lately.artist, artists,
         ever.by_artist.plays - recent.by_artist.plays),
        ("track", lately.by_track.ranked("plays", tracks, LIKED), lately.track, tracks,
         ever.by_track.plays - recent.by_track.plays),
    )  # fmt: skip
    for kind, ranked, numbers, keys, earlier in things:
        named = names(tx, "artists" if kind == "artist" else "tracks", keys[ranked])
        for n in ranked:
            days, plays = np.unique(lately.day[numbers == n], return_counts=True)
            key = int(keys[n])
            by_day = zip(dates(days), plays.tolist(), strict=True)
            name = named[key][f"{kind}_name"]
            yield from crossed(kind, by_day, since, start=int(earlier[n]), key=key, name=name)


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
