"""`/changes/artists` and its like: a period held against another one."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.completeness import known_in_part
from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.period_comparison import moves, side
from brapped_assets.text.formatting import change
from brapped_assets.text.translation import _
from brapped_assets.web.address import period_of
from brapped_assets.web.compared_period import CHOICES, against_of
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.site import Site

LONGEST_LIST = 10


def routes(site: Site) -> list[Route]:
    def page(kind: Any) -> Route:
        def show(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    return site.page("nothing_yet.html", request, who)
                period = period_of(request, who)
                against = against_of(request, who, period)
                values: dict[str, Any] = {"in_part": known_in_part(tx, who, period, against)}
                if values["in_part"] is None:
                    kept = [("against", against.name)] if against.name != "before" else []
                    now, then = side(tx, who, period), side(tx, who, against)
                    values |= {
                        "now": now, "then": then, "change": change(now.plays, then.plays),
                        "empty": nothing_left(tx, request, who, period, kept=kept),
                        "moves": moves(tx, who, period, against, kind, limit=LONGEST_LIST),
                    }  # fmt: skip
            return site.page(
                "period_comparison.html", request, who, kind=kind, kinds=list(MUSIC), period=period, against=against,
                choices=CHOICES, gaps=[*who.gaps_in(period), *who.gaps_in(against)],
                **values,
            )  # fmt: skip

        return Route(f"/changes/{kind}", show, name=f"changes_{kind}")

    def nothing(_request: Request) -> Response:
        raise HTTPException(404, _("Artists, songs and albums are held against each other."))

    return [*(page(kind) for kind in MUSIC), Route("/changes/{kind}", nothing)]
