"""Claims about the warehouse: each is a query for the rows that contradict it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import SQL

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.listener_status import NEWS, RENEW_WITHIN, STANDSTILL

q = Statements(__file__)


@dataclass(frozen=True)
class Verdict:
    """How many rows contradict the claim, and at most five of them."""

    offending: int
    sample: list[dict[str, Any]]


def verify(tx: Connection, claim: str, *, since: datetime, now: datetime, budget: int) -> Verdict:
    """Look for rows from `since` on (UTC) that contradict the statement of this name in `check_queries.sql`."""
    statement = SQL(q.count_and_sample).format(offending=SQL(q[claim]))
    bounds = {"renew_within": RENEW_WITHIN, "news": NEWS, "standstill": STANDSTILL}
    row = one_row(tx, statement, {"since": since, "now": now, "budget": budget} | bounds)
    return Verdict(**row)
