"""`/hidden`: what is kept out of the statistics; `/hide` and `/show-again` change it."""

import re
from datetime import datetime
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights import aliasing, hiding, hiding_offers
from brapped_assets.insights.items import LARGEST_KEY, key_in
from brapped_assets.insights.periods import BACKWARDS, EARLIEST, LATEST
from brapped_assets.insights.play_log import place_named
from brapped_assets.insights.viewer import viewer
from brapped_assets.text.translation import _, translated
from brapped_assets.warehouse.zones import instant_of, local_time
from brapped_assets.web.forms import LACKS, posted, reason_in, way_back
from brapped_assets.web.site import Site

LOCAL = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?"


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None:
                return site.page("nothing_yet.html", request, who)
            aliases = aliasing.aliases(tx, who.listener_id)
            hidden, times = hiding.hidden(tx, who.listener_id), hiding.hidden_times(tx, who.listener_id)
            offered, heard = hiding_offers.offered(tx, who), hiding_offers.said(tx, who.listener_id)
        # In the zone that held then, as plays are.
        local = partial(local_time, who.spans)
        return site.page(
            "hidden.html", request, who, hidden=hidden, times=times, local=local, aliases=aliases,
            offered=offered, heard=heard,
        )  # fmt: skip

    async def hide(request: Request) -> Response:
        fields = await posted(request, site)
        await run_in_threadpool(_hide, site, fields)
        return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

    async def show_again(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        is_time = "hidden_time_id" in fields
        listener_id, hidden_id = (
            _number(fields, "listener"),
            _number(fields, "hidden_time_id" if is_time else "hidden_id"),
        )
        again = hiding.show_time_again if is_time else hiding.show_again
        await run_in_threadpool(again, site.writing, listener_id, hidden_id)
        return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

    return [
        Route("/hidden", show, name="hidden"),
        Route("/hide", hide, methods=["POST"]),
        Route("/show-again", show_again, methods=["POST"]),
    ]


def _hide(site: Site, fields: dict[str, str]) -> None:
    """Whatever a form names: a play, a stretch of time, an artist, a song or a context."""
    assert site.writing is not None
    listener_id, now, why = _number(fields, "listener"), site.clock(), reason_in(fields)
    if "play" in fields:
        # Its END and the key of its track.
        play = place_named(fields["play"])
        if play is None or play.play_key > LARGEST_KEY:
            raise HTTPException(400, _(LACKS))
        hiding.hide_play(site.writing, listener_id, play.at, play.play_key, now, why=why)
    elif "from" in fields or "until" in fields:
        hiding.hide_time(site.writing, listener_id, *_stretch(site, fields, listener_id), now, why=why)
    else:
        what: hiding.What = "artist" if "artist" in fields else "track" if "track" in fields else "context"
        which = fields.get("context", "") if what == "context" else _number(fields, what)
        if not which:
            raise HTTPException(400, _(LACKS))
        hiding.hide(site.writing, listener_id, what, which, now, why=why)


def _stretch(site: Site, fields: dict[str, str], listener_id: int) -> tuple[datetime, datetime]:
    """From when to when (UTC), told in the listener's local time."""
    first, until = (_local(fields.get(name, "")) for name in ("from", "until"))
    if first is None or until is None:
        raise HTTPException(400, _("A stretch of time has a beginning and an end, such as 2025-03-09 20:00."))
    with site.reading.transaction() as tx:
        who = viewer(tx, site.clock(), listener_id, lives=site.lives)
    if who is None:
        raise HTTPException(400, _(LACKS))
    begins, ends = instant_of(who.spans, first), instant_of(who.spans, until)
    if begins >= ends:
        raise HTTPException(400, translated(BACKWARDS))
    return begins, ends


def _number(fields: dict[str, str], name: str) -> int:
    number = key_in(fields.get(name, ""))
    if not number:
        raise HTTPException(400, _(LACKS))
    return number


def _local(text: str) -> datetime | None:
    """A local time as a form tells it; None for anything else, and for years in which nobody played."""
    try:
        told = datetime.fromisoformat(text) if re.fullmatch(LOCAL, text) else None
    except ValueError:
        return None
    return told if told is not None and EARLIEST.year <= told.year < LATEST.year else None
