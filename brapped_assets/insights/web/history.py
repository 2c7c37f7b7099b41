"""`/history`: every play, by day."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import history, overview
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.web.site import Site

SOURCES = {
    "api": "collected live",
    "export": "from your export",
    "both": "live and export",
    "legacy": "from the old tables",
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            day = _day(request.query_params.get("on", ""))
            start = history.end_of(day, who) if day else history.place_named(request.query_params.get("before", ""))
            page = history.page(tx, who, start)
            totals = {}
            if page.days:
                shown = Period("shown", "", page.days[-1][0], page.days[0][0] + DAY)
                totals = {total.day: total for total in overview.days(tx, who, shown)}
        return site.page(
            "history.html", request, who, page=page, on=day, totals=totals, sources=SOURCES, newest=history.NEWEST,
            continued=start is not None and day is None,
        )  # fmt: skip

    return [Route("/history", show, name="history")]


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
