"""Today opens with one line: the most remarkable thing there is, the same one all day, another one tomorrow."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import habits, today
from brapped_assets.insights.habits import Streak
from brapped_assets.insights.milestones import Milestone
from brapped_assets.insights.sentence_of_the_day import (
    EVERY_DAY,
    RECORD,
    TO_KEEP,
    Line,
    chosen,
    of_discovery,
    of_milestones,
    of_streak,
    sentence_of_the_day,
)
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

DAY = timedelta(days=1)
TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 19, tzinfo=UTC)
LINES = st.lists(
    st.builds(Line, st.sampled_from([RECORD, EVERY_DAY, TO_KEEP]), st.sampled_from("abcd"), st.text(max_size=3)),
    max_size=6,
)


@given(LINES, st.dates(), st.randoms())
def test_nothing_goes_before_what_is_more_remarkable_and_the_order_does_not_matter(
    lines: list[Line], day: date, random: object
) -> None:
    found = chosen(lines, day)
    assert (found is None) == (not lines)
    if found:
        assert found.weight == max(line.weight for line in lines)
        kinds = {(line.weight, line.kind): line for line in lines}.values()
        again = chosen(reversed(list(kinds)), day)
        assert again
        assert again.kind == found.kind


def test_of_what_is_as_remarkable_another_day_tells_another() -> None:
    lines = [Line(EVERY_DAY, "next", "1 to go"), Line(EVERY_DAY, "found", "A year ago")]
    days = [TODAY + n * DAY for n in range(40)]
    told = [chosen(lines, day) for day in days]
    assert {line.kind for line in told if line} == {"next", "found"}
    # What changes in a number alone stays the line of the day.
    changed = [Line(EVERY_DAY, "next", "2 to go"), lines[1]]
    again = [chosen(changed, day) for day in days]
    assert [line and line.kind for line in told] == [line and line.kind for line in again]


@pytest.mark.parametrize(
    ("last", "plays", "hour", "expected"),
    [(TODAY - DAY, 0, 9, [10]), (TODAY - DAY, 0, 18, [30]), (TODAY, 0, 18, []), (TODAY - DAY, 1, 18, [])],
)
def test_a_streak_is_at_risk_in_the_evening_of_a_day_without_music(
    last: date, plays: int, hour: int, expected: list[int]
) -> None:
    found = list(of_streak(Streak(last - 9 * DAY, last), TODAY, hour, plays))
    assert [line.weight for line in found] == expected
    assert {line.words for line in found} <= {"10 days in a row: one song today keeps them going."}
    assert list(of_streak(Streak(last - DAY, last), TODAY, hour, plays)) == []


def test_milestones_of_today_go_before_the_nearest_of_those_ahead() -> None:
    found = [
        Milestone("artist", 100, TODAY, key=7, name="Somebody"),
        Milestone("plays", 1_000, TODAY - DAY),
        Milestone("hours", 500, to_go=12),
        Milestone("track", 50, to_go=3, key=9, name="Song"),
    ]
    assert [(line.words, line.page) for line in of_milestones(found, TODAY)] == [
        ("Reached today: 100 plays of Somebody.", ("artist", 7)),
        ("12 to go to 500 hours of music in all.", None),
    ]


def plays(days: Iterable[int], artist: str, each: int = 1) -> list[Told]:
    """So many plays of an artist, on the days before today that are named."""
    return [
        Told(NOW - ago * DAY - timedelta(minutes=5 * n + len(artist)), 240_000, f"{artist}{n}", f"{artist} {n}", artist)
        for ago in days
        for n in range(each)
    ]


def seen(tx: Connection, told: list[Told]) -> Viewer:
    me = newcomer(tx, zone="UTC")
    tell(tx, me, [("extended", told)])
    who = viewer(tx, NOW, me)
    assert who is not None
    return who


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (plays(range(1, 40), "A"), None),
        (plays([0], "A", 3) + plays(range(1, 40), "A"), "Today is the biggest day you ever had: 12 minutes."),
        (plays([200, 0], "B") + plays(range(1, 40), "A"), "B is back after 200 days."),
        (plays([365 + 365], "Cc", 12), "2 years ago today you found Cc: 12 plays since."),
        (plays([365], "Cc", 9), None),
    ],
)
def test_what_a_life_has_to_tell_today(warehouse: Warehouse, told: list[Told], words: str | None) -> None:
    with warehouse.transaction() as tx:
        who = seen(tx, told)
        found = sentence_of_the_day(tx, who, today.so_far(tx, who), habits.current_streak(who), [])
        if words is None:
            assert found is None or found.kind == "streak"
        else:
            assert found
            assert found.words == words
        assert all(line.page for line in of_discovery(tx, who))
