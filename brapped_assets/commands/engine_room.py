"""Dagster's own web server, for pages of its own only: `python -m brapped_assets.commands.engine_room OPTION…`.

Dagster's asks nobody who they are. It takes whatever name it is called by, and a mutation by GET or as a plain form,
which any page in the owner's browser can send: to 127.0.0.1, too, or to a name that suddenly means 127.0.0.1.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from dagster_webserver import app as dagster_app
from dagster_webserver import cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from brapped_assets.settings import Settings

HERE = ("127.0.0.1", "localhost", "[::1]")
FROM_ELSEWHERE = PlainTextResponse("Only Dagster's own pages may ask this.", status_code=403)


class OnlyItsOwnPages:
    """Refuses what another site's page makes the owner's browser send; programs, which send no Origin, may ask.

    Browsers tell where a POST and a WebSocket come from. A GET they do not, so GraphQL is answered to POST only.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def unframed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Frame-Options"] = "DENY"
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        if _is_from_elsewhere(scope):
            refusal = WebSocketClose(1008) if scope["type"] == "websocket" else FROM_ELSEWHERE
            await refusal(scope, receive, unframed)
        else:
            await self._app(scope, receive, unframed)


def _is_from_elsewhere(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return True
    is_question = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].endswith("/graphql")
    # As a page it is a form to ask with, and its own; a question by GET could be some page's picture.
    return is_question and "text/html" not in headers.get("accept", "")


def guards(hosts: Sequence[str]) -> list[Middleware]:
    """What stands before Dagster's web server; `hosts` are names it has besides this machine's own."""
    return [
        Middleware(OnlyItsOwnPages),
        Middleware(TrustedHostMiddleware, allowed_hosts=[*HERE, *hosts], www_redirect=False),
    ]


class EngineRoom(DagsterWebserver[Any, Any]):
    """Dagster's web server behind the guards."""

    def build_middleware(self) -> list[Middleware]:
        """Before whatever Dagster has itself."""
        return [*guards(Settings.load().brapped_hosts), *super().build_middleware()]


def main() -> None:
    # The class is not a parameter of its command line, whose other options and signals are just right.
    dagster_app.DagsterWebserver = EngineRoom  # type: ignore[attr-defined]
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
