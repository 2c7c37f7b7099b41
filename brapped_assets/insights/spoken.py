"""What was heard and watched that is no music: by kind, by show and book, by hour, and how much of it to the end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from brapped_assets.insights.csv_file import MARK, lines
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_value
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.import_ledger import READER_VERSION

q = Statements(__file__)

Kind = Literal["podcast", "audiobook", "video"]
ALL_TIME, PIECE = "all", 2_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ZONES_APART = timedelta(days=2)
COLUMNS = (
    "ended_at_utc", "ended_at_local", "kind", "show", "title", "ms_played", "basis", "reason_end", "skipped", "offline",
    "private", "device", "country", "source", "uri",
)  # fmt: skip


class Item(NamedTuple):
    """An episode, chapter or video with its plays in a period, from the first local day to the last.

    `is_finished`: one of them went on to the end; None: no source tells how any of them ended.
    """

    kind: Kind
    show_name: str | None
    title: str | None
    uri: str | None
    plays: int
    ms: int
    first_on: date
    last_on: date
    is_finished: bool | None


OF_ITEM = itemgetter(*Item._fields)


class Sum(NamedTuple):
    """Some items together: of `items`, `told` tell how they ended, and `finished` were heard to the end."""

    kind: Kind
    name: str | None
    items: int
    plays: int
    ms: int
    finished: int
    told: int


@dataclass(frozen=True)
class Spoken:
    """What is spoken of a period, the last heard item first; `hours` are milliseconds by local hour."""

    items: tuple[Item, ...]
    hours: tuple[int, ...]
    known_until: datetime | None

    @property
    def ms(self) -> int:
        return sum(self.hours)

    @cached_property
    def kinds(self) -> list[Sum]:
        return _sums(self.items, lambda item: (item.kind, None))

    @cached_property
    def shows(self) -> list[Sum]:
        """Podcasts, books and artists of videos; those of unknown name apart by kind."""
        return _sums(self.items, lambda item: (item.kind, item.show_name))


def since_spoken(tx: Connection, who: Viewer) -> Viewer:
    """Of whoever has played no music, the listener as of the first day on which something spoken was heard."""
    if who.first_day is not None or not who.has_spoken:
        return who
    first_day: date | None = one_value(tx, q.first_day, {"listener_id": who.listener_id})
    return replace(who, first_day=first_day)


def spoken(tx: Connection, who: Viewer, period: Period) -> Spoken:
    """What is spoken of a period, as the public view has it; private sessions if the listener wants them shown."""
    values = _values(who, period)
    first_at, until_at = (datetime.combine(day, time.min, UTC) for day in (values["first"], values["until"]))
    around = {"first_at": first_at - ZONES_APART, "until_at": until_at + ZONES_APART}
    rows = tx.execute(q.heard, {**values, **around}).fetchall()
    by_hour = {row["hour"]: int(row["ms"]) for row in rows if row["kind"] is None}
    items = tuple(Item._make(OF_ITEM(row)) for row in rows if row["kind"] is not None)
    known = one_value(tx, q.known_until, {**values, "reader_version": READER_VERSION})
    return Spoken(items, tuple(by_hour.get(hour, 0) for hour in range(HOURS)), known)


def pieces(
    who: Viewer, period: Period, show: str | None, transaction: Callable[[], AbstractContextManager[Connection]]
) -> Iterator[bytes]:
    """Every play as CSV, oldest first, bit by bit: whoever reads slowly keeps no connection."""
    yield MARK.encode() + lines([COLUMNS])
    values = {**_values(who, period), "show": show, "limit": PIECE, "after": BEGINNING, "after_key": 0}
    while True:
        with transaction() as tx:
            rows = tx.execute(q.plays, values).fetchall()
        if not rows:
            return
        values |= {"after": rows[-1]["played_at"], "after_key": rows[-1]["spoken_key"]}
        yield lines(
            [
                row["played_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                row["played_at_local"].strftime("%Y-%m-%d %H:%M:%S"),
                *(value for name, value in row.items() if name not in {"played_at", "spoken_key", "played_at_local"}),
            ]
            for row in rows
        )


def _values(who: Viewer, period: Period) -> dict[str, Any]:
    # All time begins with music; what is spoken may be older.
    first = date(1970, 1, 1) if period.name == ALL_TIME else period.first
    private = who.preference.private_sessions
    return {"listener_id": who.listener_id, "first": first, "until": period.until, "private": private}


def _sums(items: Sequence[Item], of: Callable[[Item], tuple[Kind, str | None]]) -> list[Sum]:
    found: dict[tuple[Kind, str | None], list[int]] = {}
    for item in items:
        sums = found.setdefault(of(item), [0] * 5)
        sums[0] += 1
        sums[1] += item.plays
        sums[2] += item.ms
        sums[3] += item.is_finished is True
        sums[4] += item.is_finished is not None
    return sorted(
        (Sum(*key, *sums) for key, sums in found.items()), key=lambda one: (-one.ms, one.kind, one.name or "")
    )
