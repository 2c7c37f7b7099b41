"""SECURITY.md promises with tests by name: each promise has one, and each is there."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "SECURITY.md").read_text(encoding="utf-8")
TEST = re.compile(r"`([\w/]+\.py)?::(\w+)`")


def is_there(file: str, test: str) -> bool:
    path = TESTS / file
    return path.is_file() and f"def {test}(" in path.read_text(encoding="utf-8")


def test_every_claim_names_a_test_that_is_there() -> None:
    file, missing, named = "", [], 0
    for path, test in TEST.findall(PAGE):
        file = path or file
        named += 1
        if not is_there(file, test):
            missing.append(f"{file}::{test}")
    assert missing == []
    assert named > 50
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| |", "|---"))]
    assert [row for row in rows if not TEST.search(row.rpartition(" | ")[2])] == []
    assert len(rows) > 20
    # A file alone is no test: whoever reads should find the one that shows it.
    assert re.findall(r"`[\w/]+\.py`", PAGE) == []


def test_every_part_of_the_page_that_promises_names_a_test() -> None:
    parts = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    assert [part.splitlines()[0] for part in parts if not TEST.search(part)] == []
