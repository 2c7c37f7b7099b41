"""What every answer says to the browser, and who is answered at all."""

from collections.abc import Mapping
from functools import partial
from secrets import compare_digest
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets.services.http_limits import KNOWN
from brapped_assets.services.request_validation import OnlyReadable
from brapped_assets.web.compression import Compressed
from brapped_assets.web.display import InItsLanguage
from brapped_assets.web.feed import OPENS, is_opened, own_key
from brapped_assets.web.site import Site

# Nothing inline, nothing from elsewhere: a hostile name stays text whatever a template forgets.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Nobody else learns where a link was followed. With "no-referrer" our own forms would come without their Origin.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Browsers ignore it, with a word on the console, where the address is neither encrypted nor this machine's own.
ON_THIS_MACHINE = {"Cross-Origin-Opener-Policy": "same-origin"}
COOKIE = "brapped_key"
COOKIE_SECONDS = 30 * 24 * 3600
# What tells nothing of anybody, and a page that refuses needs its looks; and what wants a token of its own.
OPEN = ("/static/", "/health", "/api/v1/", "/mcp")


class SafeAnswers:
    """Every answer carries the policy; what is personal stays out of shared caches."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self._app(scope, receive, safely if scope["type"] == "http" else send)


class OnlyWithKey:
    """On a network, only who brings the key of this start is answered: in the address once, then in a cookie.

    The cookie reaches no script, and comes along with no request that another site makes.
    """

    def __init__(self, app: ASGIApp, site: Site, key: str) -> None:
        self._app, self._site, self._key = app, site, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OPEN) or asks_for_metrics(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if request.method == "GET" and self._is_right(request.query_params.get("key", "")):
            await self._welcome(request)(scope, receive, send)
        elif (is_known := self._is_right(request.cookies.get(COOKIE, ""))) or is_opened(self._key, request):
            scope[KNOWN] = True
            if is_known:
                scope[OPENS] = partial(own_key, self._key)
            await self._app(scope, receive, send)
        else:
            await self._site.page("locked.html", request, None, status_code=403)(scope, receive, send)

    def _is_right(self, key: str) -> bool:
        return compare_digest(key.encode(), self._key.encode())

    def _welcome(self, request: Request) -> RedirectResponse:
        """To the same address without the key, which would stay in the browser's history."""
        others = [(name, value) for name, value in parse_qsl(request.url.query) if name != "key"]
        path = "/" + request.url.path.lstrip("/")
        answer = RedirectResponse(path + (f"?{urlencode(others)}" if others else ""), status_code=303)
        answer.set_cookie(COOKIE, self._key, max_age=COOKIE_SECONDS, httponly=True, samesite="strict")
        return answer


def asks_for_metrics(scope: Scope) -> bool:
    """Whether this brings a token for the metrics, which is looked at there."""
    return bool(scope["path"] == "/metrics" and any(name == b"authorization" for name, _ in scope["headers"]))


def safe_headers(key: str | None) -> dict[str, str]:
    """What every answer carries: on a network, that is with a key, and on this machine only."""
    return HEADERS if key else {**HEADERS, **ON_THIS_MACHINE}


def middleware(site: Site, hosts: list[str], key: str | None) -> list[Middleware]:
    """`hosts` are the names we answer to: any other is somebody else's page that found our port."""
    return [
        Middleware(SafeAnswers, headers=safe_headers(key)),
        Middleware(InItsLanguage),
        Middleware(OnlyReadable),
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        *([Middleware(OnlyWithKey, site=site, key=key)] if key else []),
        Middleware(Compressed),
    ]
