"""What a run can say about the hours it covered and the tables it wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.sql import SQL, Identifier

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

# Some ten thousand rows.
COUNTED_BYTES = 1_000_000


@dataclass(frozen=True)
class LandedHour:
    """Plays polled that ended in this hour (UTC), and whether nothing played in it can be unknown."""

    hour: datetime
    plays: int
    is_vouched_for: bool


@dataclass(frozen=True)
class FactHour:
    """Rows of the fact that ended in this hour (UTC), those of 30 s and more, milliseconds of all, and who told."""

    hour: datetime
    plays: int
    counted_plays: int
    ms_played: int
    plays_from_api: int
    plays_from_export: int
    plays_from_both: int


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    is_nullable: bool
    description: str | None
    is_generated: bool = False


def landed_by_hour(tx: Connection, hours: Sequence[datetime]) -> list[LandedHour]:
    return [LandedHour(**row) for row in tx.execute(q.landed_by_hour, {"hours": list(hours)}).fetchall()]


def count_polled(tx: Connection, listener_ids: Sequence[int], since: datetime) -> int:
    """How many of these listeners were polled at or after an instant (UTC), by the clock of whoever polled."""
    row = one_row(tx, q.count_polled, {"listeners": list(listener_ids), "since": since})
    return int(row["polled"])


def plays_by_hour(tx: Connection, hours: Sequence[datetime]) -> list[FactHour]:
    return [FactHour(**row) for row in tx.execute(q.plays_by_hour, {"hours": list(hours)}).fetchall()]


def first_year(tx: Connection) -> int | None:
    """The local year of the first play of anybody; None: there is none."""
    row = one_row(tx, q.first_year)
    return int(row["year"]) if row["year"] is not None else None


def listeners_by_year(tx: Connection) -> dict[int, int]:
    """How many listeners have plays that count and are shown, by local year."""
    return {row["year"]: row["listeners"] for row in tx.execute(q.listeners_by_year).fetchall()}


def spoken_by_kind(tx: Connection) -> dict[str, int]:
    """How many episodes, chapters and videos were heard or watched, by kind, by anybody."""
    return {row["kind"]: row["plays"] for row in tx.execute(q.spoken_by_kind).fetchall()}


def columns(tx: Connection, table: str) -> list[Column]:
    """The table's columns as the database has them, so that what the UI shows cannot be stale."""
    return [Column(**row) for row in tx.execute(q.columns, {"table": table}).fetchall()]


def rows(tx: Connection, table: str) -> int:
    """How many rows the table (`schema.name`) has: counted in a small one, as the planner reckons in any other.

    So the cost does not grow with the table.
    """
    of = Identifier(*table.split("."))
    size = one_row(tx, q.size, {"table": table})
    if size["bytes"] <= COUNTED_BYTES:
        row = one_row(tx, SQL("select count(*) as rows from {}").format(of))
        return int(row["rows"])
    plan = one_row(tx, SQL("explain (format json) select from {}").format(of))
    return int(plan["QUERY PLAN"][0]["Plan"]["Plan Rows"])
