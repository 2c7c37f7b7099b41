"""`/places/artists` and its like: rank over time, and weeks at number one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.periods import Period
from brapped_assets.insights.rank_over_time import PLACES, Line, Unit, lines, stretches, unit_of
from brapped_assets.insights.weeks_at_number_one import leaders
from brapped_assets.text.formatting import dated, month, short_day
from brapped_assets.text.translation import _
from brapped_assets.web.address import period_of
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.site import Site

LONGEST_LIST = 10


@dataclass(frozen=True)
class Column:
    """A stretch of the drawing: how it is written, short and in full, and the line in each place, 0 for none."""

    stretch: Period
    label: str
    title: str
    places: list[int]


def routes(site: Site) -> list[Route]:
    def page(kind: Any) -> Route:
        def show(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    return site.page("nothing_yet.html", request, who)
                period = period_of(request, who)
                unit, among = unit_of(who, period), stretches(who, period)
                drawn = lines(tx, who, period, kind, among)
                empty = nothing_left(tx, request, who, period)
                many, led = leaders(tx, who, period, kind, LONGEST_LIST)
            columns = _columns(drawn, among, unit)
            return site.page(
                "rank_over_time.html", request, who, kind=kind, kinds=list(MUSIC), period=period, unit=unit,
                lines=drawn, columns=columns, lowest=len(columns[0].places) if columns else 0,
                most_places=PLACES, many=many, led=led, gaps=who.gaps_in(period), empty=empty,
            )  # fmt: skip

        return Route(f"/places/{kind}", show, name=f"places_{kind}")

    def nothing(_request: Request) -> Response:
        raise HTTPException(404, _("There are ranks over time of artists, songs and albums."))

    return [*(page(kind) for kind in MUSIC), Route("/places/{kind}", nothing)]


def _columns(drawn: Sequence[Line], among: Sequence[Period], unit: Unit) -> list[Column]:
    """As many places as the lowest that is taken."""
    lowest = max((place for line in drawn for place in line.places), default=0)
    columns = []
    for nth, stretch in enumerate(among):
        places = [0] * lowest
        for who, line in enumerate(drawn, 1):
            if line.places[nth]:
                places[line.places[nth] - 1] = who
        label, title = _written(stretch, unit)
        columns.append(Column(stretch, label, title, places))
    return columns


def _written(stretch: Period, unit: Unit) -> tuple[str, str]:
    first = stretch.first
    match unit:
        case "week":
            return dated(first, "MMMd"), _("the week of %(day)s", day=short_day(first))
        case "month":
            return dated(first, "LLL"), month(first)
        case "year":
            return f"{first.year}", f"{first.year}"
