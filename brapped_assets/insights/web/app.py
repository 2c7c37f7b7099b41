"""The pages' table of contents: which address is answered by what."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from brapped_assets.insights.web import overview, wrapped
from brapped_assets.insights.web.safety import middleware
from brapped_assets.insights.web.site import HERE, Site
from brapped_assets.warehouse.errors import WarehouseError

HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def create_app(site: Site, hosts: list[str] | None = None) -> Starlette:
    """The pages as an ASGI application. Each page's module has its routes."""
    app = Starlette(
        routes=[
            *overview.routes(site),
            *wrapped.routes(site),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=middleware(hosts or HOSTS),
        exception_handlers={WarehouseError: asleep(site)},  # type: ignore[dict-item]  # see Starlette
    )
    app.state.site = site
    return app


def health(_request: Request) -> Response:
    return Response("ok", media_type="text/plain")


def asleep(site: Site):  # type: ignore[no-untyped-def]
    """The page while the database does not answer: it says so, and looks again by itself."""

    def handler(request: Request, error: Exception) -> Response:
        return site.page("asleep.html", request, None, status_code=503, reason=str(error))

    return handler
