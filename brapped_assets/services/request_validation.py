"""Requests that can mean one thing only; whatever else comes is 400 before anybody looks at it."""

import re
from collections.abc import Iterable, Mapping

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

PLACE = r"(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?"
HOST = re.compile(PLACE, re.ASCII | re.IGNORECASE)
# `null` is what a browser says that has been told not to tell; a file has no place.
ORIGIN = re.compile(rf"null|[a-z][a-z0-9+.-]*://(?:{PLACE})?", re.ASCII | re.IGNORECASE)
ONCE = (b"host", b"origin", b"content-length", b"content-type")
# Nobody has so many bytes.
LONGEST_LENGTH = 18
UNREADABLE = "This request cannot be read."
POLICY_VIOLATION = 1008


class OnlyReadable:
    """Refuses a request whose `Host` or `Origin` is none, or that says twice what can be said once only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_readable(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
        else:
            await PlainTextResponse(UNREADABLE, 400)(scope, receive, send)


def is_readable(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether these raw headers can be understood in one way only."""
    named: dict[bytes, list[bytes]] = {name: [] for name in ONCE}
    for name, value in headers:
        if name.lower() in named:
            named[name.lower()].append(value)
    if len(named[b"host"]) != 1 or any(len(values) > 1 for values in named.values()):
        return False
    length = b"".join(named[b"content-length"])
    return (
        HOST.fullmatch(named[b"host"][0].decode("latin-1")) is not None
        and all(ORIGIN.fullmatch(origin.decode("latin-1")) for origin in named[b"origin"])
        and (not named[b"content-length"] or (length.isdigit() and len(length) <= LONGEST_LENGTH))
    )


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether the `Origin` is a page of this very address; a request without one is nobody's."""
    scheme, _, place = headers.get("origin", "").lower().partition("://")
    return scheme in {"http", "https"} and bool(place) and place == headers.get("host", "").lower()
