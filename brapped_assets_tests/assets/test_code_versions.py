"""The version of an asset's code moves whenever its code or its SQL does, and for nothing else."""

import json
from textwrap import dedent

from brapped_assets.definitions import defs
from brapped_assets_tests.generated.code_versions import FILE, NAMES, code_of, hashes, renewed, sql_of


def test_no_asset_changed_without_a_new_version() -> None:
    """After a change of an asset's code or SQL: `make generated`."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert {name: kept.get(name, {}).get("hash") for name in hashes()} == hashes()
    assert list(kept) == NAMES


def test_every_asset_that_is_materialized_has_its_version_from_the_file() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    graph = defs.resolve_asset_graph()
    assert {key.path[-1]: graph.get(key).code_version for key in graph.materializable_asset_keys} == {
        name: str(one["version"]) for name, one in kept.items()
    }


def test_a_version_moves_by_one_where_the_code_did_and_a_new_asset_has_the_first() -> None:
    kept = {
        "fact": {"version": 3, "hash": "a"},
        "dim": {"version": 1, "hash": "b"},
        "gone": {"version": 9, "hash": "c"},
    }
    assert renewed(kept, {"fact": "changed", "dim": "b", "new": "d"}) == {
        "fact": {"version": 4, "hash": "changed"},
        "dim": {"version": 1, "hash": "b"},
        "new": {"version": 1, "hash": "d"},
    }


def test_comments_blank_lines_and_docstrings_are_no_code() -> None:
    written = '''
        """A module."""

        # A reason.
        def one(x: int) -> int:
            """Words.

            More words.
            """
            return x + 1
    '''
    assert code_of(dedent(written)) == "def one(x: int) -> int:\nreturn x + 1"
    assert code_of(dedent(written)) != code_of(dedent(written).replace("+ 1", "+ 2"))
    sql = "-- Why.\n-- name: one\n\nselect 1\n"
    assert sql_of(sql) == "-- name: one\nselect 1"
