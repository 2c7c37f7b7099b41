"""The embedded server's data from PostgreSQL 15, which this machine has, to the version that the wheel brings."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brapped_assets.warehouse.db import data_folder, embedded_server
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.major_upgrade import upgrade_data
from brapped_assets.warehouse.errors import EmbeddedUnusable
from brapped_assets_tests.warehouse.polled_plays import everything, listened, plays, poll

pytestmark = pytest.mark.slow

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
ROLE = "select rolname, rolcanlogin, rolpassword from pg_authid where rolname = 'reader'"


def all_of_it(tx: Connection) -> dict[str, Any]:
    found: dict[str, Any] = dict(everything(tx))
    found["plays"] = tx.execute("select * from bi.plays order by play_key").fetchall()
    found["role"] = tx.execute(ROLE).fetchall()
    found["reads"] = tx.execute("select has_table_privilege('reader', 'bi.plays', 'select') as may").fetchall()
    return found


@pytest.fixture(scope="module")
def made_by_15() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A home whose data PostgreSQL 15 made, stopped; and all that is in it."""
    if not DEBIAN_15.exists():
        pytest.skip(f"no PostgreSQL 15 in {DEBIAN_15}")
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    data = data_folder.folder(home)
    user = ["runuser", "-u", "pgserver", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(home, "pgserver")

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(DEBIAN_15 / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=home)

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "utf8", "--no-sync")
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-h '' -k {home} -c fsync=off", "start")
    url = f"postgresql:///postgres?host={home}&user=postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database brapped")
        connection.execute("create database dagster")
        connection.execute("create role reader login password 'secret'")
    with Warehouse(home, url.replace("/postgres?", "/brapped?")) as warehouse, warehouse.transaction() as tx:
        listened(tx)
        tx.execute("grant usage on schema bi to reader")
        tx.execute("grant select on all tables in schema bi to reader")
        before = all_of_it(tx)
    with psycopg.connect(url.replace("/postgres?", "/dagster?")) as connection:
        connection.execute("create table runs (id serial primary key, words text)")
        connection.execute("insert into runs (words) values ('ä'), ('b')")
    run("pg_ctl", "-m", "fast", "stop")
    yield home, before
    shutil.rmtree(home)


@pytest.fixture
def home(made_by_15: tuple[Path, dict[str, Any]]) -> Iterator[Path]:
    """A copy of that home."""
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    subprocess.run(["cp", "-a", f"{made_by_15[0]}/.", str(home)], check=True)
    yield home
    assert not list(home.glob("postgres*/postmaster.pid"))
    shutil.rmtree(home)


def in_it(home: Path) -> dict[str, Any]:
    """All that is in the data now, and in Dagster's."""
    server = embedded_server.start(home)
    try:
        with psycopg.connect(server.url("dagster")) as connection:
            assert connection.execute("select words from runs order by id").fetchall() == [("ä",), ("b",)]
            assert connection.execute("insert into runs (words) values ('c') returning id").fetchone() == (3,)
        with Warehouse(home) as warehouse, warehouse.transaction() as tx:
            found = all_of_it(tx)
            # And it goes on.
            assert poll(tx, 1, plays([900])).landed == 1
        return found
    finally:
        server.stop()


def test_data_of_an_older_version_is_carried_over_whole_and_the_old_is_kept(
    made_by_15: tuple[Path, dict[str, Any]], home: Path
) -> None:
    with pytest.raises(EmbeddedUnusable, match=r"belongs to PostgreSQL 15; .* `brapped upgrade-database`"):
        embedded_server.start(home)
    with pytest.raises(EmbeddedUnusable, match="There is no PostgreSQL in"):
        upgrade_data(home, home)
    (home / "postgres" / ".handle_pids.json").write_text(f"[{os.getppid()}]")
    with pytest.raises(EmbeddedUnusable, match=rf"Brapped is running with this data \(process {os.getppid()}\)"):
        upgrade_data(home)
    (home / "postgres" / ".handle_pids.json").write_text("[]")
    carried = upgrade_data(home)
    assert carried is not None
    assert (carried.old, carried.rows["dagster"], carried.kept_in) == (15, 2, home / "postgres.15")
    assert (home / "postgres.15" / "PG_VERSION").read_text() == "15\n"
    assert in_it(home) == made_by_15[1]
    assert upgrade_data(home) is None


def test_whoever_is_killed_on_the_way_loses_nothing(made_by_15: tuple[Path, dict[str, Any]], home: Path) -> None:
    for last in ("carrying dagster", "almost there"):

        def die(step: str, last: str = last) -> None:
            if step == last:
                os.kill(os.getpid(), signal.SIGKILL)

        child = os.fork()
        if child == 0:  # no way back into pytest
            try:
                upgrade_data(home, DEBIAN_15, progress=die)
            finally:
                os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    # Between the two renames: whoever opens the data finishes the second.
    assert not (home / "postgres").exists()
    assert in_it(home) == made_by_15[1]
