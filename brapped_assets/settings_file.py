"""BRAPPED_HOME, and the one `.env` file of settings: found, read, written, kept private.

The file is `$BRAPPED_HOME/.env` where it exists, else a `./.env` that names a setting of ours. One file, never a
mixture, so that a demo home cannot pick up a real account from the folder it was started in.
"""

import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

ENV_FILE = ".env"
TOKENS_FOLDER = "tokens"
RUNNING = "running.json"
# What is made under the home, but for the database, which sees to itself.
PRIVATE_FOLDERS = ("dagster", "logs", "reports", "covers", "uploads", "exports", TOKENS_FOLDER)


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what it should look like."""


def default_home() -> Path:
    """`~/.brapped`; for root /var/lib/brapped, because the embedded server must be able to traverse it."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Path("/var/lib/brapped") if is_root else Path.home() / ".brapped"


def home_folder() -> Path:
    """BRAPPED_HOME, from the environment or `./.env`, else the default. Raises SettingsError, as `env_file` does."""
    home = os.environ.get("BRAPPED_HOME") or lines_of(Path(ENV_FILE)).get("BRAPPED_HOME") or default_home()
    try:
        return Path(home).expanduser().absolute()
    except RuntimeError:
        raise SettingsError(f"BRAPPED_HOME: nobody here has the home folder that {home} begins with.") from None


def env_file() -> Path:
    """The one `.env` that is read, and that `brapped login` writes. Another project's `./.env` is none of ours."""
    here, at_home = Path(ENV_FILE).absolute(), home_folder() / ENV_FILE
    if at_home.exists() or not here.exists():
        return at_home
    return here if any(name.startswith(("SPOTIFY_", "BRAPPED_")) for name in lines_of(here)) else at_home


def where_it_runs(home: Path) -> dict[str, Any]:
    """What the `brapped up` that has this home wrote of itself; empty when there is none, or not as far yet."""
    try:
        told = json.loads((home / RUNNING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def lines_of(file: Path) -> dict[str, str | None]:
    """The settings in a file, none where there is no file. Raises SettingsError when it is no UTF-8 text."""
    try:
        return dotenv_values(file)
    except UnicodeDecodeError:
        raise SettingsError("The settings file .env is not UTF-8 text. Save it as UTF-8.") from None


def keep_private(home: Path) -> None:
    """What lies in this home, and the settings file wherever it is, become their owner's alone.

    What belongs to somebody else, or to everybody as /tmp does, is left as it is. Through root's home others can pass,
    and no more: the embedded PostgreSQL is a user of its own there.
    """
    if os.name == "nt":
        return
    _tighten(home, 0o711 if os.geteuid() == 0 else 0o700)
    for name in PRIVATE_FOLDERS:
        _tighten(home / name, 0o700)
    _tighten(env_file(), 0o600)


def _tighten(path: Path, rights: int) -> None:
    try:
        found = path.stat()
        if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX and found.st_mode & 0o777 & ~rights:
            path.chmod(rights)
    except OSError:
        # Not there, or on a disk that knows no rights.
        return


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
