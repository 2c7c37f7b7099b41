"""What a plan in the cloud counts: bytes stored, and hours the database is awake."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "retention.sql")

MEGABYTE = 1_000_000
# From this share on it is time to make room.
NEARLY_FULL = 0.8
# Neon's free plan, of a project: 100 CU-hours a month; the smallest compute is a quarter of a CU.
FREE_CU_HOURS = 100
SMALLEST_CU = 0.25
# A compute sleeps after five idle minutes; a run talks to it for seconds.
IDLE = timedelta(minutes=5)
RUN = timedelta(seconds=10)
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Stored:
    """Bytes: of the warehouse, of Dagster's database (None: it is elsewhere), and of all databases of the server."""

    warehouse: int
    dagster: int | None
    project: int


@dataclass(frozen=True)
class Awake:
    """An estimate: how often a day the database is woken, and for how many hours in 30 days."""

    bursts_a_day: float
    hours_a_month: float

    @property
    def cu_hours(self) -> float:
        """Of Neon's smallest compute."""
        return self.hours_a_month * SMALLEST_CU


def stored(tx: Connection, dagster_database: str | None) -> Stored:
    """What is stored now; `dagster_database` is the name of Dagster's, if it is on the same server."""
    row = one_row(tx, q.stored, {"dagster": dagster_database})
    return Stored(**row)


def awake(tx: Connection, now: datetime) -> Awake | None:
    """From the polls and calls of the last 30 days; None before the first. Pages, BI tools and imports come on top.

    Each burst lasts from its first poll or call to its last, and 5 min 10 s longer: a run, and until it sleeps again.
    Less than 30 days are scaled up, a day at least.
    """
    values = {"now": now, "since": now - MONTH, "burst": (IDLE + RUN).total_seconds()}
    row = one_row(tx, q.awake, values)
    if not row["bursts"]:
        return None
    seen = max(timedelta(seconds=row["seconds_seen"]), timedelta(days=1))
    return Awake(
        bursts_a_day=row["bursts"] / (seen / timedelta(days=1)),
        hours_a_month=row["seconds"] / 3600 * (MONTH / seen),
    )
