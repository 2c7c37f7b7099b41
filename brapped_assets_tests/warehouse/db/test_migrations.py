"""Migrations: forward only, all or nothing, by whoever comes first."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from brapped_assets.warehouse.db import migrations
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.errors import NewerSchema
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import Play, at, everything, local_file, newcomer, plays, poll

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def empty_url(postgres: EmbeddedServer, database_url: str) -> str:
    """A database nobody has prepared."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop schema audit, raw, star, bi, insights cascade")
    return database_url


def _is_current(url: str) -> bool:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        return migrations.is_current(connection)


def test_an_empty_database_is_prepared_by_the_first_transaction(empty_url: str) -> None:
    assert not _is_current(empty_url)
    with Warehouse(Path("unused"), empty_url) as warehouse, warehouse.transaction() as tx:
        assert newcomer(tx) == 1
    assert _is_current(empty_url)


def test_two_processes_preparing_a_new_database_at_once_both_get_it(empty_url: str) -> None:
    children = []
    for token in ("a", "b"):
        child = os.fork()
        if child == 0:  # no way back into pytest
            try:
                with Warehouse(Path("unused"), empty_url) as warehouse, warehouse.transaction() as tx:
                    newcomer(tx, token)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select count(*) from audit.listener").fetchone() == (2,)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrations.migrate(database_url)
    assert _is_current(database_url)


def test_a_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("create schema bi")
        with pytest.raises(psycopg.errors.DuplicateSchema):
            migrations.migrate(empty_url)
        assert connection.execute(
            "select nspname from pg_namespace where nspname in ('audit', 'raw', 'star', 'bi')"
        ).fetchall() == [("bi",)]


def test_a_database_a_newer_program_prepared_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update audit.alembic_version set version_num = '9999'")
    with (
        Warehouse(Path("unused"), database_url) as warehouse,
        pytest.raises(NewerSchema, match="Upgrade this program the way it was installed"),
        warehouse.transaction(),
    ):
        pass


def test_revisions_follow_one_another_and_file_names_begin_with_them() -> None:
    versions = sorted(file.name for file in (migrations.HERE / "versions").glob("[0-9]*.py"))
    assert versions[-1].startswith(f"{migrations.HEAD}_")
    for before, version in zip([None, *versions], versions, strict=False):
        source = (migrations.HERE / "versions" / version).read_text()
        down = f'"{before.split("_")[0]}"' if before else "None"
        assert f'revision = "{version.split("_")[0]}"' in source
        assert f"down_revision = {down}" in source


@pytest.fixture
def postgresql_15(postgres: EmbeddedServer) -> Iterator[str]:
    """The oldest PostgreSQL that is supported, from Debian, on a socket in a folder of its own."""
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
        yield f"postgresql:///postgres?host={home}&user=postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(home)


def test_the_oldest_supported_postgresql_does_all_of_it(postgresql_15: str) -> None:
    with Warehouse(Path("unused"), postgresql_15) as warehouse:
        with warehouse.transaction() as tx:
            me = newcomer(tx)
            for page in (plays([0, 4]), [Play(at(60), local_file("demo"))]):
                assert poll(tx, me, page).landed == len(page)
                merge_plays(tx, me, at(61))
                apply_payloads(tx)
            meet(tx, me, Imported("a.json", 10, 30), when=at(70))
        with warehouse.transaction() as tx:
            after = everything(tx)
            assert tx.execute("show server_version_num").fetchone()["server_version_num"].startswith("15")  # type: ignore[index]
    assert [len(after[part]) for part in ("poll", "gap", "hole", "track", "credit", f"fact {me}")] == [2, 1, 3, 2, 2, 3]
