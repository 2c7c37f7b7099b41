"""Which time is known whole: only such times are held against each other."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np

from brapped_assets.insights.columns.day_numbers import dates, day_number
from brapped_assets.insights.periods import DAY, Period, before
from brapped_assets.insights.viewer import Gap, Viewer
from brapped_assets.text.translation import N_
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "viewer.sql")

# Where nothing vouches for a time, this many days without a play are taken for quiet ones, more for unknown ones.
QUIET_DAYS = 3
# Half an hour of a day, half a day of a month, a week of a year.
LARGEST_UNKNOWN_SHARE = 0.02
Stretch = tuple[datetime, datetime]
NOT_ALL_KNOWN = N_("Not all of %(period)s is known, so nothing is held against it.")


def unknown(tx: Connection, who: Viewer, period: Period) -> list[Gap]:
    """The stretches of a period, up to now, of which nothing tells what was played, oldest first.

    They lie before the first play known, where exports and polls leave a hole between them, after the last of them,
    and in open gaps.
    """
    return _unknown(who, period, _vouched(tx, who))


def is_known(tx: Connection, who: Viewer, *periods: Period) -> bool:
    """Whether each period, as far as it has come, is known from its first day on and but for a fiftieth of it."""
    if who.first_day is None or not all(who.first_day <= period.first <= who.today for period in periods):
        return False
    vouched = _vouched(tx, who)
    return all(_is_known(who, period, vouched) for period in periods)


def known_in_part(tx: Connection, who: Viewer, *periods: Period) -> Period | None:
    """The first of some periods that is not known whole, as far as it has come; nor is the running day by itself."""
    for period in periods:
        if (period.days == 1 and period.first == who.today) or not is_known(tx, who, period):
            return period
    return None


def earlier_period(tx: Connection, who: Viewer, period: Period) -> Period | None:
    """What the period is held against; None unless both are known whole, as far as they are held against each other.

    The running day is held against nothing: what is heard of it so far is less than a whole day, whatever comes.
    """
    if period.name == "all" or (period.days == 1 and period.first == who.today):
        return None
    held_against = before(period, today=who.today)
    return held_against if is_known(tx, who, held_against, period) else None


def _is_known(who: Viewer, period: Period, vouched: Sequence[Stretch]) -> bool:
    first, until = _so_far(who, period)
    missing = sum((gap.gap_end - gap.gap_start for gap in _unknown(who, period, vouched)), timedelta())
    return missing <= LARGEST_UNKNOWN_SHARE * (until - first)


def _unknown(who: Viewer, period: Period, vouched: Sequence[Stretch]) -> list[Gap]:
    gaps = sorted((min(gap.gap_start, gap.gap_end), max(gap.gap_start, gap.gap_end)) for gap in who.gaps)
    known = sorted(seen for stretch in (*vouched, *_heard(who, period)) for seen in _without(stretch, gaps))
    return [Gap(*hole) for hole in _without(_so_far(who, period), known)]


def _vouched(tx: Connection, who: Viewer) -> list[Stretch]:
    """The days of whoever vouches for a time count as known whole."""
    rows = tx.execute(q.vouched, {"listener_id": who.listener_id}).fetchall()
    return [(row["since"], row["until"]) for row in rows]


def _heard(who: Viewer, period: Period) -> list[Stretch]:
    """Days with plays, and the silence between them while it is short."""
    around = (QUIET_DAYS + 1) * DAY
    table = who.shown.everything.by_day
    of = table.between(day_number(period.first - around), day_number(period.until + around))
    days = np.flatnonzero(table.rows[of]) + table.first + of.start
    far = QUIET_DAYS + 2
    first, last = days[np.diff(days, prepend=days[:1] - far) >= far], days[np.diff(days, append=days[-1:] + far) >= far]
    return [
        (datetime.combine(since, time()), datetime.combine(until, time()))
        for since, until in zip(dates(first), dates(last + 1), strict=True)
    ]


def _so_far(who: Viewer, period: Period) -> Stretch:
    first, until = datetime.combine(period.first, time()), datetime.combine(period.until, time())
    return first, max(min(until, who.now.replace(tzinfo=None)), first)


def _without(stretch: Stretch, others: Iterable[Stretch]) -> Iterator[Stretch]:
    """What others, in the order in which they begin, leave of a stretch."""
    at, end = stretch
    for since, until in others:
        if at < min(since, end):
            yield at, min(since, end)
        at = max(at, until)
    if at < end:
        yield at, end


def days_touched(gaps: Iterable[Gap]) -> set[date]:
    """The local days of which a part lies in one of the gaps."""
    found = set()
    for gap in gaps:
        day = gap.gap_start.date()
        while datetime.combine(day, time()) < gap.gap_end:
            found.add(day)
            day += DAY
    return found
