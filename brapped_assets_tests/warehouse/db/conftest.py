"""The oldest PostgreSQL that is supported."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.databases import Server

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def postgresql_15(postgres: EmbeddedServer) -> Iterator[Server]:
    """From Debian, on a socket in a folder of its own."""
    if not DEBIAN_15.exists():
        pytest.skip(f"no PostgreSQL 15 in {DEBIAN_15}")
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    # PostgreSQL refuses to run as root; the embedded server has made a user for that.
    user = ["runuser", "-u", "pgserver", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(home, "pgserver")

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(DEBIAN_15 / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=home)

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "utf8", "--no-sync")
        run("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"-h '' -k {home} -c fsync=off", "start")
        yield Server(home)
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(home)
