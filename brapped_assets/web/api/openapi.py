"""The OpenAPI document: made from the table of endpoints, their parameters and the types of their answers."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from brapped_assets import __version__
from brapped_assets.insights.answers.parameters import IS_SELECTION, Parameter, of_selection
from brapped_assets.web.api.endpoints import Endpoint, endpoints
from brapped_assets.web.api.problems import KINDS, MEDIA_TYPE, ProblemDetails

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = """\
Your listening for programs, as the pages tell it. Every answer says by which rule it counts, in which zone, as of when,
what share of the time is estimated, and in which stretches plays may be missing.

An address may end with .json or .csv; without, Accept decides. A file (CSV) has all rows, those of spreadsheets:
a cell that would be a formula has an apostrophe before it. What is in v1 stays: new parameters, fields and addresses
may come, so ignore fields that you do not know."""
# What can be wrong with every question.
ALWAYS = (400, 401, 403, 404, 406, 429, 503)


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
        "paths": {one.path: {"get": _operation(one, names[answers[one.path], "serialization"])} for one in found},
        "components": {
            "schemas": schemas["$defs"],
            "parameters": {one.name: _parameter(one) for one in of_selection()},
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer",
                    "description": "A read token, made by `brapped token --make NAME` or on the page Settings.",
                }
            },
        },
    }  # fmt: skip


def _operation(endpoint: Endpoint, schema: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if endpoint.as_file:
        content["text/csv"] = {"schema": {"type": "string"}}
    problem = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model=ProblemDetails.__name__)}}}
    titles = {status: " ".join(title for of, title in KINDS.values() if of == status) for status in ALWAYS}
    return {
        "operationId": endpoint.path.strip("/")
        .replace("/", "_")
        .replace("-", "_")
        .replace("{", "by_")
        .replace("}", ""),
        "summary": endpoint.summary,
        "description": f"Needs a token that opens `{endpoint.scope}`.",
        "tags": [endpoint.scope],
        "parameters": [_referred(one) for one in endpoint.known],
        "responses": {
            "200": {"description": endpoint.summary, "content": content},
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
