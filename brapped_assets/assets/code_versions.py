"""Versions of the assets' code, for Dagster to tell what an earlier one wrote.

Generated (`make generated`): a number moves whenever the asset's code or its SQL does, which a test asks for.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("code_versions.json")


def code_version(asset: str) -> str:
    """As Dagster wants it; of an asset that is not in the file yet, the first."""
    return str(_versions().get(asset, {"version": 1})["version"])


@cache
def _versions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
