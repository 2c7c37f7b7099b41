"""The inbox: a folder of the home from which exports are imported without being asked for."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from brapped_assets.history.file_names import is_looked_at, is_unfinished
from brapped_assets.history.folders import files_below
from brapped_assets.warehouse.import_ledger import READER_VERSION

FOLDER = "exports"


def inbox(home: Path) -> Path:
    """The folder, made if need be, its owner's alone; where nothing can be made there is none, and it is empty."""
    folder = home / FOLDER
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def state(folder: Path) -> str | None:
    """Names, sizes and times of what may be a history, as one digest; None: there is nothing of the kind.

    A reader that keeps more makes it another one, so that what lies there is read again. Downloads that are not
    finished do not count.
    """
    found = sha256(f"{READER_VERSION}\n".encode())
    is_empty = True
    for file in files_below(folder, lambda _folder: True, lambda _error: None):
        if is_looked_at(file.name) and not is_unfinished(file.name):
            with suppress(OSError):
                told = file.stat()
                found.update(
                    f"{file.relative_to(folder)}\0{told.st_size}\0{told.st_mtime_ns}\n".encode("utf-8", "replace")
                )
                is_empty = False
    return None if is_empty else found.hexdigest()
