"""The pages as an ASGI application: in front of them who may ask, behind them what is answered when something fails."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from brapped_assets.warehouse.errors import TooSlow, Waking, WarehouseError
from brapped_assets.web.api.app import ROOT, api
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.assistant_endpoint import PATH, AssistantEndpoint
from brapped_assets.web.metrics import Metrics, PageTimes
from brapped_assets.web.routes import page_routes
from brapped_assets.web.security import middleware, safe_headers
from brapped_assets.web.site import Site
from brapped_assets.web.static_files import OwnFiles, service_worker

HOSTS = ("127.0.0.1", "localhost", "[::1]")


def create_app(
    site: Site, hosts: Sequence[str] = (), *, key: str | None = None, origins: Sequence[str] = ()
) -> Starlette:
    """The pages, the API, the assistant and the machinery's addresses.

    `hosts` are names and addresses to answer to, besides this machine's own; with a `key`, only who brings it is.
    Pages of `origins` may ask the API from a browser, with a token.
    """
    gate, metrics = Gate(site), Metrics(site)
    asked = AssistantEndpoint(site, gate)
    pages = page_routes(site)
    app = Starlette(
        routes=[
            # First, for a flood of wrong tokens shall be refused at once.
            Mount(ROOT, api(site, gate, origins)),
            Route(PATH, asked),
            *pages,
            Mount("/of/{listener}", routes=pages),
            Route("/health", health),
            metrics.route(gate),
            Route("/offline", offline(site)),
            Route("/service_worker.js", service_worker),
            Mount("/static", OwnFiles()),
        ],
        middleware=[Middleware(PageTimes, histogram=metrics.times), *middleware(site, [*HOSTS, *hosts], key)],
        exception_handlers={
            WarehouseError: asleep(site),
            HTTPException: refused(site),
            ClientDisconnect: gone,
            Exception: failed(site, key),
        },
        lifespan=until_the_end(site, asked),
    )
    app.state.site, app.state.gate = site, gate
    return app


def health(_request: Request) -> Response:
    return Response("ok", media_type="text/plain")


def offline(site: Site) -> Callable[[Request], Response]:
    """What a browser shows of a page that it never saw, while nothing answers it."""

    def page(request: Request) -> Response:
        return site.page("offline.html", request, None)

    return page


def asleep(site: Site) -> Callable[[Request, Exception], Response]:
    """The page while the database does not answer: it says so, and looks again by itself."""

    def handler(request: Request, error: Exception) -> Response:
        return site.page(
            "database_asleep.html", request, None, status_code=503, reason=str(error),
            is_waking=isinstance(error, Waking | TooSlow),
            database="busy" if isinstance(error, TooSlow) else site.reading.database,
        )  # fmt: skip

    return handler


def refused(site: Site) -> Callable[[Request, Exception], Response]:
    """A page that is not there, or a form that is not ours: in words, on a page."""

    def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = site.page("request_refused.html", request, None, status_code=error.status_code, error=error)
        answer.headers.update(error.headers or {})
        return answer

    return handler


def gone(_request: Request, _error: Exception) -> Response:
    """For nobody: whoever asked left before the request was whole."""
    return Response(status_code=400)


def failed(site: Site, key: str | None) -> Callable[[Request, Exception], Response]:
    """A mistake of ours: the log has it, the page does not."""

    def handler(request: Request, _error: Exception) -> Response:
        answer = site.page("page_failed.html", request, None, status_code=500)
        # It is given outside all middleware.
        answer.headers.update({**safe_headers(key), "Cache-Control": "no-store"})
        return answer

    return handler


def until_the_end(site: Site, asked: AssistantEndpoint) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with asked.running():
            yield
        site.close()

    return lifespan
