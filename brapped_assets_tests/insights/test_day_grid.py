"""The calendar, the shades and the line: every day in its place, gaps and the future told apart."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import day_grid
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import dates
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.plays import Plays
from brapped_assets.insights.columns.shown_plays import shown
from brapped_assets.insights.periods import Period, each_day, named
from brapped_assets.insights.viewer import Gap, Viewer
from brapped_assets_tests.insights.overview_plays import played

# Gaps are told in local time, without zone.
LOCAL = datetime.fromisoformat("2026-01-01T00:00")
NOTHING = Life(Plays(*(np.empty(0, np.int64) for _ in fields(Plays))), Catalogue(), "")  # type: ignore[arg-type]
TODAY, FIRST = date(2026, 3, 29), date(2024, 12, 31)


def looking(*gaps: tuple[datetime, datetime]) -> Viewer:
    now = datetime(2026, 3, 29, 20, tzinfo=UTC)
    return Viewer(
        1,
        "Me",
        "Europe/Berlin",
        None,
        False,
        None,
        FIRST,
        TODAY,
        now,
        0,
        tuple(Gap(*gap) for gap in gaps),
        now,
        shown(NOTHING, Kept()),
    )


@given(st.dates(date(2024, 6, 1), date(2026, 3, 29)), st.integers(8, day_grid.MOST_DAYS))
def test_a_calendar_holds_every_day_once_in_weeks_that_begin_on_monday(first: date, length: int) -> None:
    period = Period("", "", first, first + timedelta(days=length))
    blocks = day_grid.months(looking(), period, played(), "plays")
    assert [cell.day for block in blocks for cell in block.cells] == list(each_day(period))
    for block in blocks:
        assert len({(cell.week, cell.weekday) for cell in block.cells}) == len(block.cells)
        assert all(cell.weekday == cell.day.weekday() and cell.week < 6 for cell in block.cells)
        # Monday after Sunday is the next column.
        assert all((b.week > a.week) == (b.weekday == 0) for a, b in zip(block.cells, block.cells[1:], strict=False))


def test_the_future_a_gap_today_and_what_came_before_are_told_apart() -> None:
    who = looking((LOCAL.replace(month=3, day=9, hour=23), LOCAL.replace(month=3, day=11, hour=1)))
    kinds = {
        cell.day: cell.kind
        for name in ("2024-12", "2026-03", "2026-04")
        for block in day_grid.months(who, named(name, today=TODAY, first_day=FIRST), played(), "plays")
        for cell in block.cells
    }
    assert {day for day, kind in kinds.items() if kind == "gap"} == {
        date(2026, 3, 9),
        date(2026, 3, 10),
        date(2026, 3, 11),
    }
    assert {day for day, kind in kinds.items() if kind == "future"} == {day for day in kinds if day > TODAY}
    assert {day for day, kind in kinds.items() if kind == "before"} == {day for day in kinds if day < FIRST}
    assert kinds[TODAY] == "today"


def test_more_than_400_days_are_years_of_months() -> None:
    who = looking((LOCAL.replace(year=2025, month=7, day=3), LOCAL.replace(year=2025, month=7, day=4)))
    days = played((FIRST, 1, 60_000), (date(2025, 7, 3), 4, 1), (date(2025, 7, 9), 5, 1), (TODAY, 18, 1))
    blocks = day_grid.years(who, named("all", today=TODAY, first_day=FIRST), days, "plays")
    assert [block.first.year for block in blocks] == [2024, 2025, 2026]
    assert all(len(block.cells) == 12 for block in blocks)
    told = {cell.day: (cell.plays, cell.level, cell.kind) for block in blocks for cell in block.cells if cell.plays}
    assert told == {
        date(2024, 12, 1): (1, 1, "played"), date(2025, 7, 1): (9, 9, "gap"), date(2026, 3, 1): (18, 9, "today"),
    }  # fmt: skip
    assert day_grid.years(who, named("2025", today=TODAY, first_day=FIRST), days, "plays") == []


@given(st.lists(st.integers(0, 10**9)))
def test_shades_rise_with_the_value_and_only_nothing_has_none(values: list[int]) -> None:
    shades = day_grid.levels(values)
    assert all(0 <= shade <= 9 and (shade == 0) == (value == 0) for shade, value in zip(shades, values, strict=True))
    by_value = [shade for _, shade in sorted(zip(values, shades, strict=True))]
    assert by_value == sorted(by_value)


def test_one_wild_day_dims_no_other() -> None:
    assert day_grid.levels([100] * 30 + [100_000]) == [9] * 31


def test_the_line_has_every_day_from_the_first_play_known_up_to_today() -> None:
    period = named("all", today=TODAY, first_day=FIRST)
    line = day_grid.line(looking(), period, played((FIRST, 1, 7), (TODAY, 1, 9)))
    assert dates(line.day) == list(each_day(period))
    heard = line.ms > 0
    assert (dates(line.day[heard]), line.ms[heard].tolist()) == ([FIRST, TODAY], [7, 9])
    assert len(day_grid.line(looking(), named("2030", today=TODAY, first_day=FIRST), played()).day) == 0
