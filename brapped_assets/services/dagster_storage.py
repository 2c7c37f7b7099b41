"""Dagster's storage in PostgreSQL on connections that are kept: dagster.yaml names it, so every process has it."""

from collections.abc import Mapping
from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import Engine, create_engine, event


class PooledPostgresStorage(DagsterPostgresStorage):
    """As Dagster's own, which connects anew for whatever it asks.

    That is 140 connections a run and eight a second of a daemon that has nothing to do (measured): half of what a
    machine at rest does, and a handshake each where the database is far away.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        engine = _pooled_engine(self.postgres_url)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = engine  # noqa: SLF001  (it has no parameter for it)
        # An instance disposes of its run storage. The code server makes one for each tick of a sensor.
        self._run_storage.dispose = engine.dispose  # type: ignore[method-assign]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PooledPostgresStorage":
        """Whatever stands in dagster.yaml; Dagster's makes one of its own class."""
        return cls(inst_data=inst_data, **config_value)


def _pooled_engine(url: str) -> Engine:
    """One for the three storages. A connection that died is seen before it is used; threads never wait for one."""
    return create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=2, max_overflow=-1, pool_pre_ping=True, pool_recycle=3600
    )


@event.listens_for(Engine, "do_execute")
def _nobody_listens(_cursor: object, statement: str, *_: object) -> bool:
    """Whether a statement may be left out: Dagster notifies of each event, and no part of it listens any more.

    Some 40 round trips a run, seconds when the database is far away.
    """
    return statement.startswith("NOTIFY run_events")
