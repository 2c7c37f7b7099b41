"""`/genres`: which genres are heard and when, where artists come from, and where they were heard."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.day_grid import levels
from brapped_assets.insights.facets import countries
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.origin_tables import genre_tables
from brapped_assets.insights.origins import ENOUGH, Known, Share, is_enough, known, shares
from brapped_assets.insights.periods import Period
from brapped_assets.insights.rank_over_time import stretches, unit_of
from brapped_assets.rendering.marks import Mark
from brapped_assets.text.cldr import country_name
from brapped_assets.text.formatting import dated, duration, hour, percent, short_day
from brapped_assets.text.translation import _, ngettext
from brapped_assets.web.address import period_of
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.site import Site

MOST_GENRES, MOST_ROWS, MOST_COUNTRIES = 100, 10, 30
PATH = "/genres"


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            period = period_of(request, who)
            by: By = "minutes" if request.query_params.get("by") == "minutes" else "plays"
            plays = who.shown.plays(period.first, period.until)
            heard_in = countries(who, plays)
            unit, among = unit_of(who, period), stretches(who, period)
            empty = nothing_left(tx, request, who, period)
        told = {trait: known(plays, trait) for trait in ("genre", "origin", "began")}
        genres = shares(plays, "genre", by)
        top = [str(one.value) for one in genres[:MOST_ROWS]]
        tables = genre_tables(plays, top, among, by)
        of_time = [Head(*_heads(one, unit), one.name, {}) for one in among]
        of_day = [Head(f"{nth:02d}", hour(nth), period.name, {"hour": nth}) for nth in range(HOURS)]
        return site.page(
            "genres.html", request, who, period=period, by=by, gaps=who.gaps_in(period), plays=len(plays),
            empty=empty, coverage={trait: _coverage(plays, told[trait], by) for trait in told},
            enough={trait: is_enough(plays, told[trait]) for trait in told}, least=percent(ENOUGH, 1),
            genres=_rows(genres[:MOST_GENRES], plays, by, lambda one: _led(period, genre=one.value), str),
            many_genres=len(genres), unit=unit,
            over_time=_table(top, tables.by_stretch, of_time, by), by_hour=_table(top, tables.by_hour, of_day, by),
            origins=_rows(shares(plays, "origin", by)[:MOST_COUNTRIES], plays, by,
                          lambda one: _led(period, origin=one.value), country_name),
            places=_rows(sorted((Share(*one) for one in heard_in), key=lambda one: -_of(one, by)), plays, by,
                         lambda one: _led(period, country=one.value), country_name),
            decades=_rows(sorted(shares(plays, "began", by), key=lambda one: int(one.value)), plays, by,
                          lambda one: _led(period, began=one.value), lambda decade: _("%(decade)ss", decade=decade)),
        )  # fmt: skip

    return [Route(PATH, show, name="genres")]


Row = tuple[str, int, str, str]


def _rows(
    found: Sequence[Share], plays: SummedPlays, by: By, led: Callable[[Share], str], named: Callable[[str], str]
) -> list[Row]:
    """Name, size, share of all plays (or minutes) of the period, and where it leads."""
    whole = len(plays) if by == "plays" else plays.total_ms
    return [(named(str(one.value)), _of(one, by), percent(_of(one, by), whole), led(one)) for one in found]


def _coverage(plays: SummedPlays, of: Known, by: By) -> str:
    return percent(of.plays, len(plays)) if by == "plays" else percent(of.ms, plays.total_ms)


def _of(one: Share, by: By) -> int:
    return one.plays if by == "plays" else one.ms


class Head(NamedTuple):
    """A column: how it is written, short and in full, the period of its plays, and what else is asked of them."""

    label: str
    title: str
    name: str
    asked: dict[str, int]


def _table(genres: Sequence[str], cells: Sequence[Sequence[int]], heads: Sequence[Head], by: By) -> dict[str, Any]:
    """A row a genre: marks with shades, each leading to its plays."""
    shade = iter(levels(value for row in cells for value in row))
    rows = []
    for genre, values in zip(genres, cells, strict=True):
        marks = []
        for head, value in zip(heads, values, strict=True):
            said = duration(value) if by == "minutes" else ngettext("%(num)s play", "%(num)s plays", value)
            plays, ms = (0, value) if by == "minutes" else (value, 0)
            href = _led_to(head.name, genre=genre, **head.asked)
            marks.append(Mark(f"{genre}={head.label}", head.label, href, False, plays, ms, next(shade),
                              title=f"{genre}, {head.title}: {said}"))  # fmt: skip
        rows.append((genre, marks))
    return {"heads": [(head.label, head.title) for head in heads], "rows": rows}


def _heads(stretch: Period, unit: str) -> tuple[str, str]:
    """A stretch as it stands above a column, and in full."""
    if unit == "year":
        return f"{stretch.first.year}", f"{stretch.first.year}"
    if unit == "month":
        # Of several years each January says which.
        return f"{stretch.first.year}" if stretch.first.month == 1 else dated(stretch.first, "LLL"), stretch.label
    return short_day(stretch.first), stretch.label


def _led(period: Period, **asked: int | str) -> str:
    return _led_to(period.name, **asked)


def _led_to(name: str, **asked: int | str) -> str:
    """The plays that a mark stands for."""
    return f"/explore?{urlencode({**asked, 'range': name})}"
