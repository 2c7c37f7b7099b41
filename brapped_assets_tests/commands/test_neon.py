"""Brapped on Neon, as far as this machine can be it: see `neon.py`."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.server import RunningServer
from brapped_assets.services.dagster_instance import storage_is_there
from brapped_assets.settings import Settings
from brapped_assets.warehouse import forgetting
from brapped_assets.warehouse.db import connections
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.db.schema import migrations
from brapped_assets.warehouse.errors import Interrupted, NotAllowed, Untrusted
from brapped_assets.web.site import Site
from brapped_assets_tests.commands.neon import DIRECT, POOLED, Neon, missing, neon
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.warehouse.polled_plays import newcomer, plays, poll
from brapped_assets_tests.web.test_items import serving

Brapped = Callable[..., Said]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=missing() or "")]


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Neon]:
    with neon() as running:
        with Warehouse(Path("unused"), running.url(DIRECT, database="neondb")) as warehouse, warehouse.transaction():
            pass  # migrated, past the pooler: the template of every test's database
        yield running


@pytest.fixture
def database(stand_in: Neon) -> Iterator[str]:
    """A migrated, empty warehouse of the test's own: its name."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(stand_in.url(DIRECT, database="postgres"), autocommit=True) as owner:
        owner.execute(f"create database {name} template neondb")
    stand_in.came.clear()
    yield name
    stand_in.refusing, stand_in.slow_seconds = 0, 0.0


@pytest.fixture
def pooled(stand_in: Neon, database: str) -> Iterator[Warehouse]:
    with Warehouse(Path("unused"), stand_in.url(database=database)) as warehouse:
        yield warehouse


def one(warehouse: Warehouse, query: str = "select 1 as found") -> Any:
    with warehouse.transaction() as tx:
        row = tx.execute(query).fetchone()
        assert row is not None
        return row["found"]


# Two hosts ----------------------------------------------------------------------------------------------------


def test_what_needs_a_session_goes_to_the_direct_host_and_the_rest_as_given(
    stand_in: Neon, database: str, pooled: Warehouse
) -> None:
    assert one(pooled) == 1
    assert stand_in.came == [POOLED]
    forgetting.tidy(pooled)
    assert stand_in.came == [POOLED, DIRECT]
    with Warehouse(Path("unused"), stand_in.url(database=database), is_bulky=True) as bulky:
        assert one(bulky) == 1
    assert stand_in.came == [POOLED, DIRECT, DIRECT]


def test_dagsters_history_goes_to_the_direct_host(stand_in: Neon, database: str) -> None:
    settings = Settings(dagster_pg_url=stand_in.url(database=database), _env_file=None)  # type: ignore[call-arg, arg-type]
    assert not storage_is_there(settings)
    assert stand_in.came == [DIRECT]


def test_a_new_database_is_prepared_past_the_pooler(stand_in: Neon) -> None:
    with psycopg.connect(stand_in.url(DIRECT, database="postgres"), autocommit=True) as owner:
        owner.execute("create database fresh")
    stand_in.came.clear()
    with Warehouse(Path("unused"), stand_in.url(database="fresh")) as warehouse:
        assert one(warehouse, "select version_num as found from audit.alembic_version") == migrations.HEAD
    assert stand_in.came == [POOLED, DIRECT]


# TLS ----------------------------------------------------------------------------------------------------------


def test_the_certificate_is_proven_with_its_authority_and_refused_with_another(stand_in: Neon, database: str) -> None:
    def asked(authority: str, host: str = POOLED) -> int:
        authorities = f"{stand_in.folder}/{authority}.crt"
        url = stand_in.url(host, database=database, sslmode="verify-full", sslrootcert=authorities)
        with Warehouse(Path("unused"), url) as warehouse:
            return int(one(warehouse))

    assert asked("authority") == 1
    for other in (("stranger",), ("nowhere",), ("authority", "ep-brapped-1.neon.example")):
        with pytest.raises(
            Untrusted, match=r"could not prove who it is, so no password was sent .* sslrootcert=system"
        ):
            asked(*other)


def test_what_is_sent_is_encrypted_though_the_url_says_nothing(stand_in: Neon, database: str) -> None:
    with Warehouse(Path("unused"), stand_in.url(database=database)) as warehouse, warehouse.transaction() as tx:
        assert tx.pgconn.ssl_in_use


def test_a_url_without_tls_is_warned_about(
    brapped: Brapped, stand_in: Neon, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0)
    monkeypatch.setenv("DATABASE_URL", stand_in.url(database=database, sslmode="disable"))
    said = brapped("status")
    assert said.code == 1
    assert "! DATABASE_URL lets passwords and plays travel unencrypted. Take sslmode out of it" in said.errors
    assert "✗ The database does not answer" in said.errors


# Sleep --------------------------------------------------------------------------------------------------------


def test_a_cold_start_that_refuses_and_then_is_slow_is_waited_for(
    stand_in: Neon, pooled: Warehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "PAUSE_SECONDS", 0.1)
    stand_in.refusing, stand_in.slow_seconds = 2, 1.5
    assert one(pooled) == 1
    # Told once, however often it is tried.
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "The database does not answer yet; it may be waking up. Trying again."
    ]


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_database_that_fell_asleep_meanwhile_is_woken_and_nothing_fails(
    *, stand_in: Neon, database: str, pooled: Warehouse, is_heard: bool
) -> None:
    reading = Reading(Path("unused"), stand_in.url(database=database))
    with reading.transaction() as tx:
        tx.execute("select 1")
    assert one(pooled) == 1
    before = len(stand_in.came)
    # In the second case nobody says that the line is dead: whoever speaks first finds out.
    (stand_in.hang_up if is_heard else stand_in.deafen)()
    assert [one(pooled), _seen(reading)] == [1, 1]
    assert len(stand_in.came) > before + 1
    reading.close()


def _seen(reading: Reading) -> int:
    with reading.transaction() as tx:
        row = tx.execute("select 1 as found").fetchone()
        assert row is not None
        return int(row["found"])


def test_a_connection_cut_in_the_middle_is_told_plainly_and_nothing_of_the_work_is_there(
    stand_in: Neon, pooled: Warehouse
) -> None:
    def work() -> None:
        with pooled.transaction() as tx:
            poll(tx, newcomer(tx), plays([0, 4]))
            stand_in.hang_up()
            tx.execute("select 1")

    with pytest.raises(Interrupted, match=r"was lost .*the next run does the work again"):
        work()
    assert one(pooled, "select count(*) as found from audit.listener") == 0
    with pooled.transaction() as tx:
        assert poll(tx, newcomer(tx), plays([0, 4])).landed == 2


# Roles, and the whole way -------------------------------------------------------------------------------------


@pytest.fixture
def logged_in(
    account: SimulatedAccount, spotify_server: RunningServer, stand_in: Neon, monkeypatch: pytest.MonkeyPatch
) -> str:
    """An account, and Dagster's database on the same project; the name of the warehouse, which is not prepared."""
    name = f"whole_{uuid4().hex[:8]}"
    with psycopg.connect(stand_in.url(DIRECT, database="postgres"), autocommit=True) as owner:
        owner.execute(f"create database {name}")
    for setting, value in {
        "SPOTIFY_API_URL": f"{spotify_server.url}/v1",
        "SPOTIFY_ACCOUNTS_URL": spotify_server.url,
        "SPOTIFY_CLIENT_ID": account.client_id,
        "SPOTIFY_CLIENT_SECRET": account.client_secret,
        "SPOTIFY_REFRESH_TOKEN": account.refresh_token(authorized_at=datetime.now(UTC)),
        "BRAPPED_TIMEZONE": "Asia/Kolkata",
        "DATABASE_URL": stand_in.url(database=name),
        "DAGSTER_PG_URL": stand_in.url(database="dagster"),
        # Set by the commands themselves; named here, so that they are taken away again.
        "DAGSTER_HOME": "",
        "PGTZ": "UTC",
    }.items():
        monkeypatch.setenv(setting, value)
    return name


def made(brapped: Brapped, file: Path) -> dict[str, str]:
    """The URLs that `brapped roles` wrote."""
    said = brapped("roles", "-o", str(file))
    assert (said.code, said.errors) == (0, "")
    urls = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(password_of(url) in said.output for url in urls.values())
    return urls


def password_of(url: str) -> str:
    return url.partition("@")[0].rpartition(":")[2]


def refused(connection: psycopg.Connection[Any], *statements: str) -> None:
    for statement in statements:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_every_command_works_as_the_writer_through_the_pooler(
    *,
    brapped: Brapped,
    account: SimulatedAccount,
    catalogue: Catalogue,
    stand_in: Neon,
    logged_in: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = made(brapped, tmp_path / "urls.env")
    assert sorted(urls) == ["BI_DATABASE_URL", "DATABASE_URL"]
    monkeypatch.setenv("DATABASE_URL", urls["DATABASE_URL"])
    stand_in.came.clear()
    now = datetime.now(UTC)
    exported = write_export(
        Listener(catalogue),
        tmp_path / "my_spotify_data.zip",
        start=now - timedelta(days=9),
        end=now - timedelta(days=7),
    )
    for command in (
        ("import", str(exported)),
        ("sync",),
        ("sync",),
        ("report",),
        ("export", "-o", str(tmp_path / "kept")),
    ):
        said = brapped(*command)
        assert (command[0], said.code, said.errors) == (command[0], 0, "")
    state = json.loads(brapped("status", "--json").output)
    # The export's person and the account are two, until they are known to be one.
    assert (state["healthy"], sum(listener["polls"] for listener in state["listeners"])) == (True, 2)
    told = state["plan"]
    assert told["limit_megabytes"] == 500
    assert 0 < told["dagster_megabytes"] < told["all_databases_megabytes"]
    assert 0 < told["share_used"] < 0.8
    assert (told["free_cu_hours_a_month"], told["bursts_a_day"] > 0) == (100, True)
    shown = brapped("status").output
    (databases,) = re.findall(r"of 500 MB: all databases ([0-9.]+) MB, Dagster's", shown)
    # Autovacuum writes between two looks.
    assert float(databases) == pytest.approx(told["all_databases_megabytes"], abs=5)
    assert "free CU-hours; pages and BI tools come on top" in shown
    url = Settings.load().database_url_text()
    assert url is not None
    reading = Reading(tmp_path, url)
    with serving(Site(reading, clock=lambda: now)) as browser:
        answers = [browser.get(path) for path in ("/", "/today", "/history", "/search?q=a", "/wrapped")]
    reading.close()
    assert [answer.status_code for answer in answers] == [200] * 5
    # Sessions belong to nobody: none keeps a setting, a prepared statement, a temporary table or a lock.
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as pooled:
        left = pooled.execute(
            "select (select count(*) from pg_prepared_statements),"
            " (select count(*) from pg_settings where source = 'session' and name in ('statement_timeout',"
            " 'lock_timeout', 'default_transaction_read_only', 'default_transaction_isolation', 'jit')),"
            " (select count(*) from pg_class where relpersistence = 't'),"
            " (select count(*) from pg_locks where locktype = 'advisory')"
        ).fetchone()
        assert left == (0, 0, 0, 0)
    assert set(stand_in.came) == {POOLED, DIRECT}
    for listener in state["listeners"]:
        assert brapped("forget", "--listener", listener["name"], "--yes").code == 0
    with psycopg.connect(url) as pooled:
        assert pooled.execute("select count(*) from bi.plays").fetchone() == (0,)


def test_the_writer_makes_no_table_and_the_reader_sees_bi_alone_also_what_comes_later(
    *, brapped: Brapped, stand_in: Neon, logged_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(brapped, tmp_path / "urls.env")
    urls = made(brapped, tmp_path / "urls.env")
    assert password_of(urls["DATABASE_URL"]) != password_of(first["DATABASE_URL"])
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(first["DATABASE_URL"])
    with psycopg.connect(stand_in.url(DIRECT, database=logged_in), autocommit=True) as owner:
        # A later version's tables, and somebody else's.
        owner.execute("create table audit.later (n int generated always as identity, word text)")
        owner.execute("create view bi.later as select word from audit.later")
        owner.execute("create table public.diary as select 'dear' as diary")
    with psycopg.connect(urls["DATABASE_URL"], autocommit=True, prepare_threshold=None) as writer:
        writer.execute("insert into audit.later (word) values ('so')")
        ddl = [f"create table {schema}.mine (n int)" for schema in ("raw", "star", "audit", "insights", "bi", "public")]
        refused(
            writer,
            *ddl,
            "create schema mine",
            "drop table audit.later",
            "alter table audit.later add column m int",
            "truncate audit.later",
            "update audit.alembic_version set version_num = '0001'",
            "select * from public.diary",
            "select * from pg_authid",
            "create role other",
        )
    with psycopg.connect(urls["BI_DATABASE_URL"], autocommit=True) as reader:
        assert reader.execute("select * from bi.later").fetchall() == [("so",)]
        assert reader.execute("select count(*) from bi.plays").fetchone() == (0,)
        refused(reader, "select * from audit.later", "select * from star.streaming_fact", "select * from public.diary")
    # An older schema is the owner's to bring up to date.
    monkeypatch.setattr(migrations, "HEAD", "9999")
    with Warehouse(tmp_path, urls["DATABASE_URL"]) as warehouse, pytest.raises(NotAllowed, match="URL of the owner"):
        one(warehouse)


def test_roles_are_printed_once_as_urls_and_not_for_the_embedded_server(
    brapped: Brapped, stand_in: Neon, logged_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = brapped("roles").output.split()
    assert [word.partition(":")[2].partition(":")[0] for word in words if word.startswith("postgresql")] == [
        "//brapped_writer",
        "//brapped_reader",
    ]
    monkeypatch.delenv("DATABASE_URL")
    said = brapped("roles")
    assert (said.code, "The embedded PostgreSQL needs no roles" in said.errors) == (2, True)
