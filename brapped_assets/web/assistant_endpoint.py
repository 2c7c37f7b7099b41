"""`/mcp`: an assistant asks over HTTP, with a read token. Whoever does not ask pays nothing for what answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import anyio
from anyio.abc import TaskGroup, TaskStatus
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brapped_assets.web.api import problems
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.site import Site

PATH = "/mcp"
# Of the few connections that pages have, assistants take two at most.
AT_ONCE = 2
WHOSE = "brapped.read_token"


class AssistantEndpoint:
    """One request, one answer: nothing is kept between them, and nobody is answered without a token for every play."""

    def __init__(self, site: Site, gate: Gate) -> None:
        self._site, self._gate = site, gate
        self._free, self._starting = anyio.Semaphore(AT_ONCE), anyio.Lock()
        self._group: TaskGroup | None = None
        self._app: ASGIApp | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as self._group:
            yield
            self._group.cancel_scope.cancel()

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
            app = await self._started()
            await app({**scope, "path": PATH, "root_path": "", WHOSE: token}, receive, send)
        await self._gate.note(token)

    async def _started(self) -> ASGIApp:
        async with self._starting:
            if self._app is None:
                assert self._group is not None
                self._app = await self._group.start(self._serve)
        return self._app

    async def _serve(self, *, task_status: TaskStatus[ASGIApp]) -> None:
        # The protocol's library and the reader of SQL take 30 MB and a second: of whoever asks first.
        server = await anyio.to_thread.run_sync(import_module, "brapped_assets.web.assistant_server")
        app, running = server.build(self._site)
        async with running():
            task_status.started(app)
            await anyio.sleep_forever()
