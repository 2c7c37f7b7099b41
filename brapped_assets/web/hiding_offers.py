"""What `/hidden` offers: `/hide-offered` takes it, `/was-me` refuses it, `/was-not-me` has it asked about again."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights import hiding, hiding_offers
from brapped_assets.insights.hiding_offers import Offer
from brapped_assets.insights.items import key_in
from brapped_assets.insights.viewer import viewer
from brapped_assets.text.translation import N_, _
from brapped_assets.web.forms import LACKS, posted, reason_in, way_back
from brapped_assets.web.site import Site

NO_OFFER = N_("This is not offered any more. Go back and reload the page.")


def routes(site: Site) -> list[Route]:
    def changes(change: Callable[[Site, int, dict[str, str]], None]) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            fields = await posted(request, site)
            listener_id = key_in(fields.get("listener", ""))
            if not listener_id:
                raise HTTPException(400, _(LACKS))
            await run_in_threadpool(change, site, listener_id, fields)
            return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

        return handler

    return [
        Route("/hide-offered", changes(_hide), methods=["POST"]),
        Route("/was-me", changes(_heard), methods=["POST"]),
        Route("/was-not-me", changes(_not_heard), methods=["POST"]),
    ]


def _hide(site: Site, listener_id: int, fields: dict[str, str]) -> None:
    assert site.writing is not None
    offer = _offer(site, listener_id, fields)
    hiding.hide_time(site.writing, listener_id, offer.from_at, offer.until_at, site.clock(), why=reason_in(fields))


def _heard(site: Site, listener_id: int, fields: dict[str, str]) -> None:
    assert site.writing is not None
    hiding_offers.say_heard(site.writing, listener_id, _offer(site, listener_id, fields), site.clock())


def _not_heard(site: Site, listener_id: int, fields: dict[str, str]) -> None:
    assert site.writing is not None
    heard_time_id = key_in(fields.get("heard_time_id", ""))
    if not heard_time_id:
        raise HTTPException(400, _(LACKS))
    hiding_offers.unsay_heard(site.writing, listener_id, heard_time_id)


def _offer(site: Site, listener_id: int, fields: dict[str, str]) -> Offer:
    """What a form names, which must be on offer."""
    with site.reading.transaction() as tx:
        who = viewer(tx, site.clock(), listener_id, lives=site.lives)
        found = hiding_offers.offered(tx, who) if who else []
    named = [offer for offer in found if offer.name == fields.get("offer")]
    if not named:
        raise HTTPException(400, _(NO_OFFER))
    return named[0]
