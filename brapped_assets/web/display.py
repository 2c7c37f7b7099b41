"""How pages are written for a browser: what it was told to remember here, else what it asks for by itself."""

from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets.text.language import Display, display_of, language_of, write_as

COOKIE = "brapped_display"
LONGEST_COOKIE, MOST_FIELDS = 200, 10


class InItsLanguage:
    """Each page is written as the browser wants it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        write_as(wanted(Request(scope)))

        async def varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Accept-Language, Cookie")
            await send(message)

        await self._app(scope, receive, varying)


def wanted(request: Request) -> Display:
    """What the cookie says; of what it does not, the language that the browser asks for."""
    said = remembered(request)
    language = said.get("language") or language_of(request.headers.get("accept-language", ""))
    return display_of(language, said.get("hours", ""), said.get("numbers", ""))


def remembered(request: Request) -> dict[str, str]:
    """What this browser was told to remember: names and values as anybody may have made them up."""
    kept = request.cookies.get(COOKIE, "")[:LONGEST_COOKIE]
    try:
        return dict(parse_qsl(kept, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}
