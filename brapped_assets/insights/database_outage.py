"""Reading that goes on while the database does not answer, from what it answered before."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, cast

from brapped_assets.insights.database_answers import DatabaseAnswers, Row
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.errors import Interrupted, Unreachable, WarehouseError

# So long nobody else waits for a database that did not answer.
PAUSE_SECONDS = 5.0


@dataclass
class Absence:
    """The database does not answer: what is told is as of the last answer (UTC); `error` says why.

    `lacks_names`: some names were not known.
    """

    as_of: datetime
    error: WarehouseError
    lacks_names: bool = False


class OutageReading(Reading):
    """As a `Reading`, whose statements are answered from memory while the database does not answer."""

    def __init__(self, reading: Reading, clock: Callable[[], datetime]) -> None:
        self._reading, self._clock, self._answers = reading, clock, DatabaseAnswers()
        self._as_of: datetime | None = None
        self._error: WarehouseError | None = None
        self._again_at = 0.0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """As of a `Reading`; `absence_in` says whether the database answers in it.

        Without an answer ever it raises; else statements that nobody asked before do.
        """
        with ExitStack() as stack:
            tx = self._entered(stack)
            absence = None
            if tx is None:
                assert self._as_of is not None
                assert self._error is not None
                absence = Absence(self._as_of, self._error)
            yield cast(Connection, _Transaction(self._answers, tx, absence))
            if tx is not None:
                self._as_of = self._clock()

    @property
    def database(self) -> Any:
        return self._reading.database

    def close(self) -> None:
        self._reading.close()

    def _entered(self, stack: ExitStack) -> Connection | None:
        """A transaction of the database; None while it does not answer and there is something to tell without it."""
        if self._error is not None and monotonic() < self._again_at:
            return None
        try:
            tx = stack.enter_context(self._reading.transaction())
        except (Unreachable, Interrupted) as error:
            if self._as_of is None:
                raise
            self._error, self._again_at = error, monotonic() + PAUSE_SECONDS
            return None
        self._error = None
        return tx


class _Transaction:
    """In the place of a connection: answers are kept as they come, and told again in an `absence` of the database."""

    def __init__(self, answers: DatabaseAnswers, tx: Connection | None, absence: Absence | None) -> None:
        self._answers, self._tx, self.absence = answers, tx, absence

    def execute(self, statement: Any, values: Any = None, **options: Any) -> Any:
        if self.absence is not None:
            return self._recalled(str(statement), values, self.absence)
        assert self._tx is not None
        cursor = self._tx.execute(statement, values, **options)
        if not isinstance(statement, str) or not isinstance(values, dict) or cursor.description is None:
            return cursor
        rows = _Rows(cursor.fetchall())
        self._answers.keep(statement, values, rows)
        return rows

    def _recalled(self, statement: str, values: Any, absence: Absence) -> "_Rows":
        recalled = self._answers.recall(statement, values) if isinstance(values, dict) else None
        if recalled is None:
            raise absence.error
        absence.lacks_names |= recalled.lacks_names
        return _Rows(recalled.rows)

    def __getattr__(self, name: str) -> Any:
        if self.absence is not None:
            raise self.absence.error
        return getattr(self._tx, name)


def absence_in(tx: object) -> Absence | None:
    """Of the database, in a transaction of a `OutageReading`; None while it answers."""
    return tx.absence if isinstance(tx, _Transaction) else None


class _Rows(list[Row]):
    """An answer, as a cursor tells it."""

    def fetchall(self) -> list[Row]:
        return list(self)

    def fetchone(self) -> Row | None:
        return self.pop(0) if self else None
