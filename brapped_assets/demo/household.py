"""Several listeners under one app, behind one address: each call goes to the account whose token it carries."""

from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets.demo.account import SimulatedAccount


class Household:
    """An ASGI app in front of one app per account; what carries nobody's token goes to the first."""

    def __init__(self, accounts: Sequence[SimulatedAccount], apps: Sequence[ASGIApp]) -> None:
        self._members = tuple(zip(accounts, apps, strict=True))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(self._members) > 1:
            token, receive = await _token(scope, receive)
            app = next((app for account, app in self._members if account.tokens.issued(token)), self._members[0][1])
        else:
            app = self._members[0][1]
        await app(scope, receive, send)


async def _token(scope: Scope, receive: Receive) -> tuple[str, Receive]:
    """The bearer token of a call, or the code or refresh token in its form; and a body that can be read again."""
    bearer = Headers(scope=scope).get("authorization", "").removeprefix("Bearer ")
    if scope["path"] != "/api/token":
        return bearer, receive
    body = await Request(scope, receive).body()
    form = parse_qs(body.decode(errors="replace"))

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return (form.get("refresh_token") or form.get("code") or [""])[0], again
