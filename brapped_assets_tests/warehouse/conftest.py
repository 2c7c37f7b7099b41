"""Somebody else at work in the same warehouse, at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brapped_assets.warehouse.db.connections import Warehouse


@pytest.fixture
def other(database_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path, database_url) as other:
        yield other


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads
