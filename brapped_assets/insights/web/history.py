"""`/history`: every play, by day."""

import re
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import history, overview
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.web.site import Site, say

SOURCES = {
    "api": "live",
    "export": "export",
    "both": "live, export",
    "legacy": "from the old tables",
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            asked_day, asked_place = (request.query_params.get(name, "").strip() for name in ("on", "before"))
            day = _day(asked_day)
            start = history.end_of(day, who) if day else history.place_named(asked_place)
            if (asked_day and day is None) or (asked_place and start is None):
                say(request, "This address names no day; one is 2025-03-09. Shown instead: the newest plays.")
            page = history.page(tx, who, start)
            totals = {}
            if page.days:
                shown = Period("shown", "", page.days[-1][0], page.days[0][0] + DAY)
                totals = {total.day: total for total in overview.days(who, shown)}
        return site.page(
            "history.html", request, who, page=page, on=day, totals=totals, sources=SOURCES, newest=history.NEWEST,
            continued=start is not None and day is None,
        )  # fmt: skip

    return [Route("/history", show, name="history")]


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", name) else None
    except ValueError:
        return None
