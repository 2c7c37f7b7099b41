"""Versions of the assets' code: the number of one moves whenever its code or its SQL does.

Code is the asset's module, and what that needs from `assets/`, `warehouse/` and `transfer/`, each with the SQL beside
it: but for connections, and for what only describes. Comments, blank lines and docstrings are no code.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import brapped_assets
from brapped_assets.assets.code_versions import FILE

__all__ = ["FILE", "hashes", "renewed"]
PACKAGE = Path(brapped_assets.__file__).parent
FOLLOWED = ("assets/", "warehouse/", "transfer/")
DESCRIBES = ("code_versions", "external", "failures", "names", "table_metadata", "warehouse_tables")
NOT_FOLLOWED = ("warehouse/db", *(f"assets/{name}.py" for name in DESCRIBES))
# Not by importing them: a new one has no version yet.
NAMES = sorted(
    path.stem
    for path in (PACKAGE / "assets").glob("*.py")
    if re.search(r"^@dg\.(multi_)?asset\(", path.read_text(encoding="utf-8"), re.MULTILINE)
)


def hashes() -> dict[str, str]:
    """By asset, a hash of all that is its code."""
    return {name: _hash(sorted(_modules(PACKAGE / "assets" / f"{name}.py"))) for name in NAMES}


def renewed(kept: Mapping[str, Mapping[str, Any]], found: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What is to be kept: an asset whose hash is another one has the next version, a new asset the first."""
    return {
        name: dict(kept[name])
        if name in kept and kept[name]["hash"] == hash_
        else {"version": kept.get(name, {"version": 0})["version"] + 1, "hash": hash_}
        for name, hash_ in found.items()
    }


def write() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    FILE.write_text(json.dumps(renewed(kept, hashes()), indent=1) + "\n", encoding="utf-8")


def code_of(text: str) -> str:
    """Python without comments, blank lines and docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    words = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    lines = (line.strip() for number, line in enumerate(text.splitlines(), 1) if number not in words)
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def sql_of(text: str) -> str:
    """Statements without comments and blank lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not (line.startswith("--") and "name:" not in line))


def _hash(modules: list[Path]) -> str:
    read = sha256()
    for module in modules:
        read.update(code_of(module.read_text(encoding="utf-8")).encode())
        sql = module.with_suffix(".sql")
        if sql.exists():
            read.update(sql_of(sql.read_text(encoding="utf-8")).encode())
    return read.hexdigest()[:16]


def _modules(begin: Path) -> set[Path]:
    """This module and those that it needs; another asset that it names is not its code."""
    found, waiting = set[Path](), [begin]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        waiting += [needed for needed in _needs(module) if needed.stem not in NAMES]
    return found


def _needs(module: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
                path = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
                inside = path.relative_to(PACKAGE.parent).as_posix().removeprefix("brapped_assets/")
                if inside.startswith(FOLLOWED) and not inside.startswith(NOT_FOLLOWED) and path.is_file():
                    yield path
