"""`/`: any period at a glance."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import overview
from brapped_assets.insights.web.site import Site, period_of
from brapped_assets.insights.wording import change

LONGEST_LIST = 10


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            period = period_of(request, who)
            by: overview.By = "minutes" if request.query_params.get("by") == "minutes" else "plays"
            days = overview.days(tx, who, period)
            total = overview.totals(days)
            compared = overview.earlier(who, period)
            was = overview.totals(overview.days(tx, who, compared)) if compared else None
            artists = overview.top(tx, who, period, "artists", by, LONGEST_LIST)
            tracks = overview.top(tx, who, period, "tracks", by, LONGEST_LIST)
        return site.page(
            "overview.html", request, who, period=period, by=by, total=total, days=days, compared=compared,
            change_minutes=change(total.ms, was.ms) if was else "", change_plays=change(total.plays, was.plays) if was else "",
            artists=artists, tracks=tracks, gaps=who.gaps_in(period),
        )  # fmt: skip

    return [Route("/", show, name="overview")]
