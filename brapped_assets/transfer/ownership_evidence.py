"""Whether two tell of one life: how many of the plays in the time that both cover are told by both."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

# The drift that plays are matched within (warehouse/merge/matching.py), in seconds.
DRIFT = 90.0
DAY_SECONDS = 86_400
NEAR_DAYS = 7
# Below so many plays on either side, in the time that both cover, nothing can be said.
ENOUGH_PLAYS = 50
LEAST_SHARE = 0.05


class Heard(NamedTuple):
    """One play as somebody tells it: its END in seconds since 1970, its track's id or uri if told, its title."""

    at: float
    ref: str | None
    title: str


@dataclass(frozen=True)
class Agreement:
    """Of `told` plays in the time that both cover, `agreeing` are also among the `known` ones, on so many `days`."""

    days: int = 0
    told: int = 0
    known: int = 0
    agreeing: int = 0

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(
            self.days + other.days,
            self.told + other.told,
            self.known + other.known,
            self.agreeing + other.agreeing,
        )

    @property
    def share(self) -> float:
        """Of the plays that could agree, how many do: 0 to 1; 1 where none could."""
        return min(1.0, self.agreeing / least) if (least := min(self.told, self.known)) else 1.0

    @property
    def is_enough(self) -> bool:
        return min(self.told, self.known) >= ENOUGH_PLAYS

    @property
    def is_another_life(self) -> bool:
        return self.is_enough and self.share < LEAST_SHARE


class Life:
    """Plays by UTC day."""

    def __init__(self, plays: Iterable[Heard] = ()) -> None:
        self._days: dict[int, list[Heard]] = defaultdict(list)
        for play in plays:
            self._days[int(play.at // DAY_SECONDS)].append(play)
        for day in self._days.values():
            day.sort(key=itemgetter(0))

    @property
    def days(self) -> frozenset[int]:
        """The days with plays, counted from 1970."""
        return frozenset(self._days)

    def day(self, number: int) -> list[Heard]:
        return self._days[number]


def compare_lives(told: Life, known: Life) -> Agreement:
    """The time both cover: each day on which both have plays, when another such day lies within a week of it.

    So two files that follow one another have no time in common, though one ends on the day on which the other begins.
    Two plays agree when they are of one track and end at most 90 s apart.
    """
    common = sorted(told.days & known.days)
    found = Agreement()
    for before, number, after in zip([None, *common], common, [*common[1:], None], strict=False):
        if any(other is not None and abs(other - number) <= NEAR_DAYS for other in (before, after)):
            found += _on_one_day(told.day(number), known.day(number))
    return found


def _on_one_day(told: list[Heard], known: list[Heard]) -> Agreement:
    agreeing = sum(
        any(_same_track(one, other) for other in _between(known, one.at - DRIFT, one.at + DRIFT)) for one in told
    )
    return Agreement(1, len(told), len(known), agreeing)


def _between(plays: list[Heard], first: float, last: float) -> list[Heard]:
    return plays[bisect_left(plays, first, key=itemgetter(0)) : bisect_right(plays, last, key=itemgetter(0))]


def _same_track(one: Heard, other: Heard) -> bool:
    return (one.ref is not None and one.ref == other.ref) or one.title == other.title
