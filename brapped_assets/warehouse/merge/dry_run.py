"""The merge rehearsed: the same statements, on temporary copies of what they write to, and nothing of it is kept.

In a transaction that is rolled back a merge of a life would hold the listener's row, and every new track, for as long
as it takes: polls would wait. So the statements go to copies, which nobody else sees. Each table is copied into the
session's own schema just before the first statement that writes to it or locks its rows. From then on its name means
the copy, also in the functions and views that read it. What no statement has written to yet is read where it is. No row
and no advisory lock of ours is held, so a rehearsal holds up nobody, however long it takes.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg.abc import Params, Query
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

COMMENT = re.compile(r"--[^\n]*")
NAMED = re.compile(r"\b(?:raw|star|audit|insights|bi)\.[a-z_0-9]+\b")
WRITTEN = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|copy)\s+((?:raw|star|audit|insights)\.[a-z_0-9]+)"
)
LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+update|update|share|key\s+share)\b")


class Rehearsal:
    """Gives transactions as `Warehouse` does, each rolled back if it fails, and all of them when the rehearsal ends."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._copies = _Copies(connection)

    def about(self, listener_id: int) -> None:
        """From here on statements are about this listener, and nobody else's rows are copied."""
        self._copies.listener_id = listener_id

    @contextmanager
    def transaction(self, *, lock_seconds: int = 10) -> Iterator[Connection]:
        """A part of the rehearsal. There is nobody to wait for, so `lock_seconds` means nothing."""
        del lock_seconds
        copies = self._copies

        class Redirected(_Redirected):
            redirected = staticmethod(copies.redirected)

        before, copied = self.connection.cursor_factory, copies.state()
        try:
            with self.connection.transaction():
                self.connection.cursor_factory = Redirected
                yield self.connection
        except BaseException:
            # What was copied in it is gone with it.
            copies.go_back(copied)
            raise
        finally:
            self.connection.cursor_factory = before


@contextmanager
def rehearsal(warehouse: Warehouse) -> Iterator[Rehearsal]:
    """A rehearsal on the warehouse as it is now. Raises a WarehouseError."""
    with warehouse.unlocked_snapshot() as connection:
        yield Rehearsal(connection)
        # Nothing is kept, not even of a statement that nobody redirected.
        raise psycopg.Rollback


class _Redirected(psycopg.Cursor[dict[str, Any]]):
    redirected: Callable[[str], str]

    def execute(self, query: Query, params: Params | None = None, **options: Any) -> "_Redirected":
        super().execute(self._elsewhere(query), params, **options)
        return self

    def copy(self, statement: Query, params: Params | None = None, **options: Any) -> Any:
        return super().copy(self._elsewhere(statement), params, **options)

    def _elsewhere(self, query: Query) -> str:
        text = query.as_string(self.connection) if isinstance(query, Composable) else query
        return self.redirected(text.decode() if isinstance(text, bytes) else str(text))


class _Copies:
    """Which tables are copied, and what reads them under other names."""

    def __init__(self, connection: Connection) -> None:
        self.listener_id: int | None = None
        self._connection = connection
        self._tables: dict[str, str] = {}
        # Of each function or view that reads a copy, its name and how many copies there were when it was made.
        self._readers: dict[str, tuple[str, int]] = {}
        self._known: dict[tuple[str, int], str] = {}
        self._kinds: dict[str, str | None] = {}

    def _run(self, statement: str | SQL | Composed, params: Params | None = None) -> psycopg.Cursor[dict[str, Any]]:
        """As it stands."""
        return psycopg.Cursor(self._connection, row_factory=dict_row).execute(statement, params)

    def redirected(self, statement: str) -> str:
        """The statement with every name that a copy stands for replaced; makes the copies it needs."""
        if (done := self._known.get((statement, len(self._tables)))) is not None:
            return done
        text = COMMENT.sub("", statement)
        lowered = text.lower()
        written = set(WRITTEN.findall(lowered))
        if LOCKS.search(lowered):
            written |= set(NAMED.findall(lowered))
        for table in sorted(written - self._tables.keys()):
            if self._kind(table) == "table":
                self._tables[table] = self._copy(table)
        done = self._renamed(text)
        self._known[statement, len(self._tables)] = done
        return done

    def state(self) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
        return dict(self._tables), dict(self._readers)

    def go_back(self, state: tuple[dict[str, str], dict[str, tuple[str, int]]]) -> None:
        self._tables, self._readers = state
        self._known.clear()

    def _renamed(self, text: str) -> str:
        return NAMED.sub(lambda found: self._place(found[0]), text)

    def _place(self, name: str) -> str:
        """What a name of the warehouse's means in the rehearsal."""
        if name in self._tables:
            return self._tables[name]
        if not self._reads_a_copy(name, frozenset()):
            return name
        place, copies = self._readers.get(name, ("", -1))
        if copies != len(self._tables):
            place = f"pg_temp.{name.partition('.')[2]}"
            self._readers[name] = place, len(self._tables)
            for definition in self._definitions(name):
                self._run(self._renamed(definition))
        return place

    def _reads_a_copy(self, name: str, asked: frozenset[str]) -> bool:
        if name in self._tables:
            return True
        if name in asked or self._kind(name) not in {"function", "view"}:
            return False
        within = {each for text in self._definitions(name) for each in NAMED.findall(text.lower())} - {name}
        return any(self._reads_a_copy(each, asked | {name}) for each in within)

    def _kind(self, name: str) -> str | None:
        if name not in self._kinds:
            row = self._run(q.kind, {"name": name}).fetchone()
            self._kinds[name] = row["kind"] if row else None
        return self._kinds[name]

    def _definitions(self, name: str) -> list[str]:
        rows = self._run(q.definitions, {"name": name}).fetchall()
        return [row["definition"] for row in rows]

    def _copy(self, table: str) -> str:
        """Copy a table: its rows, or those of the listener where it tells of listeners, keys, indexes, row triggers."""
        # Its own name: statements refer to it where they name no alias, and no two schemas have one name in common.
        place = f"pg_temp.{table.partition('.')[2]}"
        names = {"table": Identifier(*table.split(".")), "copy": SQL(place)}
        described = self._run(q.columns, {"table": table}).fetchall()
        columns = SQL(", ").join(Identifier(row["name"]) for row in described if not row["is_generated"])
        is_somebodys = self.listener_id is not None and any(row["name"] == "listener_id" for row in described)
        whose = SQL("where listener_id = {}" if is_somebodys else "").format(self.listener_id)
        run = self._run
        run(
            SQL("create temporary table {copy} (like {table} including all excluding indexes) on commit drop").format(
                **names
            )
        )
        run(
            SQL("insert into {copy} ({columns}) overriding system value select {columns} from {table} {whose}").format(
                **names, columns=columns, whose=whose
            )
        )
        for statement in (q.indexes, q.triggers):
            for row in self._run(statement, {"table": table}).fetchall():
                run(row["definition"].replace(f" ON {table} ", f" ON {place} ", 1))
        for row in described:
            if row["is_identity"]:
                # Keys grow on from those there are, whoever's.
                run(
                    SQL(
                        "select setval(pg_get_serial_sequence({place}, {name}),"
                        " (select coalesce(max({column}), 0) + 1 from {table}), false)"
                    ).format(**names, place=Literal(place), name=Literal(row["name"]), column=Identifier(row["name"]))
                )
        run(SQL("analyze {copy}").format(**names))
        return place


def months(tx: Connection, listener_id: int) -> dict[date, int]:
    """How many plays there are of each month, by its first day, in the listener's local time."""
    found = tx.execute(q.months, {"listener_id": listener_id}).fetchall()
    return {row["month"]: row["plays"] for row in found}
