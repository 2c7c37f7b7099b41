"""Connections for the pages: read only, few, kept open while somebody looks and given back when nobody does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from brapped_assets.warehouse import embedded
from brapped_assets.warehouse.connections import Connection, Warehouse, connection_string
from brapped_assets.warehouse.errors import Unreachable, explained

CONNECTIONS = 4
# A database in the cloud sleeps after five idle minutes; what is open does not keep it awake, and is dead afterwards.
IDLE_SECONDS = 120
STATEMENT_SECONDS = 5


class Reading:
    """A pool of read-only connections to the warehouse at `url`, or to the embedded one under `home` when None.

    Opening it brings the schema up to date, as every transaction of `Warehouse` does.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._home = home
        self._url = url
        self._pool: ConnectionPool[Connection] | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that can change nothing, in UTC, of statements that take 5 s at most.

        Without the planner's compiler: on a million plays it doubled the time of a page (insights.md, 5).
        Raises a WarehouseError that says what to do.
        """
        with explained():
            pool = self._opened()
            try:
                with pool.connection() as connection, connection.transaction():
                    connection.execute(
                        "select set_config('transaction_read_only', 'on', true), set_config('timezone', 'UTC', true),"
                        " set_config('statement_timeout', %s, true), set_config('jit', 'off', true)",
                        (f"{STATEMENT_SECONDS}s",),
                    )
                    yield connection
            except PoolTimeout:
                raise Unreachable("The database does not answer. Check DATABASE_URL, or try again.") from None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _opened(self) -> ConnectionPool[Connection]:
        if self._pool is None:
            with Warehouse(self._home, self._url) as warehouse, warehouse.transaction():
                pass
            conninfo = connection_string(self._url or embedded.start(self._home).url("brapped"))
            # No prepared statements: a transaction pooler hands every transaction another session.
            kwargs: dict[str, Any] = {"autocommit": True, "prepare_threshold": None, "row_factory": dict_row}
            self._pool = ConnectionPool(
                conninfo, configure=_of_one_moment, min_size=0, max_size=CONNECTIONS, max_idle=IDLE_SECONDS,
                timeout=30, kwargs=kwargs, check=ConnectionPool.check_connection, open=True,
            )  # fmt: skip
        return self._pool


def _of_one_moment(connection: psycopg.Connection[dict[str, Any]]) -> None:
    """All numbers of a page speak of the same moment, whatever is merged meanwhile."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
