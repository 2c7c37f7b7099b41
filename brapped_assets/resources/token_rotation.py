"""Refresh tokens that Spotify has just sent: on this disk until the warehouse has them, should that be away just now.

The token before may be dead by then, so losing the new one would lose the consent. Encrypted as in the warehouse, with
a key derived from the token it came in exchange for: only whoever still holds that one can read it.
"""

import os
from collections.abc import Callable
from pathlib import Path

from brapped_assets.home_folder import TOKENS_FOLDER
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listeners import fingerprint, seal, unseal

ANOTHER_RUN_HAS_IT = "Another run was sent a new token meanwhile; the next poll uses it"


def put(home: Path, given: str, rotated: str) -> None:
    """Keep what Spotify sent in exchange for `given`, in place of any before. Raises OSError."""
    file = _file(home, given)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(seal(given, rotated))
        out.flush()
        os.fsync(out.fileno())
    partial.replace(file)


def newest(home: Path, given: str) -> str | None:
    """What waits here for a warehouse that holds `given`; None: nothing."""
    try:
        return unseal(given, _file(home, given).read_bytes())
    except OSError:
        return None


def drop(home: Path, given: str) -> None:
    """The warehouse has it."""
    _file(home, given).unlink(missing_ok=True)


def keep_surely(home: Path, given: str, rotated: str, keep: Callable[[str], bool]) -> None:
    """Keep what came in exchange for `given` here until `keep` says that the warehouse has it.

    Raises a WarehouseError only when neither could take it. A warehouse that is away will say so by itself.
    """
    is_on_disk = True
    try:
        put(home, given, rotated)
    except OSError:
        is_on_disk = False
    try:
        is_kept = keep(rotated)
    except WarehouseError:
        if not is_on_disk:
            raise
        return
    if is_kept:
        drop(home, given)


def _file(home: Path, given: str) -> Path:
    return home / TOKENS_FOLDER / fingerprint(given)
