"""What is in the wheel; that it works from any folder is shown by the demo, which runs from it."""

import zipfile
from pathlib import Path

import pytest

from brapped_assets_tests.commands.conftest import CHECKOUT

pytestmark = pytest.mark.slow


def test_the_wheel_has_everything_that_is_no_python(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    source = CHECKOUT / "brapped_assets"
    wanted = {
        str(file.relative_to(CHECKOUT))
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc"
    }
    assert wanted <= inside
    assert not any(name.startswith("brapped_assets_tests") for name in inside)
