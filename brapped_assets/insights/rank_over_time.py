"""Rank over time: the most played of a period, and the place of each in every week, month or year of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.columns.sums_by_item import Ints, Music
from brapped_assets.insights.names import MUSIC, names
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

Unit = Literal["week", "month", "year"]
Row = dict[str, Any]
# Lines of a drawing, and the places it has: what stands lower in a stretch has no place there.
TOP, PLACES = 10, 20
# More days than these are told by month, and more than those by year.
MOST_BY_WEEK, MOST_BY_MONTH = 100, 1_100


@dataclass(frozen=True)
class Line:
    """One of the most played of a period: `named` as `names` has it, and its place in each stretch, 0 for none."""

    named: Row
    plays: int
    ms: int
    places: list[int]

    @property
    def runs(self) -> list[list[tuple[float, float]]]:
        """Where it is drawn: middles of the fields it stands in, a run for stretches in a row.

        A stretch is one wide and a place one high.
        """
        found: list[list[tuple[float, float]]] = [[]]
        for nth, place in enumerate(self.places):
            if place:
                found[-1].append((nth + 0.5, place - 0.5))
            elif found[-1]:
                found.append([])
        return [run for run in found if len(run) > 1]


def unit_of(who: Viewer, period: Period) -> Unit:
    first, until = _ends(who, period)
    days = (until - first).days
    return "week" if days <= MOST_BY_WEEK else "month" if days <= MOST_BY_MONTH else "year"


def stretches(who: Viewer, period: Period) -> list[Period]:
    """The weeks (from Monday), months or years of a period, from the first play known up to today, in order.

    They end where the period does. `name` is how an address names each.
    """
    first, until = _ends(who, period)
    unit = unit_of(who, period)
    found = []
    while first < until:
        end = _next(first, unit)
        found.append(_stretch(first, min(end, until), who.today))
        first = end
    return found


def lines(tx: Connection, who: Viewer, period: Period, kind: Music, among: list[Period]) -> list[Line]:
    """The most played of a kind in a period, and their places in some stretches of it; all ranks are by plays."""
    sums = who.shown.plays(period.first, period.until)
    top = _first(who, period, kind, TOP)
    places = [
        {number: place for place, number in enumerate(_first(who, one, kind, PLACES).tolist(), 1)} for one in among
    ]
    of_kind, _, _ = sums_by_item.played(who.shown, sums, kind)
    keys = sums_by_item.numbering(who.shown, kind).keys[top].tolist()
    named = names(tx, MUSIC[kind], keys, who.shown.catalogue.same_artists)
    return [
        Line(
            named.get(key, {}), int(of_kind.plays[number]), int(of_kind.ms[number]),
            [of_stretch.get(number, 0) for of_stretch in places],
        )
        for key, number in zip(keys, top.tolist(), strict=True)
    ]  # fmt: skip


def _first(who: Viewer, period: Period, kind: Music, limit: int) -> Ints:
    """The numbers of the most played."""
    sums, older, among = sums_by_item.played(who.shown, who.shown.plays(period.first, period.until), kind)
    return sums.ranked("plays", older, limit, among).astype("int64")


def _ends(who: Viewer, period: Period) -> tuple[date, date]:
    """As much of a period as there can be plays in."""
    first = max(period.first, who.first_day or period.first)
    return first, min(period.until, max(who.today, who.last_day or who.today) + DAY)


def _next(first: date, unit: Unit) -> date:
    match unit:
        case "week":
            return first + timedelta(days=7 - first.weekday())
        case "month":
            return (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        case "year":
            return date(first.year + 1, 1, 1)


def _stretch(first: date, until: date, today: date) -> Period:
    """Named as a month or a year where it is all of it that has come, else by its ends."""
    for name, begins, ends in (
        (f"{first:%Y-%m}", first.replace(day=1), _next(first, "month")),
        (f"{first:%Y}", date(first.year, 1, 1), _next(first, "year")),
    ):
        if first == begins and (until == ends or today < until < ends):
            return Period(name, name, first, until)
    last = until - DAY
    return Period(f"{first}" if first == last else f"{first}..{last}", f"{first}", first, until)
