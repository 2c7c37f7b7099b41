"""Connections to the warehouse: any PostgreSQL from 15 on, or the embedded one; safe on a transaction pooler."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString, Self
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg.sql import Composed

from brapped_assets.warehouse import embedded, migrations
from brapped_assets.warehouse.errors import MINIMUM_MAJOR, NotAUrl, TooOld, Unreachable, explained

log = logging.getLogger(__name__)

Connection = psycopg.Connection[dict[str, Any]]

# Neon wakes a suspended database within seconds; its documentation asks clients to allow for it.
COLD_START_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 10
# A network that went silent is noticed within a minute; the system's own default is two hours.
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# Between two rows of a large answer lies at most a sort of it.
SNAPSHOT_STATEMENT_SECONDS = 600
LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
# Any number will do, as long as it stays the same. Every transaction shares this lock; `brapped forget` has it alone.
FORGETTING_LOCK = 8_271_403
# What waiting does not cure.
FINAL_REFUSALS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "SSL", "invalid")


class Warehouse:
    """One connection to the warehouse, opened when first needed and reopened after it was lost.

    `url` None means the embedded server under `home`. Every piece of work is one `transaction()`.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._home = home
        self._url = url
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
        with explained():
            connection = self._live_connection()
            with connection.transaction():
                lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
                connection.execute(
                    "select set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
                    f" set_config('timezone', 'UTC', true), {lock}(%s)",
                    (f"{lock_seconds}s", f"{statement_seconds}s", FORGETTING_LOCK),
                )
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads, however long, the warehouse as it was at one moment. Raises a WarehouseError."""
        with explained():
            connection = self._live_connection()
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            try:
                with self.transaction(statement_seconds=SNAPSHOT_STATEMENT_SECONDS) as tx:
                    yield tx
            finally:
                if not connection.closed:
                    connection.isolation_level = connection.read_only = None

    def read_together(self, statements: LiteralString) -> list[list[dict[str, Any]]]:
        """The rows of each of several statements without parameters: one round trip. Raises a WarehouseError."""
        with explained():
            cursor = self._live_connection().execute(statements)
            found = [cursor.fetchall()]
            while cursor.nextset():
                found.append(cursor.fetchall())
            return found

    def maintain(self, statement: Composed) -> None:
        """Run what no transaction may hold, such as VACUUM. Raises a WarehouseError."""
        with explained():
            self._live_connection().execute(statement)

    def close(self) -> None:
        """Give the connection back; the next transaction opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _live_connection(self) -> Connection:
        if self._connection is not None and _is_alive(self._connection):
            return self._connection
        self.close()
        conninfo = connection_string(self._url or embedded.start(self._home).url("brapped"))
        connection = connect(conninfo)
        try:
            if not migrations.is_current(connection):
                migrations.migrate(conninfo)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


def host_of(url: str) -> str:
    """Host of a PostgreSQL URL, SQLAlchemy's with a driver in the scheme included; a folder for a Unix socket."""
    parts = urlsplit(url)
    return parts.hostname or dict(parse_qsl(parts.query)).get("host", "")


def is_this_machine(host: str) -> bool:
    """Whether a connection to `host` stays here: a loopback name, or the folder of a Unix socket."""
    return host in LOCAL_HOSTS or host.startswith("/")


def has_password(url: str) -> bool:
    """Whether there is a password in it, as far as can be seen."""
    try:
        return "password" in conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        return "@" in url


def connection_string(url: str, *, setting: str = "DATABASE_URL") -> str:
    """`url` with our name, a timeout, and TLS for any host but this machine's, unless it says otherwise.

    Raises NotAUrl when it is none; `setting` is where it comes from.
    """
    not_a_url = NotAUrl(
        f"{setting} is not a PostgreSQL URL. It looks like postgresql://user:password@host/database, where signs "
        "like @ : / # in the password are percent-encoded (%40 %3A %2F %23)."
    )
    try:
        given = conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        # The driver's message repeats the URL, password and all.
        raise not_a_url from None
    host = str(given.get("host") or given.get("hostaddr") or "")
    # Half a password that was not encoded ends up as host, port or database, which the driver's messages repeat.
    if "@" in f"{host}{given.get('dbname')}" or not set(str(given.get("port", ""))) <= set("0123456789,"):
        raise not_a_url
    if not is_this_machine(host):
        given.setdefault("sslmode", "require")
    given.setdefault("application_name", "brapped")
    for name, seconds in {"connect_timeout": CONNECT_TIMEOUT_SECONDS, **KEEPALIVES}.items():
        given.setdefault(name, seconds)
    return make_conninfo("", **given)


def connect(conninfo: str, *, setting: str = "DATABASE_URL", any_version: bool = False) -> Connection:
    """Open one connection, waiting through a cold start.

    Raises Unreachable, which names `setting`, or TooOld, unless any version will do.
    """
    deadline = time.monotonic() + COLD_START_SECONDS
    while True:
        try:
            # No prepared statements: a transaction pooler hands every transaction another session.
            connection: Connection = psycopg.connect(
                conninfo, autocommit=True, prepare_threshold=None, row_factory=dict_row
            )
            break
        except psycopg.OperationalError as error:
            reason = " ".join(str(error).split()) or "no answer"
            if time.monotonic() > deadline or any(final in reason for final in FINAL_REFUSALS):
                raise Unreachable(
                    f"The database does not answer ({reason}). Check {setting}: host, database, user, "
                    "password; on Neon, that the project exists and its compute may start."
                ) from None
            log.warning("The database does not answer yet; it may be waking up. Trying again. (%s)", reason)
            time.sleep(1)
    version = connection.info.server_version
    if version < MINIMUM_MAJOR * 10000 and not any_version:
        connection.close()
        raise TooOld(version)
    return connection


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
