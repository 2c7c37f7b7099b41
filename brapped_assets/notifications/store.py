"""Where it is remembered what was told: in the warehouse, and beside it for the time when that does not answer."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock

from brapped_assets.notifications.state_machine import Notice
from brapped_assets.text.language import Display, display_of
from brapped_assets.warehouse import notifications
from brapped_assets.warehouse.db.connections import Connection, Warehouse

LANGUAGE = "notices-language.json"
INSTANTS = ("opened_at", "told_at", "closed_at", "tried_at")
FILE_LOCK_SECONDS = 10


class Book(Protocol):
    """`known`, and nobody else writing until this is closed."""

    known: list[Notice]

    def write(self, save: Sequence[Notice], remove: Sequence[Notice]) -> None: ...


class _WarehouseBook:
    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self.known = [Notice(**row) for row in notifications.known(tx)]

    def write(self, save: Sequence[Notice], remove: Sequence[Notice]) -> None:
        notifications.remove(self._tx, map(asdict, remove))
        notifications.save(self._tx, map(asdict, save))


class _FileBook:
    def __init__(self, file: Path) -> None:
        self._file = file
        self.known = _read(file)

    def write(self, save: Sequence[Notice], remove: Sequence[Notice]) -> None:
        rows = {notice.key: notice for notice in self.known} | {notice.key: notice for notice in save}
        kept = [asdict(row) for key, row in rows.items() if key not in {notice.key for notice in remove}]
        if not kept:
            self._file.unlink(missing_ok=True)
            return
        partial = self._file.with_suffix(".new")
        partial.write_text(json.dumps(kept, default=datetime.isoformat), encoding="utf-8")
        partial.replace(self._file)


@contextmanager
def in_warehouse(warehouse: Warehouse) -> Iterator[Book]:
    """`audit.notice`, in one transaction. Raises a WarehouseError."""
    with warehouse.transaction() as tx:
        yield _WarehouseBook(tx)


@contextmanager
def in_file(file: Path) -> Iterator[Book]:
    """A file of the home. A runner that begins anew each time has none of yesterday, but tells of failures itself."""
    with FileLock(file.with_suffix(".lock"), timeout=FILE_LOCK_SECONDS):
        yield _FileBook(file)


def known_display(home: Path) -> Display:
    """How notices were written last; in English where nobody has noted it."""
    try:
        return display_of(**json.loads((home / LANGUAGE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Display()


def note_display(home: Path, display: Display) -> None:
    """From now on notices are written so, also while the warehouse is away; where the home can be written."""
    if known_display(home) == display:
        return
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
        partial = home / f"{LANGUAGE}.new"
        partial.write_text(json.dumps(display._asdict()), encoding="utf-8")
        partial.replace(home / LANGUAGE)


def _read(file: Path) -> list[Notice]:
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return [Notice(**{**row, **_instants(row)}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        # Not there, or half of it: then it is told once more.
        return []


def _instants(row: dict[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(row[name]) if row[name] else None for name in INSTANTS}
