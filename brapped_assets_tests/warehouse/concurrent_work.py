"""What tests of two runs at once do with them."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from brapped_assets.warehouse.db.connections import Connection, Warehouse


def in_transaction(warehouse: Warehouse, work: Callable[[Connection], Any], *, lock_seconds: int = 10) -> Any:
    with warehouse.transaction(lock_seconds=lock_seconds) as tx:
        return work(tx)


def wait_until_waiting(tx: Connection, waiting: "Future[Any]") -> None:
    """Until the other run waits for a lock this transaction holds."""
    deadline = time.monotonic() + 60
    while not tx.execute("select 1 from pg_locks where not granted").fetchall():
        assert not waiting.done(), waiting.exception() or "it did not wait"
        assert time.monotonic() < deadline
        time.sleep(0.005)
