"""Runs as Dagster's own database keeps them, for whoever has no Dagster at hand: the pages' metrics."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from brapped_assets.warehouse.db.database_errors import explained
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.db.urls import connection_string, direct, may_sleep, without_driver
from brapped_assets.warehouse.errors import Unreachable

q = Statements(__file__, "retention.sql")

SETTING = "DAGSTER_PG_URL"
# Whoever asks has ten seconds for everything.
PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class RunTally:
    """The runs of a job that have a status; `ended_at` is when the newest of them ended (Unix, s)."""

    job: str
    status: str
    runs: int
    ended_at: float | None


class DagsterRuns:
    """What `url` keeps, asked over a connection that is given back at once."""

    def __init__(self, url: str) -> None:
        self._url = without_driver(url)

    @property
    def may_sleep(self) -> bool:
        return may_sleep(self._url)

    def tallies(self) -> list[RunTally]:
        """By job and status; none before Dagster's first start. Raises a WarehouseError within some seconds."""
        # Behind a transaction pooler nobody has a session of their own.
        conninfo = direct(connection_string(self._url, setting=SETTING))
        try:
            opened = psycopg.connect(conninfo, connect_timeout=PATIENCE_SECONDS, prepare_threshold=None)
        except psycopg.OperationalError:
            raise Unreachable(f"Dagster's database does not answer; its address is {SETTING}.") from None
        with explained(), opened as connection:
            connection.read_only = True
            connection.execute("select set_config('statement_timeout', %s, true)", (f"{PATIENCE_SECONDS}s",))
            (there,) = connection.execute("select to_regclass('runs') is not null").fetchone() or (False,)
            return (
                connection.cursor(row_factory=class_row(RunTally)).execute(q.dagster_runs).fetchall() if there else []
            )
