"""`/counted`: how each number is counted, in words and as SQL over the public views, and by which rule."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import (
    change_formulas,
    comparison,
    habit_formulas,
    item_formulas,
    overview_formulas,
    place_formulas,
    wrapped,
)
from brapped_assets.insights.formulas import Formula
from brapped_assets.insights.rules import side_by_side
from brapped_assets.insights.selection import EVERYTHING
from brapped_assets.insights.web.filters import RULES
from brapped_assets.insights.web.site import Site, period_of

SECTIONS: dict[str, list[Formula]] = {
    "Any period": overview_formulas.FORMULAS,
    "When and how": habit_formulas.FORMULAS,
    "Artists, songs, albums": item_formulas.FORMULAS,
    "Wrapped": wrapped.FORMULAS,
    "Two periods": change_formulas.FORMULAS,
    "Ranks over time": place_formulas.FORMULAS,
    "Two listeners": comparison.FORMULAS,
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        values: dict[str, Any] = {"period": None, "rules": []}
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            selection = getattr(request.state, "selection", EVERYTHING)
            if who is not None and who.first_day is not None:
                whole = site.viewer(tx, request)
                assert whole is not None
                period = period_of(request, who)
                values = {"period": period, "rules": side_by_side(tx, whole, selection, period)}
        sections = {title: [one.by(selection.rule) for one in formulas] for title, formulas in SECTIONS.items()}
        return site.page("counted.html", request, who, sections=sections, names=RULES, **values)

    return [Route("/counted", show, name="counted")]
