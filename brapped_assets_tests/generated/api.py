"""What v1 of the API promises: kept, so that a test sees what would go."""

import json
from pathlib import Path
from typing import Any

from brapped_assets.web.api.endpoints import endpoints
from brapped_assets.web.api.openapi import document
from brapped_assets.web.api.pieces import PIECES

FILE = Path(__file__).with_name("api_v1.json")


def write() -> None:
    FILE.write_text(json.dumps(contract(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def contract() -> dict[str, Any]:
    """What whoever reads v1 may count on: addresses with their scopes and parameters, types with their fields."""
    described = document()
    types = {
        name: {field: {"type": of, "required": field in schema.get("required", [])} for field, of in
               _without_words(schema.get("properties", {})).items()}
        for name, schema in described["components"]["schemas"].items()
    }  # fmt: skip
    return {
        "addresses": {
            one.path: {
                "scope": one.scope,
                "answer": one.answer.__name__,
                "file": one.as_file,
                "parameters": {asked.name: asked.schema for asked in one.known},
            }
            for one in endpoints()
        },
        "pieces": {
            one.path: {"media_type": one.media_type, "parameters": {asked.name: asked.schema for asked in one.known}}
            for one in PIECES
        },
        "types": types,
    }


def _without_words(of: Any) -> Any:
    if isinstance(of, dict):
        return {name: _without_words(one) for name, one in of.items() if name not in {"description", "title"}
                or isinstance(one, dict)}  # fmt: skip
    return [_without_words(one) for one in of] if isinstance(of, list) else of
