"""The embedded server after it, or one of its holders, was killed."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.subprocess_user import kill_processes_of, processes_of, wait_until
from brapped_assets_tests.history.export_builders import document, extended
from brapped_assets_tests.warehouse.polled_plays import newcomer

pytestmark = pytest.mark.slow

HOLD = (
    "import sys, time; from pathlib import Path; from brapped_assets.warehouse.db import embedded_server\n"
    "embedded_server.start(Path(sys.argv[1])); print('up', flush=True); time.sleep(60)"
)


@pytest.fixture
def home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    try:
        yield home
        assert processes_of(home) == []
    finally:
        kill_processes_of(home)
        shutil.rmtree(home, ignore_errors=True)


def kill_a_holder(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
        holder.send_signal(signal.SIGKILL)


def test_a_killed_holder_does_not_keep_the_server_running(home: Path) -> None:
    kill_a_holder(home)
    (left,) = processes_of(home)
    running = embedded_server.start(home)
    assert processes_of(home) == [left]
    running.stop()
    wait_until(lambda: not processes_of(home), "the server has stopped")


@pytest.mark.parametrize("its_id_is", ["nobody's", "another program's"])
def test_a_killed_server_starts_again(home: Path, its_id_is: str) -> None:
    kill_a_holder(home)
    (server,) = processes_of(home)
    server.kill()
    lock_file = embedded_server.folder(home) / "postmaster.pid"
    if its_id_is == "another program's":
        # As after a restart of a container, where the same few ids are given out each time.
        lines = lock_file.read_text().splitlines(keepends=True)
        lock_file.write_text("".join([f"{psutil.Process().pid}\n", *lines[1:]]))
    running = embedded_server.start(home)
    try:
        with psycopg.connect(running.url("brapped")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        running.stop()
    wait_until(lambda: not processes_of(home), "the server has stopped")


def test_an_import_that_says_it_is_done_is_on_the_disk(home: Path, tmp_path: Path) -> None:
    (tmp_path / "endsong_0.json").write_bytes(document([extended(ms_played=60_000 + more) for more in range(50)]))
    running = embedded_server.start(home)
    with Warehouse(home, running.url("brapped")) as warehouse:
        with warehouse.transaction() as tx:
            me = newcomer(tx)
        import_history(warehouse, me, [find_histories(tmp_path)], Summary())
        # All at once: nobody is left to write what was only in memory.
        kill_processes_of(home)
    running = embedded_server.start(home)
    try:
        with psycopg.connect(running.url("brapped")) as connection:
            kept = connection.execute(
                "select count(*), (select count(finished_at) from audit.import_file) from bi.plays"
            )
            assert kept.fetchone() == (50, 1)
    finally:
        running.stop()
    wait_until(lambda: not processes_of(home), "the server has stopped")
