"""Dagster's own web server, for pages of its own only: `python -m brapped_assets.services.dagster_webserver OPTION…`.

Dagster's asks nobody who they are. It takes whatever name it is called by, and a mutation by GET or as a plain form,
which any page in the owner's browser can send: to 127.0.0.1, too, or to a name that suddenly means 127.0.0.1.
"""

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import uvicorn
from dagster_webserver import app as dagster_app
from dagster_webserver import cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from brapped_assets.services.dagster_program import keep_settings_ours
from brapped_assets.services.http_limits import limits
from brapped_assets.services.request_validation import UNREADABLE, is_readable, is_same_origin
from brapped_assets.settings import Settings
from brapped_assets.text.plain import keep_logs_plain

SAFE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
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
                for name, value in SAFE.items():
                    headers[name] = value
            await send(message)

        refusal = _refusal(scope)
        if refusal is None:
            await self._app(scope, receive, unframed)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await refusal(scope, receive, unframed)


def _refusal(scope: Scope) -> Response | None:
    if not is_readable(scope["headers"]):
        return PlainTextResponse(UNREADABLE, status_code=400)
    return FROM_ELSEWHERE if _is_from_elsewhere(scope) else None


def _is_from_elsewhere(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if "origin" in headers and not is_same_origin(headers):
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


# What is exchanged below. Where a release of Dagster has another name for it, its UI would be there without guards.
EXCHANGED = ((dagster_app, "DagsterWebserver"), (cli, "uvicorn"))


def main() -> None:
    keep_logs_plain()
    keep_settings_ours()
    if not all(hasattr(module, name) for module, name in EXCHANGED):
        sys.exit(
            f"ERROR The web server of Dagster {version('dagster-webserver')} cannot be put behind Brapped's guards, so "
            "it is not started. The release in Brapped's constraints.txt can: pip install --constraint constraints.txt"
        )
    # So are the options that its command line has none for.
    cli.uvicorn = SimpleNamespace(run=partial(uvicorn.run, **limits(SAFE)))  # type: ignore[assignment, attr-defined]
    # The class is not a parameter of its command line, whose other options and signals are just right.
    dagster_app.DagsterWebserver = EngineRoom  # type: ignore[attr-defined]
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
