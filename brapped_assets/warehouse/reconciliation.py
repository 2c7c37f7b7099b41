"""Polls and exports held against each other: how many plays both tell of, and how far their clocks are apart."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.matching import REACH

q = Statements(__file__)

# Seconds that the export is later than the poll. A bin is closed at its lower end and open at its upper one.
EDGES = (-60.0, -30.0, -10.0, -5.0, -2.0, -1.0, 0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
BOUNDS = (-REACH.total_seconds(), *EDGES, REACH.total_seconds())


@dataclass(frozen=True)
class Reconciliation:
    """Plays of one listener by who tells of them, and the histogram of the differences of those both tell of.

    `histogram` has one entry per bin, from the earliest to the latest: "-1 to 0 s", and how many plays of extended
    history were exported so much later (negative: earlier) than polled. Plays at its ends say that 90 s are too few.
    """

    matched: int
    only_polled: int
    only_exported: int
    histogram: dict[str, int]


@dataclass(frozen=True)
class Day:
    """Plays that ended on this local day, by who tells of them."""

    day: date
    only_polled: int
    matched: int
    only_exported: int


def reconciliation(tx: Connection, listener_id: int) -> Reconciliation:
    """All plays of a listener; by day they are in `audit.reconciliation`."""
    totals = one_row(tx, q.totals, {"listener_id": listener_id})
    differences = tx.execute(q.differences, {"listener_id": listener_id, "edges": list(EDGES)}).fetchall()
    plays = {row["bin"]: row["plays"] for row in differences}
    bins = [f"{low:.0f} to {high:.0f} s" for low, high in pairwise(BOUNDS)]
    return Reconciliation(**totals, histogram={name: plays.get(number, 0) for number, name in enumerate(bins)})


def by_day(tx: Connection, listener_id: int, days: int) -> list[Day]:
    """The last local days up to that of the listener's newest play, those without plays as well; none without any."""
    values = {"listener_id": listener_id, "days": days}
    return [Day(**row) for row in tx.execute(q.days, values).fetchall()]
