"""`/ask`: what an assistant may read, allowed and taken back; `/mcp`: where one asks over HTTP, with a read token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from brapped_assets.insights.database_outage import absence_in
from brapped_assets.insights.items import key_in
from brapped_assets.mcp_server.server import build_server
from brapped_assets.mcp_server.tools import Tools
from brapped_assets.warehouse.assistant_access import allow_assistant, assistant_reads, refuse_assistant
from brapped_assets.warehouse.read_tokens import ReadToken
from brapped_assets.web.address import root_of
from brapped_assets.web.api import problems
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.forms import posted
from brapped_assets.web.site import Site

PATH = "/mcp"
MOST_BYTES = 65_536
# Of the few connections that pages have, assistants take two at most.
AT_ONCE = 2
WHOSE = "brapped.read_token"


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


class AssistantEndpoint:
    """One request, one answer: nothing is kept between them, and nobody is answered without a token for every play."""

    def __init__(self, site: Site, gate: Gate) -> None:
        def tools_of(context: Context[Any, Any]) -> Tools:
            request = context.request_context.request
            assert request is not None
            token: ReadToken = request.scope[WHOSE]
            return Tools(site.direct, site.clock, token.listener_id, site.lives)

        self._gate = gate
        self._server = build_server(tools_of, version("brapped"))
        # Hosts and origins are looked at before, as for every page.
        self._app = self._server.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, max_request_body_size=MOST_BYTES,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )  # fmt: skip
        self._free = anyio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._server.session_manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            token = await self._gate.admit(request, "plays")
        except Problem as problem:
            await problems.answer(problem)(scope, receive, send)
            return
        if request.method != "POST":
            refusal = Problem("method", "Send a message with POST.", headers={"Allow": "POST"})
            await problems.answer(refusal)(scope, receive, send)
            return
        async with self._free:
            await self._app({**scope, "path": PATH, "root_path": "", WHOSE: token}, receive, send)
        await self._gate.note(token)
