"""The simulated account over HTTP: one server that is both the accounts host and the API host."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets.demo.account import Call, SimulatedAccount
from brapped_assets.demo.accounts_host import AccountsHost
from brapped_assets.demo.api import WebApi, as_response
from brapped_assets.demo.art import cover
from brapped_assets.demo.errors import ApiError
from brapped_assets.demo.faults import answer
from brapped_assets.demo.household import Household
from brapped_assets.demo.music import Artist


def create_app(account: SimulatedAccount) -> Starlette:
    """Accounts at /authorize and /api/token, the API at /v1, cover art at /image/{id}, oEmbed at /oembed.

    MusicBrainz at /ws/2 and Wikidata at /sparql: two more services at the same address.

    It sends its own `Date`, so whatever runs it is told not to (uvicorn: `date_header=False`).
    """

    async def image(request: Request) -> Response:
        key = request.path_params["id"]
        found = account.catalogue.album(key) or account.catalogue.artist(key)
        if found is None:
            return PlainTextResponse("Not found", 404)
        size = request.query_params.get("size", "640")
        picture = cover(key, found.name, int(size) if size.isdecimal() else 640, is_artist=isinstance(found, Artist))
        return Response(picture, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    async def oembed(request: Request) -> Response:
        """What anybody may ask about a song, without a token (documented: Embeds, oEmbed API)."""
        parts = urlsplit(request.query_params.get("url", ""))
        kind, _, key = parts.path.strip("/").partition("/")
        found = account.catalogue.track(key) if kind == "track" else None
        if found is None:
            return PlainTextResponse("Not found", 404)
        base = f"{request.url.scheme}://{request.url.netloc}"
        told = {
            "html": "<iframe></iframe>", "width": 456, "height": 352, "version": "1.0", "provider_name": "Spotify",
            "provider_url": "https://spotify.com", "type": "rich", "title": found.name,
            "thumbnail_url": f"{base}/image/{found.album.id}?size=300", "thumbnail_width": 300, "thumbnail_height": 300,
        }  # fmt: skip
        return JSONResponse(told)

    async def refuse(_: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        return as_response(error.answer)

    return Starlette(
        routes=[
            *AccountsHost(account).routes(),
            *WebApi(account).routes(),
            *account.musicbrainz.routes(),
            Route("/image/{id}", image),
            Route("/oembed", oembed),
        ],
        middleware=[Middleware(Wire, account=account)],
        exception_handlers={ApiError: refuse},
    )


class Wire:
    """Between the client and the account: lets scripted faults happen, writes down every call, tells the time.

    The `Date` header follows the account's clock, so that a simulated year, or a client whose clock is wrong, looks
    as it would with Spotify.
    """

    def __init__(self, app: ASGIApp, account: SimulatedAccount) -> None:
        self._app = app
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        fault = self._account.faults.take(path)
        scope.setdefault("state", {})["fault"] = fault.kind if fault else None

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                at = self._account.clock()
                self._account.calls.append(Call(at, scope["method"], path, message["status"]))
                MutableHeaders(scope=message)["date"] = format_datetime(at, usegmt=True)
            await send(message)

        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        instead = answer(fault) if fault is not None else None
        if instead is not None:
            await as_response(instead)(scope, receive, noted)
        elif fault is not None and fault.kind == "cut_off":
            await self._app(scope, receive, _halved(noted))
        else:
            await self._app(scope, receive, noted)


def _halved(send: Send) -> Send:
    """Sends the first half of a body under the content-length of the whole; uvicorn then closes the connection."""

    async def half(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    return half


class RunningServer:
    """A server that answers at `url` (no slash at the end); whose account answers may be changed while it runs."""

    def __init__(self, url: str, account: SimulatedAccount) -> None:
        self.url = url
        self.become(account)

    @property
    def api_url(self) -> str:
        """What goes into SPOTIFY_API_URL."""
        return f"{self.url}/v1"

    @property
    def oembed_url(self) -> str:
        """What goes into SPOTIFY_OEMBED_URL."""
        return f"{self.url}/oembed"

    @property
    def musicbrainz_url(self) -> str:
        """What goes into MUSICBRAINZ_URL."""
        return f"{self.url}/ws/2"

    @property
    def wikidata_url(self) -> str:
        """What goes into WIKIDATA_URL."""
        return f"{self.url}/sparql"

    def become(self, account: SimulatedAccount, *others: SimulatedAccount) -> None:
        """Answer for other accounts from the next call on: stopping a server takes 0.2 s, a new account nothing.

        Several accounts are several listeners of one app; give them different seeds and one `client_of`.
        """
        self.account = account
        accounts = (account, *others)
        self._app = Household(accounts, [create_app(each) for each in accounts])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


@contextmanager
def serve(account: SimulatedAccount, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[RunningServer]:
    """A server in a thread, for as long as the `with` block lasts; port 0 is any free one.

    Raises:
        OSError: the port is taken.
        RuntimeError: the server did not start.
    """
    listening = socket.create_server((host, port))
    # asyncio only sees to that on sockets that name the protocol; without it every answer waits for an ACK (37 ms).
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    running = RunningServer(f"http://{host}:{listening.getsockname()[1]}", account)
    config = uvicorn.Config(
        running,
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        lifespan="off",
        http="h11",
        loop="asyncio",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="simulated account", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the simulated account did not start")
            sleep(0.002)
        yield running
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
