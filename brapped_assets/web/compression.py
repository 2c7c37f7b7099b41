"""Answers are compressed: an overview is a seventh of its length then."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

# A fortieth longer than at level 6, in two thirds of the time. Programs ask for more, and mostly on this machine: their
# answers are a tenth longer, in a third of it.
LEVEL, LEVEL_OF_ANSWERS = 4, 2
ANSWERS = "/api/"
# "none": typed in, or a bookmark. Old browsers and other programs say nothing.
OURS = {"", "same-origin", "none"}


class Compressed:
    """gzip, but not for what another site made the browser ask.

    Our pages hold the token of their forms, and repeat what was searched for. Another site that could watch the line
    and choose the search would learn the token from the length of many compressed answers (BREACH). Browsers say where
    a request comes from wherever the line is encrypted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._page = GZipMiddleware(app, compresslevel=LEVEL)
        self._answer = GZipMiddleware(app, compresslevel=LEVEL_OF_ANSWERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and Headers(scope=scope).get("sec-fetch-site", "") in OURS
        compressed = self._answer if is_ours and scope["path"].startswith(ANSWERS) else self._page
        await (compressed if is_ours else self._plain)(scope, receive, send)
