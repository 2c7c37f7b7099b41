"""The OpenAPI document: made from the tables of endpoints and pieces, their parameters, the types of their answers."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from brapped_assets import __version__
from brapped_assets.insights.api_answers.parameters import IS_SELECTION, Parameter, of_selection
from brapped_assets.warehouse.read_tokens import Scope
from brapped_assets.web import feed
from brapped_assets.web.api.endpoints import Endpoint, endpoints
from brapped_assets.web.api.formats import AT_LEAST, ESTIMATED
from brapped_assets.web.api.gate import PARAMETER
from brapped_assets.web.api.pieces import PIECES, Piece
from brapped_assets.web.api.problems import KINDS, MEDIA_TYPE, ProblemDetails

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = """\
Your listening for programs, as the pages tell it. Every answer says by which rule it counts, in which zone, as of when,
what share of the time is estimated, and in which stretches plays may be missing.

An address may end with .json or .csv; without, Accept decides. A file (CSV) has all rows, those of spreadsheets:
a cell that would be a formula has an apostrophe before it. Its headers say whether numbers are least numbers
(Brapped-At-Least) and what share of the time is estimated (Brapped-Estimated-Share), and its Link is the JSON that says
all of it. Pieces are pictures, a page and a calendar to show
elsewhere, in the listener's language. What is in v1 stays: new parameters, fields and addresses
may come, so ignore fields that you do not know."""
# What can be wrong with every question.
ALWAYS = (400, 401, 403, 404, 406, 429, 503)
TEXT = {"schema": {"type": "string"}}
HEADERS = {
    AT_LEAST: {
        "description": "Of CSV: ?1 where a gap reaches into the period, so that numbers are least numbers, else ?0.",
        "schema": {"type": "string", "enum": ["?0", "?1"]},
    },
    ESTIMATED: {
        "description": "Of CSV: the share of the milliseconds that is estimated, 0 to 1.",
        "schema": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "Link": {
        "description": "Of CSV: the same as JSON, whose `about` says all of it (alternate describedby). Of JSON: the "
        "next page, if there is one.",
        "schema": {"type": "string"},
    },
}
SIGNS = str.maketrans({"/": "_", "-": "_", ".": "_", "{": "by_", "}": ""})
# One of the pages: it is not versioned, needs no token, and what it refuses it refuses on a page.
FEED = {
    "servers": [{"url": "/"}],
    "get": {
        "operationId": "feed_atom",
        "summary": "Recaps and milestones for a feed reader",
        "description": "For whoever sees the pages; of another listener it is `/of/KEY/feed.atom`.",
        "tags": ["pieces"],
        "security": [{}, {"feed": []}],
        "responses": {
            "200": {"description": "An Atom feed", "content": {feed.MEDIA_TYPE: TEXT}},
            **{
                status: {"description": title, "content": {"text/html": TEXT}}
                for status, title in {
                    "403": "On a network, without its key.",
                    "404": "There is nobody yet.",
                    "503": "The database does not answer.",
                }.items()
            },
        },
    },
}


@cache
def document() -> dict[str, Any]:
    found = endpoints()
    answers = {one.path: one.answer for one in found}
    models: list[type[BaseModel]] = [*dict.fromkeys(answers.values()), ProblemDetails]
    names, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Brapped", "version": __version__, "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            **{one.path: {"get": _operation(one, names[answers[one.path], "serialization"])} for one in found},
            **{one.path: {"get": _piece(one)} for one in PIECES},
            "/feed.atom": FEED,
        },
        "components": {
            "schemas": schemas["$defs"],
            "parameters": {one.name: _parameter(one) for one in of_selection()},
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer",
                    "description": "A read token, made by `brapped token --make NAME` or on the page Settings.",
                },
                "address": {
                    "type": "apiKey", "in": "query", "name": PARAMETER,
                    "description": "The same, where no header can be sent: only for pieces, by a token for them.",
                },
                "feed": {
                    "type": "apiKey", "in": "query", "name": feed.PARAMETER,
                    "description": "On a network: the key of one feed, in the address that the page Today names.",
                },
            },
        },
    }  # fmt: skip


def _operation(endpoint: Endpoint, schema: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    found = _asked(endpoint.path, endpoint.summary, endpoint.scope, endpoint.known, content)
    if endpoint.as_file:
        content["text/csv"] = TEXT
        found["responses"]["200"]["headers"] = HEADERS
    return found


def _piece(piece: Piece) -> dict[str, Any]:
    found = _asked(piece.path, piece.summary, "pieces", piece.known, {piece.media_type.partition(";")[0]: TEXT})
    return {**found, "security": [{"token": []}, {"address": []}]}


def _asked(path: str, summary: str, scope: Scope, known: Iterable[Parameter], content: Any) -> dict[str, Any]:
    """An operation: `content` is what a success holds, by media type."""
    problem = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model=ProblemDetails.__name__)}}}
    titles = {status: " ".join(title for of, title in KINDS.values() if of == status) for status in ALWAYS}
    return {
        "operationId": path.strip("/").translate(SIGNS),
        "summary": summary,
        "description": f"Needs a token that opens `{scope}`.",
        "tags": [scope],
        "parameters": [_referred(one) for one in known],
        "responses": {
            "200": {"description": summary, "content": content},
            "304": {"description": "The answer is the one that `If-None-Match` names."},
            **{f"{status}": {"description": title, "content": problem} for status, title in titles.items()},
        },
    }


def _referred(one: Parameter) -> dict[str, Any]:
    """What every address takes is described once."""
    return {"$ref": f"#/components/parameters/{one.name}"} if one.name in IS_SELECTION else _parameter(one)


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = dict(one.schema)
    if one.is_repeated:
        schema = {"type": "array", "items": schema, "maxItems": 100}
    found = {"name": one.name, "in": one.place, "required": one.place == "path", "description": one.description}
    return {**found, "schema": schema, **({"style": "form", "explode": True} if one.is_repeated else {})}
