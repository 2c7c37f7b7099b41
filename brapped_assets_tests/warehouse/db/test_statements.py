"""Every statement is found by one search: its name stands in the .sql file and in the Python beside it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from brapped_assets.warehouse.db.statements import Statements

PACKAGE = Path(str(files("brapped_assets")))
ASKED = re.compile(r'^q = Statements\(__file__(?:, "(?P<shared>[a-z_.]+)")?\)$', re.MULTILINE)
# Checks are named where they are claimed; the tables of an export are, for both ways, where it is written.
NAMED_ELSEWHERE = {
    "check_queries.sql": (*(PACKAGE / "checks.py", PACKAGE / "assets" / "episode_history.py"),),
    "restored_records.sql": (PACKAGE / "warehouse" / "exported_records.py",),
}


def modules_of_statements() -> dict[Path, list[Path]]:
    """The modules that run the statements of each file."""
    modules: dict[Path, list[Path]] = {}
    for module in sorted(PACKAGE.rglob("*.py")):
        if asked := ASKED.search(module.read_text(encoding="utf-8")):
            file = module.with_name(asked["shared"]) if asked["shared"] else module.with_suffix(".sql")
            modules.setdefault(file, []).append(module)
    return modules


MODULES = modules_of_statements()


def test_every_file_of_statements_has_a_module_beside_it() -> None:
    schema = PACKAGE / "warehouse" / "db" / "schema"
    assert {*MODULES} == {file for file in PACKAGE.rglob("*.sql") if not file.is_relative_to(schema)}


@pytest.mark.parametrize("file", MODULES, ids=lambda path: path.name)
def test_modules_name_every_statement_beside_them_and_no_other(file: Path) -> None:
    text = "\n".join(module.read_text(encoding="utf-8") for module in MODULES[file])
    statements = {*Statements(str(file))}
    assert {*re.findall(r"\bq\.([a-z_]+)", text)} <= statements
    for elsewhere in NAMED_ELSEWHERE.get(file.name, ()):
        text += elsewhere.read_text(encoding="utf-8")
    assert {name for name in statements if not re.search(rf"\bq\.{name}\b|\"{re.escape(name)}\"", text)} == set()


def test_a_name_that_the_file_does_not_have_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "module.sql").write_text("-- name: known\nselect 1\n", encoding="utf-8")
    statements = Statements(str(tmp_path / "module.py"))
    assert statements.known == statements["known"] == "select 1"
    with pytest.raises(KeyError, match="unknown"):
        _ = statements.unknown


def test_a_statement_without_a_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "module.sql").write_text("select 1\n\n-- name: known\nselect 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="without a name"):
        Statements(str(tmp_path / "module.py"))
