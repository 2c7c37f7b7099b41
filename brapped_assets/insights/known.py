"""Which time is known whole: only such times are held against each other."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import numpy as np

from brapped_assets.insights.columns.moments import dates, day_number
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Gap, Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

# Where nothing vouches for a time, this many days without a play are taken for quiet ones, more for unknown ones.
QUIET_DAYS = 3
# Half an hour of a day, half a day of a month, a week of a year.
LARGEST_UNKNOWN_SHARE = 0.02


def unknown(tx: Connection, who: Viewer, period: Period) -> list[Gap]:
    """The stretches of a period, up to now, of which nothing tells what was played, oldest first.

    They lie before the first play known, where exports and polls leave a hole between them, after the last of them,
    and in open gaps.
    """
    around = (QUIET_DAYS + 1) * DAY
    table = who.shown.everything.by_day
    of = table.between(day_number(period.first - around), day_number(period.until + around))
    days = np.flatnonzero(table.rows[of]) + table.first + of.start
    values = {
        "listener_id": who.listener_id, "first": period.first, "until": period.until, "now": who.now,
        "quiet_days": QUIET_DAYS, "days": dates(days),
    }  # fmt: skip
    return [Gap(**row) for row in tx.execute(sql("insights/unknown_time"), values).fetchall()]


def is_known(tx: Connection, who: Viewer, period: Period) -> bool:
    """Whether a period, as far as it has come, is known from its first day on and but for a fiftieth of it."""
    if who.first_day is None or who.first_day > period.first or period.first > who.today:
        return False
    since = datetime.combine(period.first, time())
    until = min(datetime.combine(period.until, time()), who.now.replace(tzinfo=None))
    missing = sum((gap.gap_end - gap.gap_start for gap in unknown(tx, who, period)), timedelta())
    return missing <= LARGEST_UNKNOWN_SHARE * (until - since)


def days_touched(gaps: Iterable[Gap]) -> set[date]:
    """The local days of which a part lies in one of the gaps."""
    found = set()
    for gap in gaps:
        day = gap.gap_start.date()
        while datetime.combine(day, time()) < gap.gap_end:
            found.add(day)
            day += DAY
    return found
