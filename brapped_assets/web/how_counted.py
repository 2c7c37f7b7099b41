"""`/counted`: how each number is counted, in words and as SQL over the public views, and by which rule."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights.how_counted import (
    awards,
    habits,
    items,
    listener_comparison,
    origins,
    overview,
    period_comparison,
    rank_over_time,
    spoken,
    taste_over_time,
    wrapped,
)
from brapped_assets.insights.how_counted.formula import Formula
from brapped_assets.insights.items import key_in
from brapped_assets.insights.rule_comparison import SHORT, WORDS, choose_rule, side_by_side
from brapped_assets.text.translation import N_, _
from brapped_assets.web.address import period_of, selection_of
from brapped_assets.web.forms import posted, way_back
from brapped_assets.web.site import Site

SECTIONS: dict[str, list[Formula]] = {
    N_("Any period"): overview.FORMULAS,
    N_("When and how"): habits.FORMULAS,
    N_("Artists, songs, albums"): items.FORMULAS,
    N_("Genres and countries"): origins.FORMULAS,
    N_("Podcasts, audiobooks, videos"): spoken.FORMULAS,
    N_("Wrapped"): wrapped.FORMULAS,
    N_("Two periods"): period_comparison.FORMULAS,
    N_("Ranks over time"): rank_over_time.FORMULAS,
    N_("Two listeners"): [*listener_comparison.FORMULAS, *taste_over_time.FORMULAS],
    N_("A party at home"): awards.FORMULAS,
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        values: dict[str, Any] = {"period": None, "rules": []}
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is not None and who.first_day is not None:
                period = period_of(request, who)
                values = {"period": period, "rules": side_by_side(who, period)}
        rule = selection_of(request).rule
        sections = {title: [one.by(rule) for one in formulas] for title, formulas in SECTIONS.items()}
        return site.page("how_counted.html", request, who, sections=sections, names=SHORT, **values)

    async def choose(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        listener_id, rule = key_in(fields.get("listener", "")), fields.get("rule", "")
        if not listener_id or rule not in WORDS:
            raise HTTPException(400, _("This form names no rule of counting. Go back, reload the page and try again."))
        await run_in_threadpool(choose_rule, site.writing, listener_id, rule, site.clock())
        return RedirectResponse(way_back(request, fields, "/counted"), status_code=303)

    return [Route("/counted", show, name="counted"), Route("/count-by", choose, methods=["POST"])]
