"""The one `.env` file of settings: read and written line by line, kept private. Where it lies: `home_folder.py`."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

ENV_FILE = ".env"


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what it should look like."""


def lines_of(file: Path) -> dict[str, str | None]:
    """The settings in a file, none where there is no file. Raises SettingsError when it is no UTF-8 text."""
    try:
        found = dotenv_values(file)
    except UnicodeDecodeError:
        found = {"\0": None}
    # UTF-16 without its mark can be read as UTF-8, and means nothing then.
    if any("\0" in f"{name}{value}" for name, value in found.items()):
        raise SettingsError("The settings file .env is not UTF-8 text. Save it as UTF-8.")
    return found


def write_env(file: Path, values: Mapping[str, str]) -> None:
    """Set `values` in a `.env` file, keeping every other line; the file stays private (0600) at every moment.

    Raises SettingsError for a value that no line of such a file can hold.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n") if file.exists() else []
    kept = [line for line in lines if line.split("=", 1)[0].removeprefix("export ").strip() not in values]
    text = "\n".join([*kept, *(f"{name}={_quoted(name, value)}" for name, value in values.items())]) + "\n"
    partial = file.with_name(f"{file.name}.new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    partial.replace(file)


def _quoted(name: str, value: str) -> str:
    if any(sign in value for sign in ("\n", "\r", "${")):
        raise SettingsError(f"{name}: no line of {ENV_FILE} can hold a value with line breaks or ${{.")
    if re.fullmatch(r"[A-Za-z0-9_./:@%+,~=?&-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
