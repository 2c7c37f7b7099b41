"""The schema: forward only, all or nothing, by whoever comes first; functions and views run whole when they change."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from brapped_assets.warehouse.db import roles
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.schema import migrations
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.errors import NameTaken, NewerSchema, ViewInUse
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.databases import EMPTY, Server, database, role_name
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import (
    Play,
    at,
    everything,
    listened,
    local_file,
    newcomer,
    plays,
    poll,
)

ONE_MORE = """
create or replace view bi.albums as
select album_id, album_name, artist_name, album_type, release_date, total_tracks, image_url, 1 as one
from star.album_dim;
create or replace function star.somebody(name text) returns text language sql immutable return 'nobody';
"""
ALBUMS = "select array_agg(column_name::text) from information_schema.columns where table_name = 'albums'"
TODAY = migrations.scripts()


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
        with pytest.raises(NameTaken):
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
def reader(database_url: str) -> Iterator[str]:
    """A role that may read `bi`."""
    with role_name(database_url) as name, Warehouse(Path("unused"), database_url) as warehouse:
        roles.let_read(warehouse, name, "a long password")
        yield name


def later_version(monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    """Today's scripts, and what a later version adds."""
    later = migrations.Scripts(TODAY.text + more, f"{TODAY.sha256} {more}")
    monkeypatch.setattr(migrations, "scripts", lambda: later)


def test_scripts_that_changed_run_whole_and_what_others_have_of_the_views_stays(
    database_url: str, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url) as owner:
        owner.execute(f"revoke select on bi.dates from {reader}")
        owner.execute("create view public.mine as select album_name from bi.albums")
    later_version(monkeypatch, ONE_MORE)
    assert not _is_current(database_url)
    with Warehouse(Path("unused"), database_url) as warehouse, warehouse.transaction() as tx:
        listened(tx)
        apply_payloads(tx)
        assert tx.execute("select star.somebody('a') as found").fetchone() == {"found": "nobody"}
    assert _is_current(database_url)
    with psycopg.connect(database_url, user=reader, autocommit=True) as theirs:
        assert theirs.execute("select distinct one from bi.albums").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            theirs.execute("select * from bi.dates")
    with psycopg.connect(database_url) as owner:
        assert owner.execute("select count(*) > 0 from public.mine").fetchone() == (True,)


def test_a_view_that_loses_columns_is_made_anew_and_its_reader_reads_on(
    database_url: str, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, user=reader) as theirs:
        before = theirs.execute(ALBUMS).fetchone()
    for more in (ONE_MORE, "-- without it again"):
        later_version(monkeypatch, more)
        migrations.migrate(database_url)
    with psycopg.connect(database_url, user=reader) as theirs:
        assert theirs.execute(ALBUMS).fetchone() == before
        for (view,) in theirs.execute("select viewname from pg_views where schemaname = 'bi'").fetchall():
            theirs.execute(f"select * from bi.{view}")


def test_a_view_of_somebody_elses_that_stands_in_the_way_is_named_and_nothing_is_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url) as owner:
        owner.execute("create view public.mine as select album_name from bi.albums")
        (before,) = owner.execute(ALBUMS).fetchone() or ("",)
    later_version(monkeypatch, ONE_MORE.replace("album_name, ", ""))
    with (
        Warehouse(Path("unused"), database_url) as warehouse,
        pytest.raises(ViewInUse, match=r"view mine depends on view bi\.albums"),
        warehouse.transaction(),
    ):
        pass
    with psycopg.connect(database_url) as owner:
        assert owner.execute(ALBUMS).fetchone() == (before,)
        assert owner.execute("select star.somebody('a')").fetchone() == ("a",)
        assert owner.execute("select cardinality(scripts) from audit.alembic_version").fetchone() == (1,)


def test_an_older_version_does_not_put_its_own_scripts_back(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later_version(later, ONE_MORE)
        migrations.migrate(database_url)
    with (
        Warehouse(Path("unused"), database_url) as warehouse,
        pytest.raises(NewerSchema, match="Upgrade this program the way it was installed"),
        warehouse.transaction(),
    ):
        pass


def test_two_processes_with_new_scripts_at_once_run_them_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, ONE_MORE)
    children = [_forked(database_url) for _ in range(2)]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select cardinality(scripts) from audit.alembic_version").fetchone() == (2,)


def test_one_that_is_killed_on_the_way_leaves_everything_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url) as looking, psycopg.connect(database_url, autocommit=True) as watching:
        # Functions have been run by the time a view is to be replaced that somebody reads.
        looking.execute("select * from bi.albums")
        with monkeypatch.context() as later:
            later_version(later, ONE_MORE)
            child = _forked(database_url)
        deadline = time.monotonic() + 60
        while not watching.execute(
            "select from pg_locks where not granted and relation = 'bi.albums'::regclass"
        ).fetchall():
            assert time.monotonic() < deadline
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert _is_current(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select star.somebody('a')").fetchone() == ("a",)


def _forked(url: str) -> int:
    """A process that begins a transaction."""
    child = os.fork()
    if child == 0:  # no way back into pytest
        try:
            with Warehouse(Path("unused"), url) as warehouse, warehouse.transaction():
                pass
            os._exit(0)
        finally:
            os._exit(1)
    return child


@pytest.mark.slow
def test_the_oldest_supported_postgresql_does_all_of_it(postgresql_15: Server) -> None:
    with database(postgresql_15, EMPTY) as url, Warehouse(Path("unused"), url) as warehouse:
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
