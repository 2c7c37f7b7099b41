"""The pages' table of contents: which address is answered by what."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from brapped_assets.insights.web import counted, hiding, history, items, overview, search, today
from brapped_assets.insights.web.safety import middleware
from brapped_assets.insights.web.site import HERE, Site
from brapped_assets.warehouse.errors import WarehouseError

HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def create_app(site: Site, hosts: list[str] | None = None) -> Starlette:
    """The pages as an ASGI application. Each page's module has its routes."""
    app = Starlette(
        routes=[
            *overview.routes(site),
            *today.routes(site),
            *items.routes(site),
            *search.routes(site),
            *history.routes(site),
            *hiding.routes(site),
            *counted.routes(site),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=middleware(hosts or HOSTS),
        exception_handlers={WarehouseError: asleep(site), HTTPException: refused(site)},
    )
    app.state.site = site
    return app


def health(_request: Request) -> Response:
    return Response("ok", media_type="text/plain")


def asleep(site: Site) -> Callable[[Request, Exception], Response]:
    """The page while the database does not answer: it says so, and looks again by itself."""

    def handler(request: Request, error: Exception) -> Response:
        return site.page("asleep.html", request, None, status_code=503, reason=str(error))

    return handler


def refused(site: Site) -> Callable[[Request, Exception], Response]:
    """A page that is not there, or a form that is not ours: in words, on a page."""

    def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return site.page("refused.html", request, None, status_code=error.status_code, error=error)

    return handler
