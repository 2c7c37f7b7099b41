"""The day, week, month or year beside one: side by side, and back again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.adjacent_periods import adjacent
from brapped_assets.insights.periods import DAY, EARLIEST, LATEST, NotAPeriod, Period, named

TODAY, FIRST = date(2026, 3, 28), date(2019, 5, 6)
KINDS = ("%Y-%m-%d", "%G-W%V", "%Y-%m", "%Y")


@given(st.dates(FIRST, TODAY), st.sampled_from(KINDS))
def test_they_lie_side_by_side_and_lead_back_from_the_first_play_to_today(day: date, written: str) -> None:
    period = named(f"{day:{written}}", today=TODAY, first_day=FIRST)
    earlier, later = adjacent(period, today=TODAY, first_day=FIRST)
    assert (earlier is None) == (period.first <= FIRST)
    assert (later is None) == (period.until > TODAY)
    if earlier:
        assert earlier.until == period.first
        back = adjacent(earlier, today=TODAY, first_day=FIRST)[1]
        assert back is not None
        assert (back.first, back.name) in {(period.first, period.name), (period.first, _preset(period.first, written))}
    if later:
        assert later.first == period.until
        assert later.last <= TODAY + 365 * DAY


def _preset(first: date, written: str) -> str:
    presets = {
        "%Y-%m-%d": ("today",),
        "%G-W%V": ("week", "last-week"),
        "%Y-%m": ("month", "last-month"),
        "%Y": ("year",),
    }
    return next((name for name in presets[written] if named(name, today=TODAY, first_day=FIRST).first == first), "")


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("today", ("2026-03-27", None)), ("2026-03-27", ("2026-03-26", "today")), ("week", ("last-week", None)),
        ("last-week", ("2026-W11", "week")), ("month", ("last-month", None)), ("2026-02", ("2026-01", "month")),
        ("year", ("2025", None)), ("2025", ("2024", "year")), ("2019", (None, "2020")),
        ("2020-01", ("2019-12", "2020-02")),
        ("2020-W53", ("2020-W52", "2021-W01")), ("all", (None, None)), ("30d", (None, None)),
        ("2020-01-01..2020-02-29", (None, None)),
    ],
)  # fmt: skip
def test_each_kind_has_its_own(name: str, beside: tuple[str | None, str | None]) -> None:
    found = adjacent(named(name, today=TODAY, first_day=FIRST), today=TODAY, first_day=FIRST)
    assert tuple(period and period.name for period in found) == beside


@pytest.mark.parametrize("written", KINDS)
def test_the_first_and_the_last_that_an_address_can_name_have_nothing_on_their_far_side(written: str) -> None:
    days = [EARLIEST + n * DAY for n in range(14)], [LATEST - n * DAY for n in range(1, 14)]
    first, last = (next(filter(None, (period_named(f"{day:{written}}") for day in some))) for some in days)
    assert adjacent(first, today=TODAY, first_day=FIRST) == (None, period_named(f"{first.until:{written}}"))
    assert adjacent(last, today=TODAY, first_day=FIRST)[1] is None


def period_named(name: str) -> Period | None:
    try:
        return named(name, today=TODAY, first_day=FIRST)
    except NotAPeriod:
        return None
