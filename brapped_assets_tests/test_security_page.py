"""SECURITY.md promises with tests by name: these exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "SECURITY.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_is_there() -> None:
    file, missing, named = "", [], 0
    for path, test in re.findall(r"`([\w/]+\.py)?(?:::(\w+))?`", PAGE):
        file = path or file
        named += bool(path or test)
        there = (TESTS / file).is_file() and f"def {test}(" in (TESTS / file).read_text(encoding="utf-8")
        if (path or test) and not (there if test else (TESTS / file).is_file()):
            missing.append(f"{file}::{test}")
    assert missing == []
    assert named > 25
