"""What was heard and watched that is no music: by kind, by show and book, by hour, and how much of it to the end."""

from collections.abc import Callable, Iterator
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


class Sum(NamedTuple):
    """Some items together: of `items`, `told` tell how they ended, and `finished` were heard to the end."""

    kind: Kind
    name: str | None
    items: int
    plays: int
    ms: int
    finished: int
    told: int

    @property
    def place(self) -> tuple[int, str, str]:
        """What is heard longest comes first."""
        return -self.ms, self.kind, self.name or ""


OF_ITEM, OF_SUM = itemgetter(*Item._fields), itemgetter("kind", "show_name", *Sum._fields[2:])


class Some(NamedTuple):
    """Which items are listed: of a show, if so (else of all), so many after so many; the first if there are fewer."""

    show: str = ""
    after: int = 0
    many: int = 100


@dataclass(frozen=True)
class Spoken:
    """What is spoken of a period: podcasts, books and artists of videos, those of unknown name apart by kind.

    `items` are some of them, the last heard first; `hours` are milliseconds by local hour.
    """

    shows: tuple[Sum, ...]
    items: tuple[Item, ...]
    hours: tuple[int, ...]

    @property
    def ms(self) -> int:
        return sum(self.hours)

    @cached_property
    def kinds(self) -> list[Sum]:
        by_kind: dict[Kind, list[Sum]] = {}
        for one in self.shows:
            by_kind.setdefault(one.kind, []).append(one)
        sums = (Sum(kind, None, *map(sum, zip(*(one[2:] for one in of), strict=True))) for kind, of in by_kind.items())
        return sorted(sums, key=lambda one: one.place)

    def many(self, show: str) -> int:
        """How many items there are of a show, or of all."""
        return sum(one.items for one in self.shows if not show or one.name == show)


def since_spoken(tx: Connection, who: Viewer) -> Viewer:
    """Of whoever has played no music, the listener as of the first day on which something spoken was heard."""
    if who.first_day is not None or not who.has_spoken:
        return who
    first_day: date | None = one_value(tx, q.first_day, {"listener_id": who.listener_id})
    return replace(who, first_day=first_day)


def spoken(tx: Connection, who: Viewer, period: Period, some: Some = Some()) -> Spoken:  # noqa: B008  (a constant)
    """What is spoken of a period, as the public view has it; private sessions if the listener wants them shown."""
    rows = tx.execute(q.heard, {**_values(who, period), **some._asdict()}).fetchall()
    shows = (Sum(*OF_SUM(row)) for row in rows if row["items"] is not None)
    items = (Item(*OF_ITEM(row)) for row in rows if row["items"] is None and row["kind"] is not None)
    by_hour = {row["hour"]: row["ms"] for row in rows if row["kind"] is None}
    hours = tuple(by_hour.get(hour, 0) for hour in range(HOURS))
    return Spoken(tuple(sorted(shows, key=lambda one: one.place)), tuple(items), hours)


def known_until(tx: Connection, who: Viewer) -> datetime | None:
    """Until when what is spoken is complete; None: nothing tells."""
    known: datetime | None = one_value(
        tx, q.known_until, {"listener_id": who.listener_id, "reader_version": READER_VERSION}
    )
    return known


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
    values = {
        "listener_id": who.listener_id, "first": period.first, "until": period.until,
        "private": who.preference.private_sessions, "first_at": None, "until_at": None,
    }  # fmt: skip
    if period.name == ALL_TIME:
        # All time begins with music; what is spoken may be older.
        return {**values, "first": date(1970, 1, 1)}
    first_at, until_at = (datetime.combine(day, time.min, UTC) for day in (period.first, period.until))
    return {**values, "first_at": first_at - ZONES_APART, "until_at": until_at + ZONES_APART}
