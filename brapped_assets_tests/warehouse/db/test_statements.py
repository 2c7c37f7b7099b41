"""Every statement is found by one search: its name stands in the .sql file and in the Python beside it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from brapped_assets.warehouse.db.statements import Statements

PACKAGE = Path(str(files("brapped_assets")))
MODULES = sorted(
    path.with_suffix(".py")
    for path in PACKAGE.rglob("*.sql")
    if path.with_suffix(".py").exists() and path.parent.name != "versions"
)
# Checks are named where they are claimed; the tables of an export are, for both ways, where it is written.
NAMED_ELSEWHERE = {
    "check_queries.py": (PACKAGE / "checks.py", PACKAGE / "assets" / "claims.py"),
    "restored_records.py": (PACKAGE / "warehouse" / "exported_records.py",),
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_names_every_statement_beside_it_and_no_other(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    statements = {*Statements(str(module))}
    assert {*re.findall(r"\bq\.([a-z_]+)", text)} <= statements
    for elsewhere in NAMED_ELSEWHERE.get(module.name, ()):
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
