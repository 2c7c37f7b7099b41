"""Every number of the day so far equals what is counted by hand over the public views."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import habits, milestones, today
from brapped_assets.insights.milestones import Milestone
from brapped_assets.insights.periods import DAY
from brapped_assets.insights.today import Played, SoFar
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import (
    NOW,
    History,
    Told,
    counting,
    gap,
    histories,
    know,
    play,
    polled,
    seen,
    tell,
)  # fmt: skip

FACTS = examples(10)
# Sundays: of the day the clocks change, of the week after the histories' last, of a past year's day.
MOMENTS = (
    NOW,
    datetime(2026, 3, 29, 10, tzinfo=UTC),
    datetime(2026, 4, 5, 19, tzinfo=UTC),
    datetime(2026, 10, 26, 12, tzinfo=UTC),
)


def told(tx: Connection, who: Viewer) -> dict[str, Any]:
    found = milestones.milestones(tx, who, habits.current_streak(who))
    return {
        "so_far": today.so_far(tx, who),
        "last": today.last_plays(tx, who, 5),
        "past": today.on_this_day(tx, who),
        "reached": sorted(
            (m.kind, m.number, m.reached_on, m.name) for m in found if m.reached_on and m.kind != "hours"
        ),
    }


def by_hand(tx: Connection, hidden: dict[str, Any], who: Viewer) -> dict[str, Any]:
    rows = counting(tx, hidden)
    return {
        "so_far": so_far_by_hand(rows, who, known_until_by_hand(tx, who)),
        "last": [
            Played(row["played_at"], row["ms_played"], row["ms_played_basis"] == "estimated", row["track_key"],
                   row["track_id"], row["track_name"], row["artist_key"], row["artist_name"], has_cover=False)
            for row in rows[:-6:-1]
        ],
        "past": past_by_hand(rows, who.today),
        "reached": reached_by_hand(rows, who),
    }  # fmt: skip


def known_until_by_hand(tx: Connection, who: Viewer) -> time:
    """The time of day of the newest play, of any length, when it is today's."""
    row = tx.execute("select max(played_at_local) as newest from bi.plays").fetchone()
    assert row is not None
    newest: datetime | None = row["newest"]
    if newest is None or newest.date() != who.today:
        return time.max
    return min(newest, who.now.replace(tzinfo=None)).time()


def so_far_by_hand(rows: list[dict[str, Any]], who: Viewer, until: time) -> SoFar:
    weeks = [who.today - timedelta(weeks=n) for n in range(1, 9)]
    usual = [day for day in weeks if who.first_day and day >= who.first_day]
    now = [row for row in rows if row["played_on"] == who.today]
    then = [row for row in rows if row["played_on"] in usual]
    by_then = [row for row in then if row["played_at_local"].time() <= until]
    share = max(len(usual), 1)
    return SoFar(
        len(now),
        sum(row["ms_played"] for row in now),
        sum(row["ms_played"] for row in now if row["ms_played_basis"] == "estimated"),
        [sum(row["ms_played"] for row in now if row["played_hour"] == hour) for hour in range(24)],
        len(usual),
        len(by_then) / share,
        sum(row["ms_played"] for row in by_then) / share,
        [sum(row["ms_played"] for row in then if row["played_hour"] == hour) / share for hour in range(24)],
    )


def past_by_hand(rows: list[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    found = []
    for year in (2025, 2024):
        of = [row for row in rows if row["played_on"] == on.replace(year=year)]
        if of:
            track, artist = (most(of, key) for key in ("track_key", "artist_key"))
            track_row = next(row for row in of if row["track_key"] == track)
            found.append({
                "day": on.replace(year=year), "plays": len(of), "ms": sum(row["ms_played"] for row in of),
                "track_key": track, "track_name": track_row["track_name"],
                "track_artist_name": track_row["artist_name"],
                "track_plays": sum(row["track_key"] == track for row in of),
                "artist_key": artist, "artist_name": f"Artist {artist}",
                "artist_plays": sum(row["artist_key"] == artist for row in of),
            })  # fmt: skip
    return found


def most(rows: list[dict[str, Any]], key: str) -> int:
    plays, ms = Counter(row[key] for row in rows), Counter[int]()
    for row in rows:
        ms[row[key]] += row["ms_played"]
    return int(min(plays, key=lambda one: (-plays[one], -ms[one], one)))


def reached_by_hand(rows: list[dict[str, Any]], who: Viewer) -> list[tuple[str, int, date, str]]:
    since, found = who.today - timedelta(days=28), set()
    lately = [row for row in rows if since < row["played_on"] <= who.today]
    known = [row for row in rows if row["played_on"] <= who.today]
    for kind, key in (("plays", None), ("artist", "artist_key"), ("track", "track_key")):
        for one in {row[key] if key else None for row in lately}:
            of = [row for row in known if key is None or row[key] == one]
            name = "" if key is None else of[0][key.replace("key", "name")]
            found |= {
                (kind, n, of[n - 1]["played_on"], name)
                for n in (10, 25)
                if len(of) >= n and of[n - 1]["played_on"] > since
            }
    days = {row["played_on"] for row in rows}
    last = who.today if who.today in days else who.today - DAY
    first = last
    while first - DAY in days:
        first -= DAY
    if last in days:
        found |= {("streak", n, first + (n - 1) * DAY, "") for n in (2, 3) if since < first + (n - 1) * DAY <= last}
    return sorted(found)


@FACTS
@given(history=histories(), now=st.sampled_from(MOMENTS))
def test_every_number_of_today_is_the_one_counted_by_hand(
    warehouse: Warehouse, history: History, now: datetime
) -> None:
    with pytest.MonkeyPatch.context() as small, warehouse.transaction() as tx:
        small.setattr(milestones, "FIRST_ROUND", {"plays": 10, "hours": 10, "artist": 10, "track": 10})
        small.setattr(milestones, "STREAKS", (2, 3))
        tell(tx, history)
        who = seen(tx, now)
        assert told(tx, who) == by_hand(tx, history.hidden, who)


def test_a_usual_day_leaves_out_days_not_seen_in_full_and_days_before_the_first_play(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        sundays = [datetime(2026, 3, day, 6, tzinfo=UTC) for day in (8, 15, 22)]
        play(tx, me, [Told(at, 1, 60_000, False, None, False, None, False) for at in sundays])
        gap(tx, me, sundays[1], sundays[1] + timedelta(hours=1))
        so_far = today.so_far(tx, seen(tx, datetime(2026, 3, 29, 12, tzinfo=UTC)))
        assert (so_far.usual_of, so_far.usual_plays, so_far.usual_ms) == (2, 1.0, 60_000.0)
        assert today.so_far(tx, seen(tx, datetime(2026, 3, 1, 12, tzinfo=UTC))).usual_of == 0


def test_a_usual_day_is_told_up_to_the_newest_poll_and_whole_before_the_first_of_the_day(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        # Local time is five and a half hours ahead.
        week_before = [datetime(2026, 3, 22, hour, tzinfo=UTC) for hour in (4, 8, 12)]
        play(tx, me, [Told(at, 1, 60_000, False, None, False, None, False) for at in week_before])
        now = datetime(2026, 3, 29, 14, tzinfo=UTC)
        assert (seen(tx, now).known_until, today.so_far(tx, seen(tx, now)).usual_plays) == (None, 3.0)
        polled(tx, me, datetime(2026, 3, 29, 8, tzinfo=UTC))
        who = seen(tx, now)
        assert who.known_until is not None
        assert (who.known_until.time(), today.so_far(tx, who).usual_plays) == (time(13, 30), 2.0)


def test_the_29th_of_february_has_its_like_in_leap_years(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        days = [datetime(2020, 2, 29, 12, tzinfo=UTC), datetime(2023, 2, 28, 12, tzinfo=UTC)]
        play(tx, me, [Told(at, 1, 60_000, False, None, False, None, False) for at in days])
        past = today.on_this_day(tx, seen(tx, datetime(2024, 2, 29, 12, tzinfo=UTC)))
    assert [row["day"] for row in past] == [date(2020, 2, 29)]


@given(st.lists(st.integers(0, 900), max_size=40), st.integers(0, 5_000))
def test_a_round_number_is_reached_on_the_day_its_play_was_played(plays: list[int], start: int) -> None:
    first, since = date(2026, 1, 1), date(2026, 1, 10)
    days = [(first + n * DAY, count) for n, count in enumerate(plays)]
    played = [day for day, count in days for _ in range(count)]
    found = list(milestones.crossed("artist", days, since, start=start))
    rounds = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000)
    days_of = {n: played[n - start - 1] for n in rounds if start < n <= start + len(played)}
    reached = [Milestone("artist", n, day) for n, day in days_of.items() if day > since]
    assert [m for m in found if m.reached_on] == reached
    ahead = [m for m in found if not m.reached_on]
    assert all(m.number - (start + len(played)) == m.to_go <= m.number / 10 for m in ahead)


def test_a_milestone_leads_to_its_plays() -> None:
    day = date(2026, 3, 7)
    asked = [
        Milestone("plays", 1_000, day).asked, Milestone("artist", 100, day, key=3).asked,
        Milestone("streak", 7, day).asked, Milestone("track", 50, to_go=2, key=4).asked,
        Milestone("hours", 100, to_go=3).asked, Milestone("streak", 30, to_go=1).asked,
    ]  # fmt: skip
    assert asked == [
        {"range": "2026-03-07"}, {"range": "2026-03-07", "artist": "3"}, {"range": "2026-03-01..2026-03-07"},
        {"range": "all", "track": "4"}, {}, {},
    ]  # fmt: skip


def test_round_numbers_go_on() -> None:
    every = milestones.round_numbers(50)
    assert [next(every) for _ in range(8)] == [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
