"""The totals that the pages read: rebuilt for the local days that something touched, in one transaction."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.statements import sql

DAY = timedelta(days=1)
MANY_DAYS = 100
log = logging.getLogger(__name__)


class Database(Protocol):
    """Whoever gives transactions that may write."""

    def transaction(self) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True)
class Rebuilt:
    """Local days whose totals were behind, and the months and years they lie in."""

    days: int
    months: int
    years: int


def touched(tx: Connection, listener_id: int) -> list[date]:
    """Local days whose totals are behind, in order."""
    return [row["day"] for row in tx.execute(sql("insights/rollup/touched"), {"listener_id": listener_id}).fetchall()]


def rebuild(tx: Connection, listener_id: int) -> Rebuilt:
    """Count again what lies in the touched days; what is touched meanwhile stays marked. Waits for no merge."""
    listener = {"listener_id": listener_id}
    tx.execute(sql("insights/rollup/lock"), listener)
    tx.execute(sql("insights/rollup/clear_changed"))
    claimed = tx.execute(sql("insights/rollup/claim_touched"), listener).fetchall()
    days = sorted({row["day"] for row in claimed})
    if not days:
        return Rebuilt(0, 0, 0)
    stretches = _stretches(days)
    spans = tx.execute(sql("insights/rollup/spans"), {**listener, "days": days}).fetchall()
    months, years = sorted({day.replace(day=1) for day in days}), sorted({day.year for day in days})
    values: dict[str, Any] = {
        **listener,
        "days": days,
        "firsts": [first for first, _ in stretches],
        "untils": [until for _, until in stretches],
        "months": months,
        "years": years,
        "span_starts": [span["span_start"] for span in spans],
        "span_ends": [span["span_end"] for span in spans],
    }
    for step in ("hours", "days", "devices", "sessions", "repeats"):
        tx.execute(sql(f"insights/rollup/clear_{step}"), values)
        tx.execute(sql(f"insights/rollup/{step}"), values)
    for step, lives in (("months", "artist_lives"), ("years", "track_lives")):
        changed = tx.execute(sql(f"insights/rollup/{step}"), values).fetchall()
        keys = {**listener, "keys": [row["key"] for row in changed]}
        tx.execute(sql(f"insights/rollup/clear_{lives}"), keys)
        tx.execute(sql(f"insights/rollup/{lives}"), keys)
    if len(days) > MANY_DAYS:
        # Autovacuum would look in a minute; until then the planner thinks these tables empty.
        tx.execute(sql("insights/rollup/analyze"))
    return Rebuilt(len(days), len(months), len(years))


def catch_up(database: Database, listener_id: int) -> None:
    """Rebuild at once, in a transaction of its own, so that the next page is fast.

    What hinders it fails nothing: pages read days that are behind from the fact, and the next poll's run counts them.
    """
    try:
        with database.transaction() as tx:
            rebuild(tx, listener_id)
    except WarehouseError as error:
        log.info("the totals stay behind until the next poll: %s", error)


def _stretches(days: Iterable[date]) -> Sequence[tuple[date, date]]:
    """Days in order as stretches (first, day after the last)."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + DAY)
        else:
            found.append((day, day + DAY))
    return found
