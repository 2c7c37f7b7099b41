"""BRAPPED_HOME: the folder of everything, found, kept private; and which `.env` file counts.

The file is `$BRAPPED_HOME/.env` where it exists, else a `./.env` that names a setting of ours. One file, never a
mixture, so that a demo home cannot pick up a real account from the folder it was started in.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any

from brapped_assets.settings_file import ENV_FILE, SettingsError, lines_of

TOKENS_FOLDER = "tokens"
RUNNING = "running.json"
# What is made under the home, but for the database, which sees to itself.
PRIVATE_FOLDERS = ("dagster", "logs", "reports", "covers", "uploads", "exports", TOKENS_FOLDER)


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


def why_unwritable(error: OSError) -> str | None:
    """What the operating system said of a place in this home or on the way there, and what to do; None: elsewhere."""
    place, home = Path(os.fsdecode(error.filename or "")), home_folder()
    if not place.is_relative_to(home) and not home.is_relative_to(place):
        return None
    return f"{place}: {error.strerror}. Set BRAPPED_HOME to a folder in which this user may write."


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
