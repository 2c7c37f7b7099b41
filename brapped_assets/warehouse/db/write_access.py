"""Where the pages change something: seldom, so on a connection of its own each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brapped_assets.warehouse.db.connections import Connection, Warehouse


class Writing:
    """Transactions that may write to the warehouse at `url`, or to the embedded one under `home` when None."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._home = home
        self._url = url

    @contextmanager
    def transaction(self, *, lock_seconds: int = 10) -> Iterator[Connection]:
        """One `Warehouse.transaction()`; safe from any thread. Raises a WarehouseError that says what to do."""
        with Warehouse(self._home, self._url) as warehouse, warehouse.transaction(lock_seconds=lock_seconds) as tx:
            yield tx
