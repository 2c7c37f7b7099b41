"""Transactions: their limits, and what happens when the server hangs up or runs out of space."""

import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.errors import Interrupted, OutOfSpace
from brapped_assets_tests.warehouse.polled_plays import newcomer


def _one(warehouse: Warehouse, query: str = "select 1 as found") -> object:
    with warehouse.transaction() as tx:
        row = tx.execute(query).fetchone()
        assert row is not None
        return row["found"]


def _in_transaction(warehouse: Warehouse, work: Callable[[Connection], None]) -> None:
    with warehouse.transaction() as tx:
        work(tx)


# Cut off -----------------------------------------------------------------------------------------------------


def _cut(postgres: EmbeddedServer, warehouse: Warehouse) -> None:
    """The server hangs up, and this side has heard of it."""
    held = warehouse._connection
    assert held is not None
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", (held.info.backend_pid,))
    assert select.select([held.fileno()], [], [], 5)[0]


def test_a_connection_cut_on_the_way_loses_what_was_not_committed_and_the_next_transaction_works(
    postgres: EmbeddedServer, warehouse: Warehouse
) -> None:
    def work(tx: Connection) -> None:
        newcomer(tx)
        _cut(postgres, warehouse)
        tx.execute("select 1")

    with pytest.raises(Interrupted, match="the next run does the work again"):
        _in_transaction(warehouse, work)
    assert _one(warehouse, "select count(*) as found from audit.listener") == 0


def test_a_connection_cut_before_the_commit_is_no_success(postgres: EmbeddedServer, warehouse: Warehouse) -> None:
    def work(tx: Connection) -> None:
        newcomer(tx)
        _cut(postgres, warehouse)

    with pytest.raises(Interrupted):
        _in_transaction(warehouse, work)
    assert _one(warehouse, "select count(*) as found from audit.listener") == 0


@pytest.mark.parametrize("limit", ["idle_in_transaction_session_timeout", "transaction_timeout"])
def test_a_session_that_the_server_ends_after_a_time_of_its_own_is_told_with_the_setting_that_ends_it(
    warehouse: Warehouse, limit: str
) -> None:
    def work(tx: Connection) -> None:
        if limit == "transaction_timeout" and tx.info.server_version < 170000:
            pytest.skip("PostgreSQL 17 brought it")
        newcomer(tx)
        tx.execute("select set_config(%s, '50ms', true)", (limit,))
        time.sleep(0.3)
        tx.execute("select 1")

    with pytest.raises(Interrupted, match=f"the next run does the work again.*{limit}"):
        _in_transaction(warehouse, work)
    assert _one(warehouse, "select count(*) as found from audit.listener") == 0


def test_a_limit_of_the_servers_that_was_met_is_told_in_its_words(warehouse: Warehouse) -> None:
    """No connection was lost."""

    def work(tx: Connection) -> None:
        tx.execute("set local temp_file_limit = '64kB'; set local work_mem = '64kB'")
        tx.execute("select count(*) from (select n from generate_series(1, 100000) n order by -n) sorted")

    told = (
        r"The database broke off the work \(temporary file size exceeds \"temp_file_limit\".*\); the next run does it"
    )
    with pytest.raises(Interrupted, match=told):
        _in_transaction(warehouse, work)


def test_a_connection_cut_between_two_transactions_is_replaced_unnoticed(
    postgres: EmbeddedServer, warehouse: Warehouse
) -> None:
    first = _one(warehouse, "select pg_backend_pid() as found")
    assert _one(warehouse, "select pg_backend_pid() as found") == first
    _cut(postgres, warehouse)
    assert _one(warehouse, "select pg_backend_pid() as found") != first


def test_a_closed_warehouse_opens_again(warehouse: Warehouse) -> None:
    assert _one(warehouse) == 1
    warehouse.close()
    warehouse.close()
    assert _one(warehouse) == 1


# What a transaction is --------------------------------------------------------------------------------------------


def test_a_transaction_that_fails_leaves_nothing_and_its_error_passes_unchanged(warehouse: Warehouse) -> None:
    def work(tx: Connection) -> None:
        newcomer(tx)
        tx.execute("insert into audit.api_quota default values")

    with pytest.raises(psycopg.errors.UniqueViolation):
        _in_transaction(warehouse, work)
    assert _one(warehouse, "select count(*) as found from audit.listener") == 0


def test_limits_and_zone_are_the_transactions_own_and_nothing_is_prepared(
    warehouse: Warehouse, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"alter database {connection.info.dbname} set timezone = 'Asia/Tokyo'")
    for _ in range(8):  # psycopg prepares what it has sent five times
        with warehouse.transaction(lock_seconds=3, statement_seconds=7) as tx:
            assert tx.execute(
                "select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,"
                " current_setting('timezone') as zone"
            ).fetchone() == {"lock": "3s", "statement": "7s", "zone": "UTC"}
            assert tx.execute("select name from pg_prepared_statements").fetchall() == []
    held = warehouse._connection
    assert held is not None
    after = held.execute(
        "select current_setting('lock_timeout') as lock, current_setting('timezone') as zone"
    ).fetchone()
    assert after == {"lock": "0", "zone": "Asia/Tokyo"}


# Out of space -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(postgres: EmbeddedServer) -> Iterator[Path]:
    """A disk of 24 MB that the server can write to."""
    disk = Path(tempfile.mkdtemp(prefix="brapped-"))
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", disk], check=False).returncode
    ):
        disk.rmdir()
        pytest.skip("a small disk can only be mounted by root, and not in every container")
    try:
        shutil.chown(disk, "pgserver")
        disk.chmod(0o755)
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
        disk.rmdir()


def test_a_full_disk_is_told_nothing_is_half_written_and_work_goes_on_once_there_is_room(
    postgres: EmbeddedServer, small_disk: Path, tmp_path: Path
) -> None:
    fill = "insert into raw.context (content_hash, payload) select gen_random_uuid(), to_jsonb(repeat(n::text, 200))"

    def work(tx: Connection) -> None:
        newcomer(tx)
        tx.execute(f"{fill} from generate_series(100000, 200000) n")

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"create tablespace small location '{small_disk}'")
        try:
            # Between disks the kernel clones nothing.
            admin.execute("set file_copy_method = copy")
            admin.execute("create database cramped template brapped tablespace small strategy file_copy")
            with Warehouse(tmp_path, postgres.url("cramped")) as warehouse:
                with pytest.raises(OutOfSpace, match="Free some disk"):
                    _in_transaction(warehouse, work)
                subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
                with warehouse.transaction() as tx:
                    assert tx.execute("select listener_id from audit.listener").fetchall() == []
                    newcomer(tx)
                    tx.execute(f"{fill} from generate_series(100000, 110000) n")
        finally:
            admin.execute("drop database if exists cramped with (force)")
            admin.execute("drop tablespace small")
