"""`/ask`: what an assistant may read, allowed and taken back."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights.database_outage import absence_in
from brapped_assets.insights.items import key_in
from brapped_assets.warehouse.assistant_access import allow_assistant, assistant_reads, refuse_assistant
from brapped_assets.web.address import root_of
from brapped_assets.web.forms import posted
from brapped_assets.web.site import Site


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            reads = assistant_reads(tx, who.listener_id) if who and not absence_in(tx) else None
        return site.page("ask.html", request, who, reads=reads)

    async def choose(request: Request) -> Response:
        fields = await posted(request, site)
        listener_id = key_in(fields.get("listener", ""))
        if listener_id:
            await run_in_threadpool(_choose, site, listener_id, fields.get("reads", ""))
        return RedirectResponse(f"{root_of(request)}/ask", status_code=303)

    return [Route("/ask", show, name="ask"), Route("/ask", choose, methods=["POST"])]


def _choose(site: Site, listener_id: int, reads: str) -> None:
    assert site.writing is not None
    with site.writing.transaction() as tx:
        match reads:
            case "all" | "export":
                allow_assistant(tx, listener_id, reads, site.clock())
            case _:
                refuse_assistant(tx, listener_id)
