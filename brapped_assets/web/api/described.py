"""`/api`: the API for people: every address, parameter, answer and problem, from the same table as the document."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.api_answers.parameters import Parameter
from brapped_assets.warehouse.read_tokens import WORDS
from brapped_assets.web.api.endpoints import endpoints
from brapped_assets.web.api.openapi import DESCRIPTION, document
from brapped_assets.web.api.pieces import PIECES
from brapped_assets.web.api.problems import KINDS
from brapped_assets.web.site import Site


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
        found = endpoints()
        common = found[0].common
        return site.page(
            "api.html", request, who, description=DESCRIPTION, scopes=WORDS, problems=KINDS,
            common=[(one, _values(one)) for one in common], schemas=_schemas(),
            pieces=[(one, [(own, _values(own)) for own in one.own]) for one in PIECES],
            endpoints=[(one, [(own, _values(own)) for own in one.parameters], one.answer.__name__) for one in found],
        )  # fmt: skip

    return [Route("/api", show, name="api")]


def _values(one: Parameter) -> str:
    """What it may be, in a few words."""
    schema = one.schema
    if "enum" in schema:
        told = ", ".join(schema["enum"])
    elif schema["type"] == "integer":
        told = f"{schema['minimum']} to {schema['maximum']}"
    else:
        told = "text"
    return f"{told}; {schema['default']} without" if "default" in schema else told


def _schemas() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Name, words and fields of every type: their names, types and words."""
    return [
        (name, schema.get("description", ""),
         [(field, _type(of), of.get("description", "")) for field, of in schema.get("properties", {}).items()])
        for name, schema in document()["components"]["schemas"].items()
    ]  # fmt: skip


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "enum" in schema or "const" in schema:
        return ", ".join(map(str, schema.get("enum", [schema.get("const")])))
    return str(schema.get("format", schema.get("type", "object")))
