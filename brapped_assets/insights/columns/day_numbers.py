"""Days, months and instants as columns count them, and as dates."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.plays import EPOCH, MOST_DAYS

DAYS_A_WEEK = 7
# 2000-01-01 was a Saturday: the day of the week of day 0, Monday being 0.
FIRST_WEEKDAY = 5
FIRST_ORDINAL = date(2000, 1, 1).toordinal()
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def day_number(day: date) -> int:
    """Days since 2000-01-01, within what columns hold."""
    return min(max(day.toordinal() - FIRST_ORDINAL, 0), MOST_DAYS)


def day_numbers(days: Sequence[date]) -> NDArray[np.uint16]:
    """Days as columns have them, since 2000-01-01."""
    return (np.array(days, "datetime64[D]") - EPOCH).astype(np.uint16)


def date_of(number: int | np.integer) -> date:
    found: date = (EPOCH + np.timedelta64(int(number), "D")).item()
    return found


def instant(microseconds: int | np.integer) -> datetime:
    """An END or a START as a moment in UTC."""
    return MOMENT + timedelta(microseconds=int(microseconds))


def microseconds(moment: datetime) -> int:
    """A moment as columns have it, since 2000-01-01 UTC."""
    return (moment - MOMENT) // MICROSECOND


def dates(numbers: NDArray[np.integer]) -> list[date]:
    """Days since 2000-01-01 as dates."""
    found: list[date] = (EPOCH + numbers.astype("timedelta64[D]")).tolist()
    return found


def months_of(days: NDArray[np.integer]) -> NDArray[np.int64]:
    """The months of some days, counted since 1970."""
    return (EPOCH + days.astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64)


def month_of(number: int) -> date:
    """The first day of a month counted since 1970."""
    found: date = np.datetime64(number, "M").astype("datetime64[D]").item()
    return found
