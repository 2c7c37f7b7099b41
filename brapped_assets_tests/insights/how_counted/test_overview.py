"""The formulas that the overview shows give its numbers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import habits, overview
from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.how_counted.habits import FORMULAS as HABITS
from brapped_assets.insights.how_counted.overview import FORMULAS as OVERVIEW
from brapped_assets.insights.most_played import heard
from brapped_assets.insights.periods import named
from brapped_assets.warehouse import album_groups, zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.overview_plays import NOW, History, histories, seen, tell
from brapped_assets_tests.insights.test_overview import PERIODS
from brapped_assets_tests.notifications.test_notifier import gap
from brapped_assets_tests.warehouse.polled_plays import newcomer

# By album, whose release group MusicBrainz says it is; the first two have one title, without the edition.
GROUPS: tuple[dict[str, int], ...] = ({}, {"al1": 1, "al2": 2}, {"al1": 1, "al3": 1}, {"al2": 2})


def tell_of_albums(tx: Connection, groups: dict[str, int]) -> None:
    for album_id, number in groups.items():
        row = tx.execute("select album_key from star.album_dim where album_id = %s", (album_id,)).fetchone()
        assert row is not None
        mbid = str(UUID(int=number))
        album_groups.save(tx, row["album_key"], NOW, release_mbid=mbid, group_mbid=mbid, group_title="An album",
                          first_released="1999")  # fmt: skip
    album_groups.tie(tx)


@examples(10)
@given(history=histories(), said=corrections(), groups=st.sampled_from(GROUPS), name=st.sampled_from(PERIODS))
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, history: History, said: list[tuple[str, int]], groups: dict[str, int], name: str
) -> None:
    with warehouse.transaction() as tx:
        me = tell(tx, history)
        tell_of_albums(tx, groups)
        say_all(tx, me, said)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        compared = earlier_period(tx, who, period)
        values = {
            "listener_id": me, "first": period.first, "until": period.until, "today": who.today,
            "before_first": compared and compared.first, "before_until": compared and compared.until,
        }  # fmt: skip

        def run(name: str) -> list[tuple[Any, ...]]:
            formula = next(formula for formula in [*OVERVIEW, *HABITS] if formula.name == name)
            return [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]

        of_period, days = heard(tx, who, period, "plays", 10), overview.days(who, period)
        active = [(day.day, day.plays, day.ms) for day in days if day.plays]
        assert run("Variety") == [(of_period.songs, of_period.artists, of_period.albums, of_period.songs_once)]
        albums = [(row["plays"], row["ms"]) for row in of_period.top_albums]
        assert [row[1:] for row in run("Albums")] == albums
        assert run("New songs") == [(of_period.new_songs, of_period.new_plays, of_period.new_ms)]
        assert run("New artists")[:3] == [
            (row["artist_key"], row["plays"], row["ms"]) for row in of_period.top_new_artists
        ]
        guests = [(row["artist_key"], row["featured_plays"], row["featured_ms"]) for row in of_period.top_artists]
        listed = {row["artist_key"] for row in of_period.top_artists}
        assert [row for row in run("As lead, and as guest") if row[0] in listed] == sorted(
            guest for guest in guests if guest[1]
        )
        assert run("By decade") == [(row["decade"], row["plays"], row["ms"]) for row in of_period.decades]
        if compared:
            was = overview.totals(overview.days(who, compared))
            assert run("Change") == [(was.plays, was.ms)]
        week = habits.clock(who, period, "plays")
        assert {(day, hour): plays for day, hour, plays, _ in run("Your week")} == {
            (nth + 1, hour): plays for nth, hours in enumerate(week) for hour, plays in enumerate(hours) if plays
        }
        assert run("Calendar, and minutes by day") == active
        biggest = habits.biggest_day(days, "plays")
        assert run("Biggest day") == ([(biggest.day, biggest.plays, biggest.ms)] if biggest else [])
        streak, going = habits.longest(habits.streaks(days)), habits.current_streak(who)
        assert run("Longest streak") == ([(streak.first, streak.last, streak.days)] if streak else [])
        assert run("Streak going on") == ([(going.first, going.last, going.days)] if going else [])
        session = habits.longest_session(who, period)
        assert run("Longest session") == (
            [(session.day, session.started_at, session.ended_at, session.plays)] if session else []
        )
        told = [sum(getattr(day, part) for day in days) for part in ("told", "skipped", "shuffled", "offline")]
        assert run("How you listen") == [tuple(told)]
        assert sum(plays for _, plays in run("On which device")) == sum(habits.devices(who, period).values())


def test_each_formula_is_compared() -> None:
    """A formula without a test is a promise nobody keeps; `test_items.py` compares the others."""
    here = {
        "Variety", "New songs", "New artists", "As lead, and as guest", "By decade", "Change",
        *(formula.name for formula in HABITS),
    }  # fmt: skip
    others = {"Plays", "Minutes", "Estimated share", "Days with music", "Artists", "Songs", "Albums", "At least"}
    assert {formula.name for formula in [*OVERVIEW, *HABITS]} == here | others


def test_a_gap_lies_in_the_days_of_where_the_listener_was(warehouse: Warehouse) -> None:
    """It begins on 1 March in Kiritimati and ends, a day later, on 1 March in Pago Pago."""
    moved = datetime(2026, 3, 1, 6, tzinfo=UTC)
    start, end = moved - timedelta(hours=12), moved + timedelta(hours=12)
    spans = (zones.Span(None, "Pacific/Kiritimati"), zones.Span(moved, "Pacific/Pago_Pago"))
    formula = next(formula for formula in OVERVIEW if formula.name == "At least")
    found = {}
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        gap(tx, me, start, end)
        zones.write(tx, me, spans)
        who = seen(tx)
        for name in ("2026-02-28..2026-02-28", "2026-03-01..2026-03-01", "2026-03-02..2026-03-02"):
            period = named(name, today=who.today, first_day=date(2026, 1, 1))
            values = {"listener_id": me, "first": period.first, "until": period.until}
            (row,) = tx.execute(formula.statement, values).fetchall()
            found[name[-2:]] = (row["gaps"], len(who.gaps_in(period)))
    assert found == {"28": (0, 0), "01": (1, 1), "02": (0, 0)}
