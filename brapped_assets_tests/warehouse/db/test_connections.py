"""Connections: what goes wrong says what to do, and what comes after works."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from brapped_assets.warehouse.db import connection_errors, connections
from brapped_assets.warehouse.db.connection_errors import remedy
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.urls import connection_string
from brapped_assets.warehouse.errors import (
    Busy,
    OutOfSpace,
    ReadOnly,
    TooOld,
    TooSlow,
    WarehouseError,
)
from brapped_assets_tests.warehouse.polled_plays import newcomer


def _one(warehouse: Warehouse, query: str = "select 1 as found") -> object:
    with warehouse.transaction() as tx:
        row = tx.execute(query).fetchone()
        assert row is not None
        return row["found"]


def _refused(url: str) -> str:
    with Warehouse(Path("unused"), url) as warehouse, pytest.raises(WarehouseError) as refusal:
        _one(warehouse)
    return f"{type(refusal.value).__name__}: {refusal.value}"


# The address --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "canary",
        "https://canary@host/db",
        "postgresql://user:canary@host:5432:1/db",
        "postgresql://user:some@canary@host/db",
        "postgresql://user:some@ca/nary@host/db",
        "postgresql://user:canary/word@host/db",
        "postgresql://user:%canary@host/db",
        "host=x password=canary nonsense",
        # A word in the encoding of another terminal, as Python reads the environment.
        os.fsdecode(b"postgresql://user:canary\xfc@host/db"),
    ],
)
def test_what_is_no_url_is_refused_without_repeating_it(url: str) -> None:
    message = _refused(url)
    assert message.startswith("NotAUrl: DATABASE_URL is not a PostgreSQL URL.")
    assert "canary" not in message


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://u:p@ep-cool-1.eu.aws.neon.tech/db", "require"),
        ("postgresql://u:p@192.0.2.1/db", "require"),
        ("host=db.example dbname=x", "require"),
        ("hostaddr=192.0.2.1", "require"),
        ("postgresql://u:p@localhost,db.example/db", "require"),
        ("postgresql://u:p@db.example/db?sslmode=verify-full", "verify-full"),
        ("postgresql://u:p@db.example/db?sslmode=disable", "disable"),
        ("postgresql://u:p@localhost/db", None),
        ("postgresql://u:p@127.0.0.1:5432/db", None),
        ("postgresql://u:p@[::1]/db", None),
        ("postgresql:///db?host=/var/run/postgresql", None),
        ("postgresql:///db", None),
    ],
)
def test_any_host_but_this_machine_is_spoken_to_with_tls(url: str, sslmode: str | None) -> None:
    assert conninfo_to_dict(connection_string(url)).get("sslmode") == sslmode


def test_a_connection_has_a_name_and_bounded_waits_unless_told_otherwise() -> None:
    given = conninfo_to_dict(connection_string("postgresql://h/db"))
    assert (given["application_name"], given["connect_timeout"], given["keepalives_idle"]) == ("brapped", "10", "30")
    told = conninfo_to_dict(connection_string("postgresql://h/db?application_name=x&connect_timeout=3"))
    assert (told["application_name"], told["connect_timeout"]) == ("x", "3")


# Nobody there, or not for us ------------------------------------------------------------------------------------


def test_a_host_that_does_not_answer_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0)
    message = _refused("postgresql://user:canary@127.0.0.1:1/db")
    assert "Check DATABASE_URL" in message
    assert "refused" in message
    assert "canary" not in message


@pytest.mark.slow
def test_a_database_that_is_waking_up_is_waited_for(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asleep = Path(tempfile.mkdtemp(prefix="brapped-"))
    socket = ".s.PGSQL.5432"
    awake = Path(str(conninfo_to_dict(database_url)["host"])) / socket
    waking = threading.Timer(0.5, (asleep / socket).symlink_to, [awake])
    try:
        with Warehouse(tmp_path, psycopg.conninfo.make_conninfo(database_url, host=str(asleep))) as warehouse:
            waking.start()
            assert _one(warehouse) == 1
    finally:
        waking.join()
        shutil.rmtree(asleep)
    assert "it may be waking up. Trying again." in caplog.text


def test_a_wrong_database_is_refused_at_once(postgres: EmbeddedServer) -> None:
    assert 'database "nowhere" does not exist' in _refused(postgres.url("nowhere"))


def test_a_server_on_a_full_disk_is_not_waited_for(postgres: EmbeddedServer, tmp_path: Path) -> None:
    # Its words are "could not write init file: No space left on device"; here they are the database's name.
    full = postgres.url("brapped").replace("/brapped?", "/No%20space%20left%20on%20device?")
    with pytest.raises(OutOfSpace, match="Free some disk"), Warehouse(tmp_path, full) as warehouse:
        _one(warehouse)


@pytest.fixture
def locked(postgres: EmbeddedServer) -> Iterator[str]:
    """A role that has to give its password, which is `right`."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        row = admin.execute("show hba_file").fetchone()
        assert row is not None
        rules = Path(row[0])
        before = rules.read_text()
        rules.write_text("local all locked scram-sha-256\n" + before)
        admin.execute("create role locked login superuser password 'right'")
        admin.execute("select pg_reload_conf()")
        try:
            yield "locked"
        finally:
            admin.execute("drop role locked")
            rules.write_text(before)
            admin.execute("select pg_reload_conf()")


def test_a_wrong_password_is_refused_at_once_and_never_shown(database_url: str, locked: str) -> None:
    as_locked = psycopg.conninfo.make_conninfo(database_url, user=locked, password="canary")
    message = _refused(as_locked)
    assert "password authentication failed" in message
    assert "canary" not in message
    with Warehouse(Path("unused"), psycopg.conninfo.make_conninfo(as_locked, password="right")) as warehouse:
        assert _one(warehouse) == 1


def test_a_server_too_old_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_errors, "MINIMUM_MAJOR", 99)
    with (
        Warehouse(Path("unused"), database_url) as warehouse,
        pytest.raises(TooOld, match=r"The database is PostgreSQL"),
    ):
        _one(warehouse)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ("create database {} encoding 'LATIN1' locale 'C' template template0", "keeps text as LATIN1"),
        ("create database {} encoding 'SQL_ASCII' locale 'C' template template0", "keeps text as SQL_ASCII"),
        ("create database {0}; alter database {0} set datestyle = 'German'", "DateStyle set to German, DMY"),
        ("create database {0}; alter database {0} set intervalstyle = 'iso_8601'", "IntervalStyle set to iso_8601"),
        ("create database {0}; alter database {0} set standard_conforming_strings = off", "_strings set to off"),
        ("create database {0}; alter database {0} connection limit 0", "All connections that the server allows are"),
    ],
)
def test_a_database_that_brapped_cannot_work_with_says_so(
    postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, made: str, says: str
) -> None:
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        try:
            for statement in made.format("unfit").split("; "):
                admin.execute(statement)
            admin.execute("create role visitor login")
            admin.execute("grant all on database unfit to visitor")
            assert says in _refused(psycopg.conninfo.make_conninfo(postgres.url("unfit"), user="visitor"))
        finally:
            admin.execute("drop database unfit with (force)")
            admin.execute("drop role visitor")


def test_names_of_the_whole_world_pass_whatever_encoding_the_machine_prefers(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with Warehouse(Path("unused"), database_url) as warehouse:
        assert _one(warehouse, "select 'Łódź 日本' as found") == "Łódź 日本"


def test_a_schema_of_somebody_else_with_a_name_of_ours_is_told_and_left_alone(postgres: EmbeddedServer) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("create database shared")
        try:
            with psycopg.connect(postgres.url("shared")) as other:
                other.execute("create schema star")
            message = _refused(postgres.url("shared"))
            with psycopg.connect(postgres.url("shared")) as other:
                assert other.execute("select to_regnamespace('audit')").fetchone() == (None,)
        finally:
            admin.execute("drop database shared with (force)")
    assert message.startswith("NameTaken: Somebody else has made something")
    assert 'schema "star" already exists' in message


@pytest.mark.parametrize("state", ["migrated", "empty"])
def test_a_role_without_the_privilege_is_told_so(postgres: EmbeddedServer, database_url: str, state: str) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("create role guest login")
        if state == "empty":
            admin.execute("create database bare")
        try:
            url = postgres.url("bare") if state == "empty" else database_url
            message = _refused(psycopg.conninfo.make_conninfo(url, user="guest"))
        finally:
            admin.execute("drop database if exists bare with (force)")
            admin.execute("drop role guest")
    if state == "empty":
        assert message.startswith("NotAllowed: The tables of this database are not this Brapped's, or not yet, and the")
    assert "permission denied for" in message
    assert message.startswith("NotAllowed: ")


@pytest.mark.parametrize("state", ["migrated", "empty"])
def test_a_database_that_takes_no_writes_is_told_so(postgres: EmbeddedServer, database_url: str, state: str) -> None:
    if state == "empty":
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("drop schema audit, raw, star, bi cascade")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"alter database {connection.info.dbname} set default_transaction_read_only = on")
    with Warehouse(Path("unused"), database_url) as warehouse:
        if state == "migrated":
            assert _one(warehouse, "select count(*) as found from bi.plays") == 0
        with pytest.raises(ReadOnly, match="at the primary"), warehouse.transaction() as tx:
            newcomer(tx)


@pytest.mark.slow
def test_a_statement_that_takes_too_long_is_told_as_one_and_a_lock_as_a_lock(
    warehouse: Warehouse, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        tx.execute("create table audit.held (n int)")
    with (
        pytest.raises(TooSlow, match=r"took too long over one statement.*Nothing was lost"),
        warehouse.transaction(statement_seconds=1) as tx,
    ):
        tx.execute("select pg_sleep(5)")
    with warehouse.transaction() as holder, Warehouse(Path("unused"), database_url) as other:
        holder.execute("lock table audit.held")
        with (
            pytest.raises(Busy, match="Another run is working"),
            other.transaction(lock_seconds=1, statement_seconds=5) as tx,
        ):
            tx.execute("select * from audit.held")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("connection to server at 127.0.0.1, port 1 failed: Connection refused", "start PostgreSQL there"),
        ('connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory', "start PostgreSQL"),
        ('could not translate host name "nas" to address: Name or service not known', "No host of that name is known"),
        ("failed to resolve host 'nas': [Errno -2] Name or service not known", "No host of that name is known"),
        ("connection timeout expired", "leads nowhere at the moment"),
        ("FATAL: the database system is starting up", "try again in a minute"),
        ('FATAL: password authentication failed for user "me"', "Check X: host, database, user, password"),
    ],
)
def test_what_mends_a_database_that_does_not_answer_depends_on_why(reason: str, words: str) -> None:
    assert words in remedy(reason, "X")
