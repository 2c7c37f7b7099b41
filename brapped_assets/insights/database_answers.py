"""Answers that pages got of the database, the newest of them: they give numbers of plays in memory their words."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, NamedTuple

from brapped_assets.insights import names
from brapped_assets.insights.columns import life

Row = dict[str, Any]
# Statements whose rows are asked for by key: that column, and the one of a name, without which a row can be told.
BY_KEY = {
    "artists": ("artist_key", "artist_name"), "tracks": ("track_key", "track_name"),
    "albums": ("release_group", "album_name"), "contexts": ("context_key", ""),
    "context_types": ("context_key", ""),
}  # fmt: skip
MOST_ROWS, MOST_ANSWERS, LONGEST_ANSWER = 50_000, 500, 500
UNNAMED = "Name not in memory"
# What changed since a life was loaded, as nobody knows it without the database.
UNCHANGED = {"is_later": True, "days": [], "tracks": []}


class Recalled(NamedTuple):
    """Rows of an answer; `lacks_names`: of some the name was not known."""

    rows: list[Row]
    lacks_names: bool


class DatabaseAnswers:
    """From any thread; rows that are asked for by key are kept one by one."""

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
                column = BY_KEY[kind][0]
                there = {(kind, row[column]): dict(row) for row in rows}
                if len(there) < len(values["keys"]):
                    # What is not there is known, too.
                    self._rows.update(dict.fromkeys((kind, key) for key in values["keys"]))
                self._rows.update(there)
                if rows:
                    self._samples[kind] = dict(rows[0])
            elif len(rows) <= LONGEST_ANSWER:
                key = _question(statement, values)
                self._answers.pop(key, None)
                later = UNCHANGED if statement == life.q.state else {}
                self._answers[key] = [{**row, **later} for row in rows]
            for held, most in ((self._rows, MOST_ROWS), (self._answers, MOST_ANSWERS)):
                while len(held) > most:
                    held.popitem(last=False)

    def recall(self, statement: str, values: Mapping[str, Any]) -> Recalled | None:
        """The newest answer; None where it is not known."""
        kind = self._kinds.get(statement)
        with self._lock:
            if kind is None:
                rows = self._answers.get(_question(statement, values))
                return None if rows is None else Recalled([dict(row) for row in rows], lacks_names=False)
            lacking = [key for key in values["keys"] if (kind, key) not in self._rows]
            key_column, name = BY_KEY[kind]
            if lacking and not (name and kind in self._samples):
                return None
            known = (self._rows.get((kind, key)) for key in values["keys"])
            nothing = {name: 0 if name.endswith("_key") else None for name in self._samples.get(kind, {})}
            unnamed = [{**nothing, key_column: key, name: UNNAMED} for key in lacking]
            return Recalled([*(dict(row) for row in known if row), *unnamed], bool(lacking))


def _question(statement: str, values: Mapping[str, Any]) -> tuple[str, str]:
    # The state of a life is asked for since another moment each time.
    return statement, str(values["listener_id"] if statement == life.q.state else values)
