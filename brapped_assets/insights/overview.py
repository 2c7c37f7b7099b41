"""The numbers of the overview: one listener, one period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from brapped_assets.insights.known import is_known
from brapped_assets.insights.periods import Period, before
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

By = Literal["plays", "minutes"]


class Day(NamedTuple):
    """One local day with at least one row: plays of 30 s and more, their milliseconds, and what exports tell of it."""

    day: date
    plays: int
    ms: int
    estimated_ms: int
    told: int
    skipped: int
    shuffled: int
    offline: int


@dataclass(frozen=True)
class Totals:
    """Sums over days; `estimated_ms` are among `ms`."""

    plays: int
    ms: int
    estimated_ms: int
    active_days: int

    @property
    def estimated_share(self) -> float:
        return self.estimated_ms / self.ms if self.ms else 0.0


def days(tx: Connection, who: Viewer, period: Period) -> list[Day]:
    """Every day of a period with at least one row, in order."""
    return [Day(**row) for row in tx.execute(sql("insights/days"), asked(who, period)).fetchall()]


def totals(of: Sequence[Day]) -> Totals:
    return Totals(
        sum(day.plays for day in of),
        sum(day.ms for day in of),
        sum(day.estimated_ms for day in of),
        sum(day.plays > 0 for day in of),
    )


def top(
    tx: Connection, who: Viewer, period: Period, kind: Literal["artists", "tracks"], by: By, *, limit: int
) -> list[dict[str, Any]]:
    """The most played of a period: keys, ids, names, `plays`, `ms`, `first_on`.

    Ties fall to minutes, then the older key.
    """
    values = {**asked(who, period), "by": by, "limit": limit}
    return tx.execute(sql(f"insights/top_{kind}"), values).fetchall()


def asked(who: Viewer, period: Period) -> dict[str, Any]:
    """A period as the statements take it. Before the first play is nothing, as after today: whole years have totals."""
    begins_it_all = who.first_day is not None and period.first <= who.first_day
    first = who.first_day.replace(month=1, day=1) if who.first_day and begins_it_all else period.first
    return {"listener_id": who.listener_id, "first": first, "until": period.reach(who.today)}


def unknown_plays(tx: Connection, who: Viewer, period: Period) -> int:
    """Plays of songs whose artist is not known: no ranking of artists has them."""
    row = tx.execute(sql("insights/unknown_artist"), asked(who, period)).fetchone()
    assert row is not None
    return int(row["plays"])


def impossible_repeats(tx: Connection, who: Viewer, period: Period) -> int:
    """Plays that are not counted, because nobody can have heard them."""
    row = tx.execute(sql("insights/impossible_repeats"), asked(who, period)).fetchone()
    assert row is not None
    return int(row["plays"])


def earlier(tx: Connection, who: Viewer, period: Period) -> Period | None:
    """What the period is held against; None unless both are known whole, as far as they are held against each other.

    The running day is held against nothing: what is heard of it so far is less than a whole day, whatever comes.
    """
    if period.name == "all" or (period.days == 1 and period.first == who.today):
        return None
    held_against = before(period, today=who.today)
    return held_against if is_known(tx, who, held_against) and is_known(tx, who, period) else None
