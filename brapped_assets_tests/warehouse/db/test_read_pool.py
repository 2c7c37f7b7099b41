"""Connections for the pages: only reading, soon answering, and back by themselves once the database is."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import psycopg
import pytest

from brapped_assets.warehouse.db import connections, embedded_server, read_pool
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.errors import ReadOnly, Unreachable, Waking
from brapped_assets_tests.databases import role_name


def one(pages: Reading) -> object:
    with pages.transaction() as tx:
        return tx.execute("select 1 as one").fetchall()


def eventually(pages: Reading) -> None:
    """Asked again and again, as the waiting page does."""
    until = time.monotonic() + 60
    while True:
        try:
            assert one(pages) == [{"one": 1}]
        except Unreachable:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def test_nothing_is_written(tmp_path: Path, database_url: str) -> None:
    pages = Reading(tmp_path, database_url)
    with pytest.raises(ReadOnly), pages.transaction() as tx:
        tx.execute("delete from audit.listener")
    pages.close()


def test_pages_read_as_a_role_that_cannot_write_and_give_it_back(tmp_path: Path, database_url: str) -> None:
    pages = Reading(tmp_path, database_url)
    for _ in range(2):
        with pages.transaction() as tx:
            may = tx.execute(
                """select current_user::text, session_user::text,
                          bool_or(has_table_privilege(c.oid, 'insert, update, delete'))
                   from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind = 'r' and n.nspname in ('raw', 'star', 'audit', 'insights')"""
            ).fetchall()
        assert [tuple(row.values()) for row in may] == [("pg_read_all_data", "postgres", False)]
    pages.close()


def test_whoever_is_no_member_of_that_role_reads_as_themselves(database_url: str) -> None:
    with role_name(database_url) as name, psycopg.connect(database_url) as connection:
        connection.execute(f"create role {name}")
        connection.execute(f"set session authorization {name}")
        connection.execute(read_pool.q.begin, {"timeout": "5s"})
        assert connection.execute("select current_user::text").fetchone() == (name,)
        connection.rollback()


def test_a_statement_ends_after_five_seconds_and_none_is_compiled(tmp_path: Path, database_url: str) -> None:
    pages = Reading(tmp_path, database_url)
    with pages.transaction() as tx:
        told = tx.execute(
            "select current_setting('statement_timeout') as most, current_setting('jit') as jit"
        ).fetchall()
    assert told == [{"most": "5s", "jit": "off"}]
    pages.close()


def test_a_slow_database_is_waited_for_in_the_background(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake = Event()

    def slowly(conninfo: str, connect: Callable[[str], connections.Connection] = connections.connect) -> object:
        awake.wait()
        return connect(conninfo)

    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(connections, "connect", slowly)
    pages = Reading(tmp_path, database_url)
    with pytest.raises(Waking, match="does not answer yet"):
        one(pages)
    awake.set()
    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 30.0)
    assert one(pages) == [{"one": 1}]
    pages.close()


def test_what_cannot_be_is_said_once_and_tried_anew(tmp_path: Path, database_url: str) -> None:
    pages = Reading(tmp_path, database_url.replace("/test_", "/no_such_"))
    for _ in range(2):
        with pytest.raises(Unreachable, match="does not exist"):
            one(pages)
    pages.close()


def test_a_database_that_went_away_is_found_again(
    tmp_path: Path, database_url: str, postgres: embedded_server.EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Reading(tmp_path, database_url)
    eventually(pages)
    with psycopg.connect(database_url) as connection:
        name = connection.info.dbname
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"alter database {name} allow_connections false")
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 0.1)
        with pytest.raises(Unreachable):
            one(pages)
        admin.execute(f"alter database {name} allow_connections true")
    eventually(pages)
    pages.close()
