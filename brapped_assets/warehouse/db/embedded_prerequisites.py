"""What the embedded server needs of a machine before it can start; what lacks is said with the remedy."""

import os
import platform
import shutil
from pathlib import Path

from brapped_assets.warehouse.errors import EmbeddedUnusable

# A Unix socket's whole path may have 107 bytes (man 7 unix); the socket's own name takes 17 of them.
LONGEST_PATH = 90
# pg_ctl writes paths between double quotes into a line for the shell; libpq takes a comma for one between two hosts.
UNUSABLE = ('"', "$", "`", "\\", ",")
# A new data folder has some 40 MB, and its log is written in pieces of 16 MB.
ROOM_TO_START = 64_000_000


def refuse_what_cannot_work(pgdata: Path) -> None:
    """Raise EmbeddedUnusable where no server can have its data, or its socket, in this folder."""
    if platform.system() == "Windows":
        return
    if (length := len(os.fsencode(pgdata))) >= LONGEST_PATH:
        raise EmbeddedUnusable(
            f"{pgdata} is too long for a Unix socket ({length} bytes, at most {LONGEST_PATH - 1}). "
            "Set BRAPPED_HOME to a shorter path."
        )
    if found := [character for character in UNUSABLE if character in str(pgdata)]:
        raise EmbeddedUnusable(
            f"PostgreSQL cannot be started in a folder with {' or '.join(found)} in its path: {pgdata}. "
            "Set BRAPPED_HOME to another path."
        )
    if os.geteuid() != 0:
        return
    # PostgreSQL refuses to run as root, so the library makes a system user and opens the folders above the data.
    if pgdata.is_relative_to(Path("~root").expanduser()):
        raise EmbeddedUnusable(
            f"You are root, and {pgdata} lies in root's home, which would have to be opened to a system user. "
            "Set BRAPPED_HOME to a folder elsewhere, for example /var/lib/brapped, or run as an ordinary user."
        )
    if shutil.which("useradd") is None:
        raise EmbeddedUnusable(
            "You are root, PostgreSQL refuses to run as root, and `useradd`, which would make a user for it, is not "
            "installed (package: passwd or shadow). Install it, run as an ordinary user, or set DATABASE_URL."
        )


def refuse_a_full_disk(pgdata: Path) -> None:
    """Raise EmbeddedUnusable where a server would find no room to start."""
    place = next(folder for folder in (pgdata, *pgdata.parents) if folder.exists())
    disk = shutil.disk_usage(place)
    # What is no disk at all has no size either.
    if disk.total and disk.free < ROOM_TO_START:
        raise EmbeddedUnusable(
            f"The disk is full: {disk.free // 1_000_000} MB are free where {pgdata} lies, and PostgreSQL needs some "
            f"{ROOM_TO_START // 1_000_000} MB to start. Nothing was lost. Make room, then run the same command again."
        )
