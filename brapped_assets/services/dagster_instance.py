"""Dagster's own instance: its home, and its database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from string import Template
from typing import TYPE_CHECKING, TextIO
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psutil

from brapped_assets.home_folder import where_it_runs
from brapped_assets.settings import Settings
from brapped_assets.transfer.inbox import inbox
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import connect
from brapped_assets.warehouse.db.database_errors import NO_SPACE
from brapped_assets.warehouse.db.urls import connection_string, direct_url, host_of, is_this_machine, without_driver
from brapped_assets.warehouse.errors import Interrupted, NotAllowed, NotAUrl, OutOfSpace, ReadOnly

if TYPE_CHECKING:
    import dagster as dg

DAGSTERS_OWN_WORDS = "Exception while writing logger call to event log"


def environment(settings: Settings) -> dict[str, str]:
    """What every Dagster process needs to find its instance.

    Writes its dagster.yaml, and starts the embedded server when Dagster's database is there. Raises a WarehouseError
    when that database does not answer.
    """
    url = _url(settings)
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    template = Template(files("brapped_assets").joinpath("dagster.yaml").read_text(encoding="utf-8"))
    text = template.substitute(
        tables_are_missing=str(_tables_are_missing(url)).lower(),
        shards=settings.brapped_shards,
        runs=settings.brapped_shards + 3,
    )
    (settings.dagster_home / "dagster.yaml").write_text(text, encoding="utf-8")
    inbox(settings.brapped_home)
    return {
        "BRAPPED_HOME": str(settings.brapped_home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_PG_URL": storage_url(url),
        # libpq's. Dagster stores the server's local time and reads it as UTC: without this, runs on a machine in
        # Berlin were created an hour after they began (measured), and a day's upkeep was another day's.
        "PGTZ": "UTC",
    }


def storage_is_there(settings: Settings) -> bool:
    """Whether Dagster has its tables already; nothing is made by asking. Raises what `environment` does."""
    if settings.dagster_pg_url is None and not embedded_server.folder(settings.brapped_home).exists():
        return False
    return not _tables_are_missing(_url(settings))


def _url(settings: Settings) -> str:
    """Of the database that is Dagster's; the embedded server is started for it."""
    if settings.dagster_pg_url is not None:
        url = without_driver(settings.dagster_pg_url.get_secret_value())
        if not url.startswith(("postgresql://", "postgres://")):
            # The driver also reads `host=… dbname=…`; SQLAlchemy, on which Dagster's storage stands, does not.
            raise NotAUrl(
                "DAGSTER_PG_URL is not a PostgreSQL URL. It looks like postgresql://user:password@host/database."
            )
        # Dagster sets a session's statement_timeout, which a transaction pooler would leave to whoever comes next.
        return direct_url(url)
    return embedded_server.start(settings.brapped_home).url("dagster")


def _tables_are_missing(url: str) -> bool:
    """Whether Dagster has yet to make its tables: the last it makes stand for all.

    Asked here first, because Dagster waits six seconds for a sleeping database, and then shows the URL in a traceback.
    """
    with connect(connection_string(url, setting="DAGSTER_PG_URL"), setting="DAGSTER_PG_URL") as connection:
        row = connection.execute(
            "select to_regclass('runs') is null or to_regclass('event_logs') is null"
            " or to_regclass('instigators') is null or to_regclass('daemon_heartbeats') is null as missing"
        ).fetchone()
    return bool(row and row["missing"])


def storage_url(url: str) -> str:
    """A PostgreSQL URL for Dagster's storage: psycopg2, and TLS for any host but this machine's."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if not is_this_machine(host_of(url)):
        query.setdefault("sslmode", "require")
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", query=urlencode(query, safe="/")))


@contextmanager
def open_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The instance, its tables created.

    Raises a WarehouseError when its database does not answer, or fails under way.
    """
    os.environ.update(environment(settings))
    import dagster as dg  # noqa: PLC0415  (seconds; commands that need no Dagster do not pay for it)

    with _explained(), redirect_stderr(_WithoutStatements(sys.stderr)), dg.DagsterInstance.get() as instance:
        # A database that dies under a command is told at once: nothing is asked again, as Dagster's daemon would.
        instance.optimize_for_webserver(statement_timeout=30_000, pool_recycle=3600, max_overflow=2)
        yield instance


class _WithoutStatements(TextIOWrapper):
    """Standard error without what Dagster writes when its database dies: twelve thousand characters of SQL and values.

    That it died is raised as well, and told in a sentence.
    """

    def __init__(self, to: TextIO) -> None:
        super().__init__(BytesIO(), encoding="utf-8", errors="replace")
        self._to = to

    def write(self, text: str) -> int:
        return len(text) if text.startswith(DAGSTERS_OWN_WORDS) else self._to.write(text)

    def flush(self) -> None:
        self._to.flush()

    def isatty(self) -> bool:
        return self._to.isatty()

    def fileno(self) -> int:
        return self._to.fileno()


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a failing storage raises into a WarehouseError; SQLAlchemy tells of every value it was to write."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError  # noqa: PLC0415

    try:
        yield
    except DBAPIError as error:
        reason, said = type(error.orig).__name__, str(error.orig).partition("\n")[0]
        if reason == "DiskFull":
            raise OutOfSpace(NO_SPACE) from None
        if reason == "ReadOnlySqlTransaction":
            raise ReadOnly(
                "Dagster's database accepts no writes. Point DAGSTER_PG_URL at the primary, with a role that may write."
            ) from None
        if reason == "InsufficientPrivilege":
            raise NotAllowed(
                f"The role of Dagster's database lacks a privilege ({said}). Use the role "
                "that owns the database in DAGSTER_PG_URL."
            ) from None
        if not isinstance(error, InterfaceError | OperationalError):
            raise
        raise Interrupted(
            f"The connection to Dagster's database was lost ({reason}); the next run does the work again."
        ) from None


def daemon_is_up(settings: Settings) -> bool:
    """Whether a `brapped up` that collects has this home and has come as far as starting its daemon."""
    told = where_it_runs(settings.brapped_home)
    pid = told.get("pid")
    return bool(told.get("collects", True)) and isinstance(pid, int) and psutil.pid_exists(pid)
