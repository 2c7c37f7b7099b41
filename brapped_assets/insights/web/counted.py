"""`/counted`: how each number is counted, in words and as SQL over the public views."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import comparison, habit_formulas, item_formulas, overview_formulas, wrapped
from brapped_assets.insights.formulas import Formula
from brapped_assets.insights.web.site import Site

SECTIONS: dict[str, list[Formula]] = {
    "Any period": overview_formulas.FORMULAS,
    "When and how": habit_formulas.FORMULAS,
    "Artists, songs, albums": item_formulas.FORMULAS,
    "Wrapped": wrapped.FORMULAS,
    "Two listeners": comparison.FORMULAS,
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
        return site.page("counted.html", request, who, sections=SECTIONS)

    return [Route("/counted", show, name="counted")]
