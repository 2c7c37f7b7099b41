"""The endpoints under /v1: what an app may read, in restricted Development Mode unless the account says otherwise."""

from collections.abc import Callable
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from brapped_assets.demo import payloads
from brapped_assets.demo.account import SimulatedAccount, TimeRange
from brapped_assets.demo.errors import JSON, Answer, ApiError, api_error, unauthorized
from brapped_assets.demo.ids import is_base62
from brapped_assets.demo.payloads import Json
from brapped_assets.demo.tokens import Grant

MOST_IDS = {"tracks": 50, "artists": 50, "albums": 20}


class WebApi:
    """The Web API of one account, as routes."""

    def __init__(self, account: SimulatedAccount) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        return [
            Route("/v1/me", self.me),
            Route("/v1/me/player/recently-played", self.recently_played),
            Route("/v1/me/top/{kind:str}", self.top),
            Route("/v1/{kind:str}/{id:str}", self.one),
            Route("/v1/{kind:str}", self.several),
            Route("/v1/{rest:path}", self.nothing, methods=["GET", "PUT", "POST", "DELETE"]),
        ]

    async def me(self, request: Request) -> Response:
        self._grant(request)
        return self._answer(payloads.user(self._account.listener, _base(request)))

    async def recently_played(self, request: Request) -> Response:
        """The feed behind two cursors (facts, section 2.1).

        `after` answers with the newest plays after it, not the oldest: weakly observed (section 2.2), and the harder
        case for a client.
        """
        self._grant(request, scope="user-read-recently-played")
        limit = _integer(request, "limit", "Invalid limit", default=20, least=1, most=50)
        cursors = {name: _integer(request, name, f"Invalid {name}") for name in ("after", "before")}
        after, before = cursors["after"], cursors["before"]
        if after is not None and before is not None:
            # Status and wording are not confirmed.
            raise ApiError(api_error(400, "Cannot specify both after and before"))
        plays = [
            (ms, play)
            for play in self._account.feed()
            for ms in [payloads.epoch_ms(play.played_at)]
            if (after is None or ms > after) and (before is None or ms < before)
        ][:limit]
        if request.state.fault == "empty_page":
            plays = []
        self._account.record([play for _, play in plays])
        base = _base(request)
        sent = {
            name: request.query_params[name] for name in ("after", "before", "limit") if name in request.query_params
        }
        page: Json = {"items": [payloads.play(play, base) for _, play in plays], "next": None, "cursors": None}
        if plays:
            page["cursors"] = {"after": str(plays[0][0]), "before": str(plays[-1][0])}
            turn = "after" if after is not None else "before"
            following = {turn: page["cursors"][turn]} | (
                {"limit": limit} if "limit" in sent or after is not None else {}
            )
            page["next"] = _url(request, following)
        return self._answer(page | {"limit": limit, "href": _url(request, sent)})

    async def top(self, request: Request) -> Response:
        self._grant(request, scope="user-top-read")
        time_range: Any = request.query_params.get("time_range", "medium_term")
        if time_range not in get_args(TimeRange):
            raise ApiError(api_error(400, "Invalid time range"))
        limit = _integer(request, "limit", "Invalid limit", default=20, least=1, most=50) or 20
        offset = _integer(request, "offset", "Invalid offset", default=0, least=0) or 0
        base = _base(request)
        everything: list[Json]
        match request.path_params["kind"]:
            case "tracks":
                everything = [payloads.track(track, base) for track in self._account.top_tracks(time_range)]
            case "artists":
                everything = [payloads.artist(artist, base) for artist in self._account.top_artists(time_range)]
            case _:
                return await self.nothing(request)

        def turn(to: int) -> str | None:
            sent = {"time_range": time_range, "limit": limit, "offset": to}
            return _url(request, sent) if 0 <= to < len(everything) else None

        page = {
            "items": everything[offset : offset + limit],
            "total": len(everything),
            "limit": limit,
            "offset": offset,
            "href": _url(request, dict(request.query_params)),
            "next": turn(offset + limit),
            "previous": turn(max(0, offset - limit)) if offset else None,
        }
        return self._answer(page)

    async def one(self, request: Request) -> Response:
        self._grant(request)
        make = self._maker(request.path_params["kind"], _base(request))
        if make is None:
            return await self.nothing(request)
        if not is_base62(request.path_params["id"]):
            raise ApiError(api_error(400, "Invalid base62 id"))
        payload = make(request.path_params["id"])
        if payload is None:
            raise ApiError(api_error(404, "Resource not found"))
        return self._answer(payload)

    async def several(self, request: Request) -> Response:
        """`?ids=`: gone for Development Mode since February 2026; elsewhere null for an id nobody knows."""
        self._grant(request)
        kind = request.path_params["kind"]
        make = self._maker(kind, _base(request))
        if self._account.mode == "restricted" or make is None:
            return await self.nothing(request)
        ids = request.query_params.get("ids", "").split(",")
        if len(ids) > MOST_IDS[kind]:
            raise ApiError(api_error(400, "Too many ids requested"))  # the wording is not confirmed
        if not all(is_base62(each) for each in ids):
            raise ApiError(api_error(400, "Invalid base62 id"))
        return self._answer({kind: [make(each) for each in ids]})

    async def nothing(self, request: Request) -> Response:
        """What Development Mode lost answers 403; this server cannot tell that from what never was."""
        self._grant(request)
        if self._account.mode == "restricted":
            raise ApiError(api_error(403, "Forbidden"))
        raise ApiError(api_error(404, "Service not found"))

    def _maker(self, kind: str, base: str) -> Callable[[str], Json | None] | None:
        catalogue = self._account.catalogue

        def track(key: str) -> Json | None:
            found = catalogue.track(key)
            return payloads.track(found, base, requested=key) if found else None

        def artist(key: str) -> Json | None:
            found = catalogue.artist(key)
            return payloads.artist(found, base) if found else None

        def album(key: str) -> Json | None:
            found = catalogue.album(key)
            return payloads.album(found, catalogue.tracks_of(key), base) if found else None

        return {"tracks": track, "artists": artist, "albums": album}.get(kind)

    def _answer(self, payload: Json) -> Response:
        if self._account.mode == "restricted":
            payload = payloads.restricted(payload)
        return JSONResponse(payload, media_type=JSON, headers={"cache-control": "private, max-age=0"})

    def _grant(self, request: Request, *, scope: str | None = None) -> Grant:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(unauthorized("missing_token", "No token provided"))
        grant = self._account.tokens.check(token)
        if grant is None:
            raise ApiError(unauthorized("invalid_token", "The access token expired"))
        if not grant.user and request.url.path.startswith("/v1/me"):
            raise ApiError(api_error(401, "Valid user authentication required"))
        if scope is not None and scope not in grant.scopes:
            raise ApiError(api_error(403, "Insufficient client scope"))
        return grant


def as_response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _url(request: Request, query: Json) -> str:
    url = f"{_base(request)}{request.url.path}"
    return f"{url}?{urlencode(query)}" if query else url


def _integer(
    request: Request,
    name: str,
    message: str,
    *,
    default: int | None = None,
    least: int | None = None,
    most: int | None = None,
) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        number = int(text)
    except ValueError:
        raise ApiError(api_error(400, message)) from None
    if (least is not None and number < least) or (most is not None and number > most):
        raise ApiError(api_error(400, message))
    return number
