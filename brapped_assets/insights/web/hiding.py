"""`/hidden`: what is kept out of the statistics; `/hide` and `/show-again` change it."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights import hiding
from brapped_assets.insights.items import key_in
from brapped_assets.insights.web.forms import posted, way_back
from brapped_assets.insights.web.site import Site


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None:
                return site.page("nothing_yet.html", request, who)
            return site.page("hidden.html", request, who, hidden=hiding.hidden(tx, who.listener_id))

    async def hide(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        listener_id = _number(fields, "listener")
        what: hiding.What = "artist" if "artist" in fields else "track" if "track" in fields else "context"
        which = fields.get("context", "") if what == "context" else _number(fields, what)
        await run_in_threadpool(hiding.hide, site.writing, listener_id, what, which, site.clock())
        return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

    async def show_again(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        listener_id, hidden_id = _number(fields, "listener"), _number(fields, "hidden_id")
        await run_in_threadpool(hiding.show_again, site.writing, listener_id, hidden_id)
        return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

    return [
        Route("/hidden", show, name="hidden"),
        Route("/hide", hide, methods=["POST"]),
        Route("/show-again", show_again, methods=["POST"]),
    ]


def _number(fields: dict[str, str], name: str) -> int:
    number = key_in(fields.get(name, ""))
    if not number:
        raise HTTPException(400, "This form lacks something. Go back, reload the page and try again.")
    return number
