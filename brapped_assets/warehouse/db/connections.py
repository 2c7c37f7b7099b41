"""Connections to the warehouse: any PostgreSQL from 15 on, or the embedded one; safe on a transaction pooler."""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString, Protocol, Self

import psycopg
from psycopg import IsolationLevel
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.sql import Composed

from brapped_assets.warehouse.db import connection_errors, embedded_server
from brapped_assets.warehouse.db.database_errors import NO_SPACE, explained
from brapped_assets.warehouse.db.schema import migrations
from brapped_assets.warehouse.db.urls import connection_string, direct
from brapped_assets.warehouse.errors import OutOfSpace

log = logging.getLogger(__name__)

Connection = psycopg.Connection[dict[str, Any]]


class Transactions(Protocol):
    """Whatever gives transactions on the warehouse: the resource in a run, the warehouse itself elsewhere."""

    def transaction(self, *, lock_seconds: int = 10) -> AbstractContextManager[Connection]: ...


# Neon wakes a suspended database within seconds; its documentation asks clients to allow for it.
COLD_START_SECONDS = 30.0
PAUSE_SECONDS = 1.0
# A server on a full disk accepts nobody, and waiting makes no room.
FULL = "No space left on device"
# Between two rows of a large answer lies at most a sort of it.
SNAPSHOT_STATEMENT_SECONDS = 600
# Any number will do, as long as it stays the same. Every transaction of ours shares this lock, so that whoever has it
# alone knows that no other one is open: `brapped forget`, and what joins artists and albums.
OURS = 8_271_403


def connect(conninfo: str, *, setting: str = "DATABASE_URL", any_version: bool = False) -> Connection:
    """Open one connection, waiting through a cold start.

    Raises Unreachable, which names `setting`, OutOfSpace, or TooOld or Unfit, unless any version will do.
    """
    deadline, told = time.monotonic() + COLD_START_SECONDS, ""
    while True:
        try:
            # No prepared statements: a transaction pooler hands every transaction another session.
            connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, row_factory=dict_row)
            break
        except psycopg.OperationalError as error:
            reason = " ".join(str(error).split()) or "no answer"
            if FULL in reason:
                raise OutOfSpace(NO_SPACE) from None
            if final := connection_errors.final(reason, setting, is_late=time.monotonic() > deadline):
                raise final from None
            if reason != told:
                log.warning("The database does not answer yet; it may be waking up. Trying again. (%s)", reason)
                told = reason
            time.sleep(PAUSE_SECONDS)
    if not any_version and (unfit := connection_errors.unfit(connection.info)):
        connection.close()
        raise unfit
    return connection


class Warehouse:
    """One connection to the warehouse, opened when first needed and reopened after it was lost.

    `url` None means the embedded server under `home`. Every piece of work is one `transaction()`. With `is_bulky` work,
    such as an import, goes past Neon's pooler.
    """

    def __init__(self, home: Path, url: str | None = None, *, is_bulky: bool = False) -> None:
        self._home = home
        self._url = url
        self._is_bulky = is_bulky
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(
        self, *, lock_seconds: int = 10, statement_seconds: int = 120, alone: bool = False
    ) -> Iterator[Connection]:
        """A transaction with bounded waits, UTC, and the schema up to date; committed at the end.

        The limits are the transaction's own: behind a transaction pooler a session belongs to nobody.
        `alone` waits until no other transaction of ours is open, and lets none begin.
        The first one may wait up to 30 s for a sleeping database and says so in the log.
        Raises a WarehouseError that says what to do.
        """
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with explained(), ExitStack() as work:
            yield self._begun(work, lock, lock_seconds, statement_seconds)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads, however long, the warehouse as it was at one moment. Raises a WarehouseError."""
        lock = "pg_advisory_xact_lock_shared"
        with explained(), ExitStack() as work:
            yield self._begun(work, lock, 10, SNAPSHOT_STATEMENT_SECONDS, is_snapshot=True)

    @contextmanager
    def unlocked_snapshot(self) -> Iterator[Connection]:
        """As `snapshot`, but it may write to temporary tables, and `brapped forget` does not wait for it.

        What is forgotten meanwhile is still read. Raises a WarehouseError.
        """
        with explained(), ExitStack() as work:
            yield self._begun(work, "", 10, SNAPSHOT_STATEMENT_SECONDS, is_snapshot=True, is_read_only=False)

    def _begun(
        self,
        work: ExitStack,
        lock: str,
        lock_seconds: int,
        statement_seconds: int,
        *,
        is_snapshot: bool = False,
        is_read_only: bool = True,
    ) -> Connection:
        """The connection, in a transaction that ends with `work`.

        A connection that was cut while idle is noticed at the first words at the latest. Nothing has been done by then,
        so a second one is safe; what is cut later is the caller's to do again.
        """
        while True:
            is_reused = self._connection is not None and not self._connection.closed
            connection = self._live_connection()
            if connection.info.transaction_status is TransactionStatus.IDLE:
                connection.isolation_level = IsolationLevel.REPEATABLE_READ if is_snapshot else None
                connection.read_only = True if is_snapshot and is_read_only else None
            try:
                with ExitStack() as begun:
                    begun.enter_context(connection.transaction())
                    connection.execute(
                        "select set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
                        f" set_config('timezone', 'UTC', true), {lock}(%s)",
                        (f"{lock_seconds}s", f"{statement_seconds}s", OURS),
                    )
                    work.push(begun.pop_all())
                    return connection
            except psycopg.OperationalError:
                if not (is_reused and connection.broken):
                    raise
                log.info("The connection to the database was closed meanwhile; opening another.")

    def read_together(self, statements: LiteralString) -> list[list[dict[str, Any]]]:
        """The rows of each of several statements without parameters: one round trip. Raises a WarehouseError.

        Instants are UTC, whatever zone the server lives in: no transaction of ours is begun that would say so.
        """
        with explained():
            cursor = self._live_connection().execute(statements)
            found = [_in_utc(cursor.fetchall())]
            while cursor.nextset():
                found.append(_in_utc(cursor.fetchall()))
            return found

    def maintain(self, statement: Composed) -> None:
        """Run what no transaction may hold, such as VACUUM; past Neon's pooler. Raises a WarehouseError."""
        with explained():
            self._live_connection()
            with connect(direct(self._conninfo())) as connection:
                connection.execute(statement)

    def close(self) -> None:
        """Give the connection back; the next transaction opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _live_connection(self) -> Connection:
        if self._connection is not None and _is_alive(self._connection):
            return self._connection
        self.close()
        conninfo = self._conninfo()
        connection = connect(conninfo)
        try:
            if not migrations.is_current(connection):
                migrations.migrate(direct(conninfo))
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _conninfo(self) -> str:
        conninfo = connection_string(self._url or embedded_server.start(self._home).url("brapped"))
        return direct(conninfo) if self._is_bulky else conninfo


def _is_alive(connection: Connection) -> bool:
    """Whether the server has not hung up since the last transaction, as far as this side has heard; asks nobody.

    A database that restarted or fell asleep in between costs a reconnection, not a failed run.
    """
    try:
        # First its last words, then the end of the stream.
        for _ in range(2):
            connection.pgconn.consume_input()
            connection.pgconn.is_busy()
    except psycopg.OperationalError:
        return False
    return not connection.closed


def _in_utc(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def value(found: Any) -> Any:
        return found.astimezone(UTC) if isinstance(found, datetime) and found.tzinfo else found

    return [{name: value(found) for name, found in row.items()} for row in rows]


class Writing:
    """Transactions of the pages that may write to the warehouse at `url`, or the embedded one under `home` when None.

    They are seldom, so each has a connection of its own.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._home = home
        self._url = url

    @contextmanager
    def transaction(self, *, lock_seconds: int = 10) -> Iterator[Connection]:
        """One `Warehouse.transaction()`; safe from any thread. Raises a WarehouseError that says what to do."""
        with Warehouse(self._home, self._url) as warehouse, warehouse.transaction(lock_seconds=lock_seconds) as tx:
            yield tx
