"""`/compare`: two listeners of one home, in a period."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.listener_comparison import compare
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.viewer import viewer
from brapped_assets.text.formatting import percent
from brapped_assets.text.translation import _
from brapped_assets.web.site import Site, period_of, selection_of

LONGEST_LIST = 10
SHARES = 1_000_000


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        asked = request.query_params.get("with", "")
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            others = [one for one in who.everybody if one.listener_id != who.listener_id]
            if not others:
                raise HTTPException(404, _("There is nobody here to compare with: brapped login adds a listener."))
            chosen = next((one for one in others if str(one.listener_id) == asked), None if asked else others[0])
            if chosen is None:
                raise HTTPException(404, _("There is no such listener here."))
            other = viewer(tx, site.clock(), chosen.listener_id, lives=site.lives)
            assert other is not None
            other = viewer_of(tx, other, selection_of(request))
            # All time is that of both, whoever looks.
            days = [one.first_day for one in (who, other) if one.first_day]
            period = period_of(request, replace(who, first_day=min(days)))
            both = compare(tx, who, other, period, LONGEST_LIST)
        return site.page(
            "listener_comparison.html", request, who, other=other, others=others, period=period, both=both,
            gaps=[*who.gaps_in(period), *other.gaps_in(period)],
            overlap=percent(round(both.overlap * SHARES), SHARES),
        )  # fmt: skip

    return [Route("/compare", show, name="compare")]
