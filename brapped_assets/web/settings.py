"""`/settings`: how pages look, are written and count; `/settings/zone`: in which time zone days are counted."""

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.clocks.regions import regions_like, why_refused
from brapped_assets.insights.database_outage import absence_in
from brapped_assets.insights.items import key_in
from brapped_assets.insights.preference import Theme, choose, read_preference
from brapped_assets.insights.rule_comparison import SHORT
from brapped_assets.text.language import LANGUAGES, Hours, Numbers, display
from brapped_assets.text.translation import _
from brapped_assets.warehouse import zones
from brapped_assets.warehouse.merge.play_merge import lock_listener
from brapped_assets.warehouse.zones import Span, Spans
from brapped_assets.web import read_tokens
from brapped_assets.web.address import root_of
from brapped_assets.web.display import COOKIE, remember, remembered
from brapped_assets.web.forms import posted, way_back
from brapped_assets.web.site import Site

LONGEST_ZONE = 100


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            held = read_tokens.of_listener(tx, who.listener_id) if who and not absence_in(tx) else []
        shown = remembered(request) if who is None or COOKIE in request.cookies else who.preference
        return site.page(
            "settings.html", request, who, shown=shown, languages=LANGUAGES, rules=SHORT,
            themes=get_args(Theme), clocks=get_args(Hours), numbers=get_args(Numbers),
            tokens=held, scope_words=read_tokens.WORDS,
            is_saved=request.query_params.get("saved") == "yes",
        )  # fmt: skip

    async def save(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        chosen = read_preference(fields | {"language": fields.get("language", "").replace("-", "")})
        listener_id, rule = key_in(fields.get("listener", "")), fields.get("rule", "")
        if listener_id and rule in SHORT:
            kept = replace(chosen, week_begins=chosen.week_begins or display().week_begins)
            await run_in_threadpool(choose, site.writing, listener_id, kept, rule, site.clock())
        answer = RedirectResponse(way_back(request, fields, "/settings?saved=yes"), status_code=303)
        remember(answer, chosen)
        return answer

    def ask(request: Request) -> Response:
        """What another zone would change, before it does."""
        name = request.query_params.get("zone", "").strip()[:LONGEST_ZONE]
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None:
                return site.page("nothing_yet.html", request, who)
            values: dict[str, Any] = {"zone": name, "problem": _problem(name)}
            if not values["problem"]:
                whole = zones.changed(who.spans, Span(None, name))
                moved = _moved(who.spans, name, site.clock())
                values |= {
                    "change": zones.preview(tx, who.listener_id, whole), "has_moved": len(who.spans) > 1,
                    "moves": moved != who.spans,
                }  # fmt: skip
        return site.page("settings_zone.html", request, who, **values)

    async def move(request: Request) -> Response:
        fields = await posted(request, site)
        listener_id, name = key_in(fields.get("listener", "")), fields.get("zone", "")
        if not listener_id or why_refused(name) or fields.get("since") not in {"always", "today"}:
            raise HTTPException(400, _("This form names no time zone. Go back, reload the page and try again."))
        await run_in_threadpool(_move, site, listener_id, name, is_always=fields["since"] == "always")
        return RedirectResponse(f"{root_of(request)}/settings?saved=yes", status_code=303)

    return [
        Route("/settings", show, name="settings"),
        Route("/settings", save, methods=["POST"]),
        Route("/settings/zone", ask, name="zone"),
        Route("/settings/zone", move, methods=["POST"]),
    ]


def _problem(name: str) -> str:
    """Why no day can be counted there; empty where days can."""
    if not name:
        return _("Name a region.")
    if not why_refused(name):
        return ""
    regions = ", ".join(regions_like(name))
    return _("This is no region with a time of its own. Perhaps you mean: %(regions)s.", regions=regions)


def _move(site: Site, listener_id: int, name: str, *, is_always: bool) -> None:
    """As `brapped timezone` does: the zones first, then local time, a year a transaction."""
    assert site.writing is not None
    with site.writing.transaction() as tx:
        lock_listener(tx, listener_id)
        before = zones.spans_of_listener(tx, listener_id)
        after = zones.changed(before, Span(None, name)) if is_always else _moved(before, name, site.clock())
        zones.write(tx, listener_id, after)
    zones.rebuild(site.writing, listener_id)


def _moved(spans: Spans, name: str, now: datetime) -> Spans:
    """The zones of somebody who lives in another since this morning there."""
    if spans[-1].time_zone == name:
        return spans
    return zones.changed(spans, Span(zones.midnight_of(zones.local_time((Span(None, name),), now).date(), name), name))
