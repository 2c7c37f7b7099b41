"""NeonResource: the warehouse in a run. Thin: everything it does is in `warehouse/`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from brapped_assets.settings import Settings
from brapped_assets.warehouse.db.connections import Connection, Warehouse


class NeonResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's generic is about I/O managers
    """PostgreSQL at DATABASE_URL (Neon, or any from 15 on), or the embedded server without one.

    It has no fields: Dagster shows literal fields in its UI, and an `EnvVar` field fails when the variable is
    absent, which for DATABASE_URL is the default.
    """

    _warehouse: Warehouse = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NeonResource"]:
        settings = Settings.load()
        with settings.warehouse() as self._warehouse:
            yield self

    def transaction(self, *, lock_seconds: int = 10) -> AbstractContextManager[Connection]:
        """One transaction; see `Warehouse.transaction`. Raises a WarehouseError that says what to do."""
        return self._warehouse.transaction(lock_seconds=lock_seconds)

    @contextmanager
    def bulky(self) -> Iterator[Warehouse]:
        """A connection of its own for an import, which goes past Neon's pooler."""
        settings = Settings.load()
        with settings.warehouse(is_bulky=True) as warehouse:
            yield warehouse

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Reading at one moment; see `Warehouse.snapshot`. Raises a WarehouseError that says what to do."""
        return self._warehouse.snapshot()
