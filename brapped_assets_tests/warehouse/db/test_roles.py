"""Roles that may do less than the owner, as one command makes them."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL

from brapped_assets.warehouse import forgetting
from brapped_assets.warehouse.db import roles
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.errors import NotAllowed, RoleUnusable
from brapped_assets_tests.databases import role_name
from brapped_assets_tests.warehouse.heard_episodes import hear
from brapped_assets_tests.warehouse.polled_plays import listened

PASSWORD = "it's \\ %s {secret}; --"


@pytest.fixture
def name(database_url: str) -> Iterator[str]:
    with role_name(database_url) as name:
        yield name


def signed_in(database_url: str, name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(database_url, user=name, autocommit=True)


def password_kept(warehouse: Warehouse, name: str) -> str:
    with warehouse.transaction() as tx:
        row = tx.execute("select rolpassword from pg_authid where rolname = %s", (name,)).fetchone()
    assert row is not None
    return str(row["rolpassword"])


def test_it_reads_every_view_and_nothing_else(warehouse: Warehouse, database_url: str, name: str) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        hear(tx, me)
        tx.execute("insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
                   " values (%s, 'artist', 1, 2, now())", (me,))  # fmt: skip
        relations = tx.execute(
            "select c.oid::regclass::text as name, relnamespace = 'bi'::regnamespace as is_public from pg_class c"
            " where relnamespace::regnamespace::text in ('bi', 'raw', 'star', 'audit', 'insights')"
            " and relkind in ('r', 'v', 'm', 'p')"
        ).fetchall()
    assert roles.let_read(warehouse, name, PASSWORD)
    assert {row["name"].split(".")[0] for row in relations} == {"bi", "raw", "star", "audit", "insights"}
    with signed_in(database_url, name) as reader:
        for row in relations:
            if row["is_public"]:
                assert reader.execute(f"select * from {row['name']}").fetchall() != []
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(f"select * from {row['name']}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select star.searchable('a')")
        for statement in ("delete from bi.albums", "create table bi.mine ()", "create temp table mine ()"):
            with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
                reader.execute(statement)
        # Not even when it says that it will write after all.
        reader.execute("set default_transaction_read_only = off")
        for statement in ("delete from bi.albums", "update bi.listeners set display_name = ''", "create schema mine"):
            with pytest.raises(psycopg.Error, match=r"permission denied"):
                reader.execute(statement)


def test_its_statements_end_and_it_may_nothing_else_by_rank(warehouse: Warehouse, database_url: str, name: str) -> None:
    roles.let_read(warehouse, name, PASSWORD)
    with signed_in(database_url, name) as reader:
        assert reader.execute("show default_transaction_read_only").fetchone() == ("on",)
        assert reader.execute("show statement_timeout").fetchone() == ("10min",)
        assert (
            reader.execute(
                "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles"
                " where rolname = current_user"
            ).fetchone()
            == (False,) * 5
        )


def test_views_of_later_versions_are_its_own_to_read(warehouse: Warehouse, database_url: str, name: str) -> None:
    roles.let_read(warehouse, name, PASSWORD)
    with warehouse.transaction() as tx:
        tx.execute("create view bi.later as select 1 as one")
        tx.execute("create table star.later (one int)")
    with signed_in(database_url, name) as reader:
        assert reader.execute("select * from bi.later").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from star.later")


def test_again_it_gets_a_new_password_and_its_rights_back(warehouse: Warehouse, database_url: str, name: str) -> None:
    assert roles.let_read(warehouse, name, PASSWORD)
    before = password_kept(warehouse, name)
    assert before.startswith("SCRAM-SHA-256$")
    with warehouse.transaction() as tx:
        tx.execute(f"revoke all on all tables in schema bi from {name}")
    assert not roles.let_read(warehouse, name, "another")
    assert password_kept(warehouse, name) != before
    with signed_in(database_url, name) as reader:
        assert reader.execute("select count(*) from bi.plays").fetchone() == (0,)


def test_a_role_of_somebody_else_is_left_alone(warehouse: Warehouse, name: str) -> None:
    with warehouse.transaction() as tx:
        tx.execute(f"create role {name} login password 'theirs'")
    before = password_kept(warehouse, name)
    with pytest.raises(RoleUnusable, match=f"There is a role {name} already, which Brapped did not make"):
        roles.let_read(warehouse, name, PASSWORD)
    assert password_kept(warehouse, name) == before


@pytest.mark.parametrize(
    "name", ["", "Reader", "pg_reader", "1st", "a-b", 'x"; drop role y', "a" * 64, "réader", "a\n"]
)
def test_a_name_that_would_need_quotes_is_refused(warehouse: Warehouse, name: str) -> None:
    with pytest.raises(RoleUnusable, match="cannot be the role's name"):
        roles.let_read(warehouse, name, PASSWORD)


def test_who_may_not_make_roles_gets_the_sql_for_who_may(postgres: EmbeddedServer, name: str) -> None:
    owner = f"owner_{name}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"create role {owner} login")
        admin.execute(f"create database {owner} owner {owner}")
        try:
            url = f"{postgres.url(owner)}&user={owner}"
            with Warehouse(Path("unused"), url) as warehouse:
                with pytest.raises(NotAllowed) as refused:
                    roles.let_read(warehouse, name, PASSWORD)
                told, _, script = str(refused.value).partition("\n")
                assert told.startswith("The user of DATABASE_URL may not make this role (permission denied")
                assert PASSWORD not in str(refused.value)
                with psycopg.connect(postgres.url(owner), autocommit=True) as superuser:
                    superuser.execute(script)
                    superuser.execute(f"set session authorization {name}")
                    assert superuser.execute("select count(*) from bi.plays").fetchone() == (0,)
                    superuser.execute("reset session authorization")
                # What the owner adds later is covered too.
                with warehouse.transaction() as tx:
                    tx.execute("create view bi.later as select 1 as one")
                with signed_in(postgres.url(owner), name) as reader:
                    assert reader.execute("select * from bi.later").fetchall() == [(1,)]
            with Warehouse(Path("unused"), postgres.url(owner)) as by_superuser:
                assert not roles.let_read(by_superuser, name, PASSWORD)
        finally:
            admin.execute(f"drop database {owner} with (force)")
            admin.execute(f"drop role {owner}")


def test_who_owns_the_database_and_may_make_roles_makes_a_writer_who_may_tidy_up_too(
    postgres: EmbeddedServer, name: str
) -> None:
    # Neon's owner is no superuser; since PostgreSQL 16 such a one is no member of the roles it makes.
    owner = f"owner_{name}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"create role {owner} login createrole")
        admin.execute(f"create database {owner} owner {owner}")
        try:
            url = f"{postgres.url(owner)}&user={owner}"
            with Warehouse(Path("unused"), url) as warehouse:
                assert [roles.let_write(warehouse, name, PASSWORD) for _ in "12"] == [True, False]
                assert roles.let_read(warehouse, f"{name}_r", PASSWORD)
                with pytest.raises(RoleUnusable, match="which Brapped did not make"):
                    roles.let_read(warehouse, name, PASSWORD)
            with Warehouse(Path("unused"), f"{postgres.url(owner)}&user={name}") as writer:
                with writer.transaction() as tx:
                    listened(tx)
                writer.maintain(SQL("vacuum (analyze) audit.poll").format())
                forgetting.tidy(writer)
                with writer.transaction() as tx:
                    found = tx.execute("select reltuples from pg_class where oid = 'audit.poll'::regclass").fetchone()
                assert found == {"reltuples": 2.0}
        finally:
            admin.execute(f"drop database {owner} with (force)")
            for role in (name, f"{name}_r", owner):
                admin.execute(f"drop role if exists {role}")


def test_what_a_service_objects_to_is_told_without_the_password(warehouse: Warehouse, name: str) -> None:
    with warehouse.transaction() as tx:
        tx.execute(
            "create function public.object() returns event_trigger language plpgsql as $$ begin"
            f" raise exception 'HTTP 400: {name} is weak' using errcode = 'XX000'; end $$"
        )
        tx.execute("create event trigger objection on ddl_command_end when tag in ('GRANT') execute function object()")
    with pytest.raises(RoleUnusable) as refused:
        roles.let_read(warehouse, name, name)
    assert str(refused.value) == "The database refused the role (HTTP 400: … is weak). Try another password."
    with warehouse.transaction() as tx:
        assert tx.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is None
