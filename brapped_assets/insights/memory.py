"""While the database does not answer: what it answered before, so that numbers of plays in memory have their words."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any, cast

from brapped_assets.insights import names
from brapped_assets.insights.columns import life
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.errors import Interrupted, Unreachable, WarehouseError

Row = dict[str, Any]
# Statements whose rows are asked for by key: that column, and the one of a name, without which a row can be told.
BY_KEY = {
    "artists": ("artist_key", "artist_name"), "tracks": ("track_key", "track_name"),
    "albums": ("release_group", "album_name"), "labels": ("label_key", ""), "contexts": ("context_key", ""),
    "context_types": ("context_key", ""),
}  # fmt: skip
MOST_ROWS, MOST_ANSWERS, LONGEST_ANSWER = 50_000, 500, 500
# So long nobody else waits for a database that did not answer.
PAUSE_SECONDS = 5.0
UNNAMED = "Name not in memory"


class Memory:
    """Answers of the database, the newest of them, from any thread; rows that are asked for by key one by one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: OrderedDict[tuple[str, int], Row | None] = OrderedDict()
        self._answers: OrderedDict[tuple[str, str], list[Row]] = OrderedDict()
        self._kinds = {names.q[kind]: kind for kind in BY_KEY}
        self._samples: dict[str, Row] = {}

    def keep(self, statement: str, values: Mapping[str, Any], rows: list[Row]) -> None:
        kind = self._kinds.get(statement)
        with self._lock:
            if kind is not None:
                found = {row[BY_KEY[kind][0]]: dict(row) for row in rows}
                # What is not there is known, too.
                self._rows.update({(kind, key): found.get(key) for key in values["keys"]})
                if rows:
                    self._samples[kind] = dict(rows[0])
            elif len(rows) <= LONGEST_ANSWER:
                key = _question(statement, values)
                self._answers.pop(key, None)
                self._answers[key] = [dict(row) for row in rows]
            for held, most in ((self._rows, MOST_ROWS), (self._answers, MOST_ANSWERS)):
                while len(held) > most:
                    held.popitem(last=False)

    def recall(self, statement: str, values: Mapping[str, Any]) -> tuple[list[Row] | None, bool]:
        """The rows, None where they are not known; whether a name was lacking."""
        kind = self._kinds.get(statement)
        with self._lock:
            if kind is None:
                rows = self._answers.get(_question(statement, values))
                return (None if rows is None else [dict(row) for row in rows]), False
            lacking = [key for key in values["keys"] if (kind, key) not in self._rows]
            key_column, name = BY_KEY[kind]
            if lacking and not (name and kind in self._samples):
                return None, False
            known = (self._rows.get((kind, key)) for key in values["keys"])
            nothing = {name: 0 if name.endswith("_key") else None for name in self._samples.get(kind, {})}
            unnamed = [{**nothing, key_column: key, name: UNNAMED} for key in lacking]
            return [*(dict(row) for row in known if row), *unnamed], bool(lacking)


def _question(statement: str, values: Mapping[str, Any]) -> tuple[str, str]:
    # What changed since a life was loaded is asked of each anew; without the database nothing does.
    is_state = statement == life.q.state
    return statement, str(values["listener_id"] if is_state else values)


class Remembered(Reading):
    """As a `Reading`; what it told is told again, with an `Absent`, while the database does not answer."""

    def __init__(self, reading: Reading, clock: Callable[[], datetime]) -> None:
        self._reading, self._clock, self._memory = reading, clock, Memory()
        self._as_of: datetime | None = None
        self._error: WarehouseError | None = None
        self._again_at = 0.0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """As of a `Reading`. Without an answer ever it raises; else statements that nobody asked before do."""
        with ExitStack() as stack:
            if self._error is None or monotonic() >= self._again_at:
                try:
                    tx = stack.enter_context(self._reading.transaction())
                    self._error = None
                except (Unreachable, Interrupted) as error:
                    if self._as_of is None:
                        raise
                    self._error, self._again_at = error, monotonic() + PAUSE_SECONDS
            if self._error is not None and self._as_of is not None:
                yield cast(Connection, Absent(self._memory, self._as_of, self._error))
            else:
                yield cast(Connection, _Told(tx, self._memory))
                self._as_of = self._clock()

    @property
    def database(self) -> Any:
        return self._reading.database

    def close(self) -> None:
        self._reading.close()


class _Rows(list[Row]):
    """An answer, as a cursor tells it."""

    def fetchall(self) -> list[Row]:
        return list(self)

    def fetchone(self) -> Row | None:
        return self.pop(0) if self else None


class _Told:
    """A connection whose answers are remembered."""

    def __init__(self, tx: Connection, memory: Memory) -> None:
        self._tx, self._memory = tx, memory

    def execute(self, statement: Any, values: Any = None, **options: Any) -> Any:
        cursor = self._tx.execute(statement, values, **options)
        if not isinstance(statement, str) or not isinstance(values, dict) or cursor.description is None:
            return cursor
        rows = _Rows(cursor.fetchall())
        self._memory.keep(statement, values, rows)
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


class Absent:
    """In the place of a connection: what was answered before, `as_of` the last answer (UTC); else it raises `error`.

    `lacks`: some names were not known.
    """

    def __init__(self, memory: Memory, as_of: datetime, error: WarehouseError) -> None:
        self._memory, self.as_of, self._error = memory, as_of, error
        self.lacks = False

    def execute(self, statement: Any, values: Any = None, **_options: Any) -> Any:
        rows, lacks = self._memory.recall(str(statement), values) if isinstance(values, dict) else (None, False)
        if rows is None:
            raise self._error
        if statement == life.q.state:
            rows = [{**row, "is_later": True, "days": [], "tracks": []} for row in rows]
        self.lacks |= lacks
        return _Rows(rows)

    def refuse(self) -> None:
        """What needs the database says so."""
        raise self._error

    def __getattr__(self, name: str) -> Any:
        raise self._error


def absent(tx: object) -> Absent | None:
    """What stands in the place of the database; None where that answers."""
    return tx if isinstance(tx, Absent) else None
