"""No comparison with a time known only in part, and words for one that ends with this day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from brapped_assets.insights import today
from brapped_assets.insights.completeness import earlier_period, unknown
from brapped_assets.insights.periods import DAY, Period, before, named
from brapped_assets.insights.viewer import Gap, Viewer, viewer
from brapped_assets.insights.wrapped import cards, numbers
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import gap, polled
from brapped_assets_tests.warehouse.exported_plays import Old, Told, tell
from brapped_assets_tests.warehouse.imported_files import vouch
from brapped_assets_tests.warehouse.polled_plays import newcomer

# A Sunday.
NOW = datetime(2026, 3, 29, 20, 10, tzinfo=UTC)
YEARS = (date(2024, 1, 1), date(2026, 3, 29))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def days(first: date, last: date, *, without: tuple[date, date] | None = None) -> list[date]:
    found = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in found if without is None or not without[0] <= day <= without[1]]


def heard(tx: Connection, me: int, on: Iterable[date]) -> None:
    """A play a day, of which exports tell; nothing vouches for the time between them."""
    told = [Told(noon(day), 200_000, f"t{day.day % 5}", f"S{day.day % 5}", "A") for day in on]
    tell(tx, me, [("extended", told)])


def exported(tx: Connection, me: int, on: list[date]) -> None:
    """The same, from one file that vouches for all of it."""
    heard(tx, me, on)
    vouch(tx, me, noon(on[0]), noon(on[-1]), f"{on[0]}.json")


def polls(tx: Connection, me: int, since: date, last: datetime = NOW) -> None:
    tx.execute("update audit.listener set collected_since = %s where listener_id = %s", (noon(since), me))
    polled(tx, me, last)


def seen(tx: Connection, me: int, now: datetime = NOW) -> Viewer:
    who = viewer(tx, now, me)
    assert who is not None
    return who


def held_against(tx: Connection, who: Viewer, name: str) -> str | None:
    found = earlier_period(tx, who, named(name, today=who.today, first_day=who.first_day or who.today))
    return found.label if found else None


def asked(tx: Connection, me: int, now: datetime = NOW) -> dict[str, str | None]:
    who = seen(tx, me, now)
    return {
        name: held_against(tx, who, name) for name in ("2025", "year", "month", "2026-02", "week", "7d", "today", "all")
    }


EVERYTHING = {
    "2025": "2024", "year": "2025 by this day", "month": "February", "2026-02": "1 to 28 January",
    "week": "the week before", "7d": "the 7 days before", "today": None, "all": None,
}  # fmt: skip


def test_a_life_known_whole_is_held_against_what_was_before(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        exported(tx, me, days(*YEARS))
        assert asked(tx, me) == EVERYTHING
        # Polled from the middle on, with a short gap.
        gap(tx, me, noon(date(2026, 2, 3)), noon(date(2026, 2, 3)) + timedelta(hours=5))
        assert asked(tx, me) == EVERYTHING


def _begins_in_the_middle(tx: Connection, me: int) -> None:
    exported(tx, me, days(date(2024, 8, 23), YEARS[1]))


def _begins_on_the_second_day(tx: Connection, me: int) -> None:
    exported(tx, me, days(date(2024, 1, 2), YEARS[1]))


def _has_a_hole_between_two_exports(tx: Connection, me: int) -> None:
    exported(tx, me, days(YEARS[0], date(2024, 5, 31)))
    exported(tx, me, days(date(2024, 7, 1), YEARS[1]))


def _has_a_hole_between_the_export_and_the_first_poll(tx: Connection, me: int) -> None:
    exported(tx, me, days(YEARS[0], date(2024, 11, 30)))
    heard(tx, me, days(date(2024, 12, 20), YEARS[1]))
    polls(tx, me, date(2024, 12, 20))


def _has_a_gap_of_three_weeks(tx: Connection, me: int) -> None:
    exported(tx, me, days(YEARS[0], date(2024, 5, 31)))
    heard(tx, me, days(date(2024, 6, 1), YEARS[1], without=(date(2024, 9, 1), date(2024, 9, 20))))
    polls(tx, me, date(2024, 6, 1))
    gap(tx, me, noon(date(2024, 8, 31)), noon(date(2024, 9, 21)))


def _is_told_by_the_old_tables_with_a_hole(tx: Connection, me: int) -> None:
    told = days(YEARS[0], date(2024, 12, 31), without=(date(2024, 9, 1), date(2024, 9, 20)))
    tell(tx, me, [("legacy", [Old(noon(day)) for day in told])])
    exported(tx, me, days(date(2025, 1, 1), YEARS[1]))


@pytest.mark.parametrize(
    "partly",
    quick_of(3, [
        _begins_in_the_middle, _begins_on_the_second_day, _has_a_hole_between_two_exports,
        _has_a_hole_between_the_export_and_the_first_poll, _has_a_gap_of_three_weeks,
        _is_told_by_the_old_tables_with_a_hole,
    ]),
)  # fmt: skip
def test_a_year_known_in_part_is_held_against_nothing(warehouse: Warehouse, partly: Any) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        partly(tx, me)
        assert asked(tx, me) == {**EVERYTHING, "2025": None}


def test_a_silence_that_somebody_vouches_for_is_known(warehouse: Warehouse) -> None:
    silent = (date(2024, 9, 1), date(2024, 11, 20))
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        exported(tx, me, days(*YEARS, without=silent))
        assert asked(tx, me) == EVERYTHING
        # Without anybody to vouch for it, it is a hole, and a short silence is not.
        tx.execute("delete from audit.import_file")
        who = seen(tx, me)
        year = Period("2024", "2024", date(2024, 1, 1), date(2025, 1, 1))
        assert unknown(tx, who, year) == [Gap(*(datetime.combine(day, time()) for day in (silent[0], silent[1] + DAY)))]
        assert held_against(tx, who, "2025") is None
        heard(tx, me, days(*silent)[3::4])
        assert asked(tx, me) == EVERYTHING


def test_a_time_that_ends_in_the_middle_is_not_held_against_a_whole_one(warehouse: Warehouse) -> None:
    """An export of last August is all there is: this year, so far, ended there."""
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        exported(tx, me, days(date(2024, 1, 1), date(2025, 8, 22)))
        assert asked(tx, me) == dict.fromkeys(EVERYTHING)
        assert held_against(tx, seen(tx, me), "2025-07") == "June"
        assert held_against(tx, seen(tx, me, noon(date(2025, 8, 22))), "year") == "2024 by this day"


def test_a_day_is_not_held_against_one_of_which_an_hour_is_missing(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        heard(tx, me, days(date(2026, 3, 1), date(2026, 3, 29)))
        polls(tx, me, date(2026, 3, 1))
        assert held_against(tx, seen(tx, me), "2026-03-28") == "the day before"
        gap(tx, me, noon(date(2026, 3, 28)), noon(date(2026, 3, 28)) + timedelta(hours=1))
        polled(tx, me, NOW)
        assert held_against(tx, seen(tx, me), "2026-03-28") is None
        assert held_against(tx, seen(tx, me), "7d") == "the 7 days before"


def test_a_usual_day_is_of_days_that_something_tells_of(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        exported(tx, me, days(date(2026, 1, 1), date(2026, 2, 20)))
        heard(tx, me, days(date(2026, 3, 18), date(2026, 3, 29)))
        polls(tx, me, date(2026, 3, 18))
        # Sundays: 1, 8 and 15 February of the export, 22 March of the polls; four lie between them.
        assert today.usual_days(tx, seen(tx, me)) == [
            date(2026, 3, 22), date(2026, 2, 15), date(2026, 2, 8), date(2026, 2, 1),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "on", "label"),
    [
        ("year", date(2026, 3, 29), "2025 by this day"),
        ("2026", date(2026, 3, 29), "2025 by this day"),
        ("year", date(2026, 12, 31), "2025"),
        ("2025", date(2026, 3, 29), "2024"),
        ("month", date(2026, 3, 15), "February by this day"),
        ("2026-03", date(2026, 3, 15), "February by this day"),
        ("month", date(2026, 3, 31), "February"),
        ("2026-02", date(2026, 3, 15), "1 to 28 January"),
        ("2026-01", date(2026, 3, 15), "December"),
        ("last-month", date(2026, 3, 15), "1 to 28 January"),
        ("week", date(2026, 3, 18), "the week before by this day"),
        ("week", date(2026, 3, 15), "the week before"),
        ("last-week", date(2026, 3, 18), "the week before"),
        ("2026-W12", date(2026, 3, 18), "the week before by this day"),
        ("7d", date(2026, 3, 15), "the 7 days before"),
        ("2026-03-14", date(2026, 3, 15), "the day before"),
    ],
)
def test_a_running_time_is_held_against_the_same_days_and_says_so(name: str, on: date, label: str) -> None:
    assert before(named(name, today=on, first_day=date(2020, 1, 1)), today=on).label == label


def test_pages_and_cards_compare_in_words_that_say_with_what(
    warehouse: Warehouse, database_url: str, tmp_path: Any
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        exported(tx, me, days(date(2025, 1, 1), YEARS[1]))
        who = seen(tx, me)
        year = named("year", today=who.today, first_day=who.first_day or who.today)
        then = next(card for card in cards(numbers(tx, who, year)) if card.key == "before")
        last = cards(numbers(tx, who, named("2025", today=who.today, first_day=who.first_day or who.today)))
    # 88 days of 200 s in both.
    assert (then.eyebrow, then.headline) == ("Against 2025 by this day", "+0\N{NO-BREAK SPACE}%")
    assert then.aside == "293 minutes; 2025 by this day had 293."
    assert then.chart is not None
    assert [mark.text for mark in then.chart.marks if mark.text] == ["2025 by this day", "2026"]
    assert "before" not in [card.key for card in last]
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1") as browser:
        assert "against 2025 by this day" in browser.get("/?range=year").text
        assert "against" not in browser.get("/?range=2025").text
    site.close()
