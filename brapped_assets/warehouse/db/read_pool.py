"""Connections for the pages: read only, few, kept open while somebody looks and given back when nobody does."""

from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connection_errors import NO_ANSWER_YET
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.database_errors import explained
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.db.urls import connection_string, may_sleep
from brapped_assets.warehouse.errors import Waking

q = Statements(__file__, "roles.sql")

CONNECTIONS = 4
# A database in the cloud sleeps after five idle minutes; what is open does not keep it awake, and is dead afterwards.
IDLE_SECONDS = 120
STATEMENT_SECONDS = 5
# Somebody looks at an empty window meanwhile.
PATIENCE_SECONDS = 1.5


class Reading:
    """A pool of read-only connections to the warehouse at `url`, or to the embedded one under `home` when None.

    Opening it brings the schema up to date, as every transaction of `Warehouse` does.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._home = home
        self._url = url
        self._opening: Future[ConnectionPool[Connection]] | None = None
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that can change nothing, in UTC, of statements that take 5 s at most.

        It is read only from its first statement on, and of a role that can only read where we are a member of it.
        Without the planner's compiler: on a million plays it doubled the time of a page (insights.md, 5).
        Raises a WarehouseError that says what to do; Waking after 1.5 s without an answer, while we go on trying.
        """
        with explained():
            pool = self._opened()
            try:
                with pool.connection(timeout=PATIENCE_SECONDS) as connection, connection.transaction():
                    connection.execute(q.begin, {"timeout": f"{STATEMENT_SECONDS}s"})
                    yield connection
            except PoolTimeout:
                # From the beginning: only that starts an embedded server that was stopped.
                self._forget(pool)
                raise Waking(NO_ANSWER_YET) from None

    @property
    def database(self) -> Literal["embedded", "sleeping", "elsewhere"]:
        """Our own server, one in the cloud that sleeps while nobody looks, or somebody's that is always on."""
        if self._url is None:
            return "embedded"
        return "sleeping" if may_sleep(self._url) else "elsewhere"

    def close(self) -> None:
        """Give the connections back; the next transaction opens others."""
        with self._lock:
            opening, self._opening = self._opening, None
        if opening is not None:
            # Not waited for: whatever is still opening is closed once it is there.
            opening.add_done_callback(_close)

    def _opened(self) -> ConnectionPool[Connection]:
        """The pool, opened in the background. Raises Waking when that takes longer, or what came of it, once."""
        with self._lock:
            if self._opening is None:
                self._opening = Future()
                Thread(target=self._open, args=(self._opening,), name="opening", daemon=True).start()
            opening = self._opening
        wait([opening], timeout=PATIENCE_SECONDS)
        if not opening.done():
            raise Waking(NO_ANSWER_YET)
        if opening.exception() is not None:
            with self._lock:
                # The next one tries anew.
                if self._opening is opening:
                    self._opening = None
        return opening.result()

    def _open(self, opening: Future[ConnectionPool[Connection]]) -> None:
        try:
            with Warehouse(self._home, self._url) as warehouse, warehouse.transaction():
                pass
            conninfo = connection_string(self._url or embedded_server.start(self._home).url("brapped"))
            # No prepared statements: a transaction pooler hands every transaction another session.
            kwargs: dict[str, Any] = {"autocommit": True, "prepare_threshold": None, "row_factory": dict_row}
            pool: ConnectionPool[Connection] = ConnectionPool(
                conninfo, configure=_of_one_moment, min_size=0, max_size=CONNECTIONS, max_idle=IDLE_SECONDS,
                kwargs=kwargs, check=ConnectionPool.check_connection, open=True,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  (whoever waits for the pool raises it)
            opening.set_exception(error)
        else:
            opening.set_result(pool)

    def _forget(self, pool: ConnectionPool[Connection]) -> None:
        with self._lock:
            opening = self._opening
            if opening is not None and opening.done() and not opening.exception() and opening.result() is pool:
                self._opening = None
        Thread(target=pool.close, name="closing", daemon=True).start()


def _close(opening: Future[ConnectionPool[Connection]]) -> None:
    if opening.exception() is None:
        opening.result().close()


def _of_one_moment(connection: psycopg.Connection[dict[str, Any]]) -> None:
    """All numbers of a page speak of the same moment, whatever is merged meanwhile."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
