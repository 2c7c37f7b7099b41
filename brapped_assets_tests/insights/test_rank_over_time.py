"""Rank over time and weeks at number one: what SQL over the public views says, and marks that lead to it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.how_counted.rank_over_time import FORMULAS
from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.rank_over_time import Line, lines, stretches, unit_of
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.weeks_at_number_one import leaders
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.overview_plays import NOW, History, Told, histories, know, play, seen
from brapped_assets_tests.insights.overview_plays import tell as tell_history
from brapped_assets_tests.insights.test_lists import by_hand, more_about
from brapped_assets_tests.insights.test_period_comparison import KEYS, PERIODS, words
from brapped_assets_tests.insights.test_selection import selections

HERE = "http://127.0.0.1:3000"
MANY = 10


def told(track: int, at: datetime) -> Told:
    return Told(at, track, 60_000, False, False, False, "ios", False)


@examples(12)
@given(history=histories(), selection=st.one_of(st.just(Selection()), selections()), name=st.sampled_from(PERIODS),
       kind=st.sampled_from(list(MUSIC)))  # fmt: skip
def test_places_are_the_ranks_of_the_lists_of_each_stretch(
    warehouse: Warehouse, history: History, selection: Selection, *, name: str, kind: Music
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        more_about(tx)
        whole = seen(tx)
        who = viewer_of(tx, whole, selection)
        period = named(name, today=whole.today, first_day=whole.first_day or whole.today)
        among = stretches(who, period)
        # Each is what its name says, and all together are the period.
        for one in among:
            told = named(one.name, today=whole.today, first_day=date(2024, 1, 1))
            assert told.first == one.first
            assert len(who.shown.plays(told.first, told.until)) == len(who.shown.plays(one.first, one.until))
        assert sum(len(who.shown.plays(one.first, one.until)) for one in among) == len(
            who.shown.plays(period.first, period.until)
        )
        groups = {row["album_key"]: row["release_group"]
                  for row in tx.execute("select album_key, release_group from star.album_dim").fetchall()}  # fmt: skip
        ranks = [{row["key"]: row["rank"] for row in by_hand(tx, kind, one, "plays", selection)} for one in among]
        expected = sorted(by_hand(tx, kind, period, "plays", selection), key=lambda row: row["rank"])
        found = [
            (groups[key] if kind == "albums" else key, line.plays, line.ms, line.places)
            for line in lines(tx, who, period, kind, among)
            for key in [line.named[KEYS[kind]]]
        ]
        assert found == [
            (row["key"], row["plays"], row["ms"], [of.get(row["key"], 0) for of in ranks]) for row in expected[:MANY]
        ]


@examples(12)
@given(history=histories(), selection=st.one_of(st.just(Selection()), selections()), name=st.sampled_from(PERIODS),
       kind=st.sampled_from(list(MUSIC)))  # fmt: skip
def test_who_led_a_week_is_first_in_its_list(
    warehouse: Warehouse, history: History, selection: Selection, *, name: str, kind: Music
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        more_about(tx)
        whole = seen(tx)
        who = viewer_of(tx, whole, selection)
        period = named(name, today=whole.today, first_day=whole.first_day or whole.today)
        monday, led = period.first - timedelta(days=period.first.weekday()), []
        while monday + timedelta(days=6) < min(period.until, whole.today):
            week = Period("", "", monday, monday + timedelta(days=7))
            led += [(row["key"], monday) for row in by_hand(tx, kind, week, "plays", selection) if row["rank"] == 1]
            monday = week.until
        mondays = {key: [at for who_led, at in led if who_led == key] for key, _ in led}
        expected = sorted(mondays, key=lambda key: (-len(mondays[key]), mondays[key]))
        groups = {row["album_key"]: row["release_group"]
                  for row in tx.execute("select album_key, release_group from star.album_dim").fetchall()}  # fmt: skip
        many, found = leaders(tx, who, period, kind, MANY)
        keys = [one.named[KEYS[kind]] for one in found]
        told_by = [groups[key] if kind == "albums" else key for key in keys]
        assert (many, [(key, *one.reign) for key, one in zip(told_by, found, strict=True)]) == (
            len(expected), [(key, len(mondays[key]), in_a_row(mondays[key]), mondays[key][-1]) for key in expected],
        )  # fmt: skip


def in_a_row(mondays: list[date]) -> int:
    longest = run = 1
    for before, at in pairwise(mondays):
        run = run + 1 if at - before == timedelta(days=7) else 1
        longest = max(longest, run)
    return longest


@examples(8)
@given(history=histories(), said=corrections(), name=st.sampled_from(("2025", "all", "2024-12-31..2025-10-26")))
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, history: History, said: list[tuple[str, int]], name: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell_history(tx, history)
        say_all(tx, me, said)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        values = {"listener_id": me, "first": period.first, "until": period.until, "today": who.today}
        places, led = ([tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]
                       for formula in FORMULAS)  # fmt: skip
        if unit_of(who, period) == "month":
            among = stretches(who, period)
            drawn = lines(tx, who, period, "artists", among)
            assert places == sorted(
                ((one.first.replace(day=1), line.named["artist_key"], line.places[nth])
                 for line in drawn for nth, one in enumerate(among) if line.places[nth]),
                key=lambda row: (row[0], row[2]),
            )  # fmt: skip
        assert led == [
            (one.named["artist_key"], one.reign.weeks, one.reign.last)
            for one in leaders(tx, who, period, "artists", MANY)[1]
        ]


@pytest.mark.parametrize(
    ("name", "unit", "names"),
    [
        ("2026-03-04..2026-03-16", "week", ["2026-03-04..2026-03-08", "2026-03-09..2026-03-15", "2026-03-16"]),
        ("2026-03-04", "week", ["2026-03-04"]),
        ("2025-11-20..2026-03-29", "month", ["2025-11-20..2025-11-30", "2025-12", "2026-01", "2026-02", "2026-03"]),
        ("all", "year", ["2022-05-02..2022-12-31", "2023", "2024", "2025", "2026"]),
        ("2027", "week", []),
    ],
)  # fmt: skip
def test_a_period_is_told_by_weeks_months_or_years(
    warehouse: Warehouse, name: str, unit: str, names: list[str]
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        play(
            tx,
            know(tx, "UTC"),
            [told(1, datetime(2022, 5, 2, 12, tzinfo=UTC))],
        )
        who = seen(tx)
        period = named(name, today=who.today, first_day=date(2022, 5, 2))
        assert [one.name for one in stretches(who, period)] == names
        assert not names or unit_of(who, period) == unit


def test_a_line_is_interrupted_where_it_has_no_place() -> None:
    assert Line({}, 1, 1, [0, 2, 1, 0, 3, 0, 1, 1]).runs == [[(1.5, 1.5), (2.5, 0.5)], [(6.5, 0.5), (7.5, 0.5)]]
    assert Line({}, 1, 1, [1]).runs == []


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE, raise_server_exceptions=False) as browser:
        yield browser


@pytest.fixture
def three(warehouse: Warehouse) -> int:
    """Three months; songs 1, 2 and 4 lead one each, and 1 is not heard in the last."""
    plays = {(2025, 12): (1, 1, 1, 2, 2, 4), (2026, 1): (2, 2, 2, 1, 1, 4), (2026, 2): (4, 4, 2)}
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        play(tx, me, [
            told(track, datetime(year, month, 5, 10 + nth, tzinfo=UTC))
            for (year, month), tracks in plays.items() for nth, track in enumerate(tracks)
        ])  # fmt: skip
    return me


def marks(text: str) -> list[list[tuple[str, str]]]:
    """Of each column: the line and the list it leads to, from the first place on."""
    return [
        re.findall(r'<a class="p(\d+)" href="/list/songs\?range=([^"&]*)"', column)
        for column in re.findall(r'(?s)<div class="column">(.*?)</div>', text)
    ]


def test_a_page_draws_the_places_of_the_most_played(browser: TestClient, three: int) -> None:
    answer = browser.get("/places/songs?range=2025-11-01..2026-03-29")
    first, second, third = "2025-12-05..2025-12-31", "2026-01", "2026-02"
    assert marks(answer.text) == [
        [("2", first), ("1", first), ("3", first)], [("1", second), ("2", second), ("3", second)],
        [("3", third), ("1", third)], [],
    ]  # fmt: skip
    drawn = re.findall(r'<polyline class="p(\d)" points="([^"]*)"', answer.text)
    assert [(who, points.strip()) for who, points in drawn] == [
        ("1", "0.5,1.5 1.5,0.5 2.5,1.5"), ("2", "0.5,0.5 1.5,1.5"), ("3", "0.5,2.5 1.5,2.5 2.5,0.5"),
    ]  # fmt: skip
    assert "Month by month" in words(answer)
    row = (
        r'(?s)<span class="rank">(\d)</span>.*?class="what"><a [^>]*title="([^"]*)".*?class="was">(.*?)</span>'
        r'.*?range=([^"&]*)'
    )
    led = re.findall(row, answer.text.partition('id="leaders"')[2])
    assert led == [
        ("1", "Track 1", "week", "2025-12-01..2025-12-07"), ("1", "Track 2", "week", "2026-01-05..2026-01-11"),
        ("1", "Track 4", "week", "2026-02-02..2026-02-08"),
    ]  # fmt: skip


def test_a_page_of_one_tells_its_weeks_at_number_one(browser: TestClient, three: int) -> None:
    told = [words(browser.get(f"/{one}")) for one in ("track/2", "artist/1", "album/1", "track/3")]
    assert [re.findall(r"Number one for (\d+ weeks?[^:]*): (.*?20\d\d)", text) for text in told] == [
        [("1 week", "5 Jan 2026")], [("2 weeks", "latest from 5 Jan 2026")],
        [("2 weeks", "latest from 5 Jan 2026")], [],
    ]  # fmt: skip
    assert 'href="/list/songs?range=2026-01-05..2026-01-11"' in browser.get("/track/2").text
    # Of some plays only it would be nearly every week.
    assert "Number one" not in browser.get("/artist/1?device=Car").text


def test_what_there_is_nothing_of_is_told(browser: TestClient, three: int) -> None:
    assert "Quiet." in words(browser.get("/places/artists?range=2024"))
    assert "Quiet." in words(browser.get("/places/albums?range=2027"))
    assert (browser.get("/places/days").status_code, browser.get("/places/artists?range=x").status_code) == (404, 404)
    assert "&amp;device=Car" in browser.get("/places/artists?range=2026-02&device=Car&device=Phone").text
