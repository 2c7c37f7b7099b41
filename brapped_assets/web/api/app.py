"""`/api/v1` as an application of its own: it answers programs, in JSON or CSV, and says in words what is wrong."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from brapped_assets.insights import play_log_file
from brapped_assets.insights.api_answers import lists, plays
from brapped_assets.insights.api_answers.model import about
from brapped_assets.insights.api_answers.parameters import Pairs, Refused
from brapped_assets.insights.api_answers.question import Question, read_question
from brapped_assets.insights.list_file import pieces
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.read_tokens import ReadToken
from brapped_assets.web.api import problems
from brapped_assets.web.api.endpoints import Endpoint, endpoints, scalars
from brapped_assets.web.api.formats import (
    AT_LEAST,
    CSV,
    ESTIMATED,
    JSON,
    encoded,
    format_of,
    has_it,
    make_sure_it_is_whole,
    of_file,
    table,
    tag_of,
    tag_of_version,
)
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.api.openapi import document
from brapped_assets.web.api.pieces import Pieces
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.api.viewing import refusal, viewer_of_token
from brapped_assets.web.site import Site

ROOT = "/api/v1"
SUFFIXES = ("", ".json", ".csv")
# Of the few connections that pages have, programs take two at most.
AT_ONCE = 2
AGAIN_SECONDS = 5
EXPOSED = ("ETag", "Link", "Retry-After", AT_LEAST, ESTIMATED)


class Api:
    """Of one site."""

    def __init__(self, site: Site, gate: Gate, limiter: CapacityLimiter) -> None:
        self._site, self._gate, self._limiter = site, gate, limiter

    def routes(self) -> list[Route]:
        return [
            Route("/openapi.json", _described),
            *(
                Route(f"{one.path}{suffix}", self._answering(one, suffix.removeprefix(".")))
                for one in endpoints()
                for suffix in SUFFIXES
                if one.as_file or suffix != ".csv"
            ),
        ]

    def _answering(self, endpoint: Endpoint, suffix: str) -> Callable[[Request], Awaitable[Response]]:
        async def answering(request: Request) -> Response:
            token = await self._gate.admit(request, endpoint.scope)
            work = partial(self._answer, endpoint, request, suffix, token)
            response = await anyio.to_thread.run_sync(work, limiter=self._limiter)
            response.background = BackgroundTask(self._gate.note, token)
            return response

        return answering

    def _answer(self, endpoint: Endpoint, request: Request, suffix: str, token: ReadToken) -> Response:
        form = format_of(request, suffix, ["json", "csv"] if endpoint.as_file else ["json"])
        if form == "csv":
            make_sure_it_is_whole(request)
        pairs = [*request.query_params.multi_items(), *request.path_params.items()]
        with self._site.reading.transaction() as tx:
            asked = self._asked(tx, endpoint, pairs, token)
            tag = tag_of_version(asked.whole, request, form) if endpoint.is_versioned else ""
            if tag and has_it(request, tag):
                return _unchanged(tag)
            of = about(asked.who, asked.selection, asked.period)
            headers = {"Vary": "Authorization, Accept", **(of_file(request, of) if form == "csv" else {})}
            try:
                if form == "csv" and endpoint.as_file in {"list", "plays"}:
                    return self._file(tx, endpoint, asked, headers)
                built = endpoint.build(tx, asked)
            except Refused as error:
                raise refusal(error) from None
        following = _next(request, endpoint, pairs, built.turned)
        if form == "csv":
            rows, model = (built.data, endpoint.data.__args__[0]) if isinstance(built.data, list) else (
                [built.data], endpoint.data)  # fmt: skip
            content = table(rows, model.model_fields if endpoint.as_file == "rows" else scalars(model))
        else:
            # What it is says `endpoint.answer`.
            content = encoded({"about": of, "data": built.data, "total": built.total, "next": following})
        tag = tag or tag_of(content)
        if has_it(request, tag):
            return _unchanged(tag)
        headers["ETag"] = tag
        if following:
            headers["Link"] = f'<{following}>; rel="next"'
        return Response(content, media_type=CSV if form == "csv" else JSON, headers=headers)

    def _asked(self, tx: Connection, endpoint: Endpoint, pairs: Pairs, token: ReadToken) -> Question:
        whole = viewer_of_token(tx, self._site, token)
        try:
            return read_question(tx, whole, pairs, endpoint.known)
        except Refused as error:
            raise refusal(error) from None

    def _file(self, tx: Connection, endpoint: Endpoint, asked: Question, headers: dict[str, str]) -> Response:
        """To the end, bit by bit; numbers are of one moment, and no connection is kept while it is read."""
        found: Iterator[bytes]
        if endpoint.as_file == "plays":
            of = plays.listing(tx, asked)
            found = play_log_file.pieces(of, self._site.reading.transaction)
            many = len(of.rows)
        else:
            listed = lists.list_of(tx, asked, endpoint.kind)
            found, many = pieces(listed, self._site.reading.transaction), len(listed)
        # What cannot be read at all is a problem, and no broken file.
        begun = [next(found), *([next(found)] if many else [])]
        return StreamingResponse(chain(begun, found), media_type=CSV, headers=headers)


def api(site: Site, gate: Gate, origins: Sequence[str] = ()) -> Starlette:
    """Pages of `origins` may ask it from a browser, if they have a token; no others may."""
    browsers = Middleware(
        CORSMiddleware, allow_origins=[*origins], allow_methods=["GET"],
        allow_headers=["Authorization", "If-None-Match"], expose_headers=[*EXPOSED],
    )  # fmt: skip
    limiter = CapacityLimiter(AT_ONCE)
    return Starlette(
        routes=[*Api(site, gate, limiter).routes(), *Pieces(site, gate, limiter, origins).routes()],
        middleware=[browsers] if origins else [],
        exception_handlers={
            Problem: lambda _request, error: problems.answer(error),
            WarehouseError: _asleep,
            HTTPException: _refused,
            Exception: lambda _request, _error: problems.answer(Problem("failed", "The log of Brapped has it.")),
        },
    )


def _described(request: Request) -> Response:
    """The same for everybody, and tells of nobody: no token is needed."""
    content = json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()
    tag = tag_of(content)
    return _unchanged(tag) if has_it(request, tag) else Response(content, media_type=JSON, headers={"ETag": tag})


def _next(request: Request, endpoint: Endpoint, pairs: Pairs, turned: dict[str, str] | None) -> str | None:
    """The same address with another page."""
    if turned is None:
        return None
    in_path = {one.name for one in endpoint.parameters if one.place == "path"}
    kept: list[Any] = [(name, text) for name, text in pairs if name not in turned and name not in in_path]
    return f"{request.url.path}?{urlencode([*kept, *turned.items()])}"


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"ETag": tag, "Vary": "Authorization, Accept"})


def _asleep(_request: Request, error: Exception) -> Response:
    return problems.answer(Problem("database", str(error), headers={"Retry-After": f"{AGAIN_SECONDS}"}))


def _refused(_request: Request, error: Exception) -> Response:
    """An address that is not there, or a method that is none here."""
    assert isinstance(error, HTTPException)
    kind = {404: "not-found", 405: "method"}.get(error.status_code, "bad-request")
    detail = "The addresses are at /api, and in /api/v1/openapi.json." if kind == "not-found" else ""
    return problems.answer(Problem(kind, detail, headers=dict(error.headers or {})))
