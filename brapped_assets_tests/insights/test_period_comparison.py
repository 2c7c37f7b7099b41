"""Two periods held against each other: every number is that of its formula over the public views."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import most_played, overview
from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.completeness import known_in_part
from brapped_assets.insights.how_counted.period_comparison import FORMULAS
from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.period_comparison import moves, side
from brapped_assets.insights.periods import Period, named, year_before
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Selection
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.overview_plays import NOW, History, Told, histories, know, play, seen
from brapped_assets_tests.insights.overview_plays import tell as tell_history
from brapped_assets_tests.insights.test_lists import by_hand, more_about
from brapped_assets_tests.insights.test_selection import selections
from brapped_assets_tests.warehouse.imported_files import vouch

HERE = "http://127.0.0.1:3000"
PERIODS = ("all", "7d", "year", "2025", "2025-10", "2024-12-31", "2024-12-31..2025-10-26")
KEYS = {"artists": "artist_key", "songs": "track_key", "albums": "album_key"}
MOVES = ("rose", "fell", "came", "gone")
MANY = 3


def told(track: int, days_ago: float) -> Told:
    return Told(NOW - timedelta(days=days_ago), track, 60_000, False, False, False, "ios", False)


def expected(
    tx: Connection, kind: Music, periods: tuple[Period, Period], selection: Selection
) -> dict[str, tuple[int, list[tuple[int, ...]]]]:
    """How many moved in each way, and the first of them: key, plays, ms and rank in both."""
    now, then = ({row["key"]: row for row in by_hand(tx, kind, one, "plays", selection)} for one in periods)
    total, total_before = (sum(row["plays"] for row in one.values()) for one in (now, then))
    growth = {key: now[key]["plays"] * total_before - then[key]["plays"] * total for key in now.keys() & then.keys()}
    found = {
        "rose": sorted(
            (k for k in growth if now[k]["rank"] < then[k]["rank"]), key=lambda k: (-growth[k], now[k]["rank"])
        ),
        "fell": sorted(
            (k for k in growth if now[k]["rank"] > then[k]["rank"]), key=lambda k: (growth[k], now[k]["rank"])
        ),
        "came": sorted(now.keys() - then.keys(), key=lambda k: now[k]["rank"]),
        "gone": sorted(then.keys() - now.keys(), key=lambda k: then[k]["rank"]),
    }
    nothing = {"plays": 0, "ms": 0, "rank": 0}
    numbers = {
        key: [one.get(key, nothing)[name] for one in (now, then) for name in nothing]
        for key in now.keys() | then.keys()
    }
    return {move: (len(keys), [(key, *numbers[key]) for key in keys[:MANY]]) for move, keys in found.items()}


@examples(60)
@given(history=histories(), selection=st.one_of(st.just(Selection()), selections()), name=st.sampled_from(PERIODS),
       other=st.sampled_from(PERIODS), kind=st.sampled_from(list(MUSIC)))  # fmt: skip
def test_what_moved_is_what_sql_over_the_views_says(
    warehouse: Warehouse, history: History, selection: Selection, *, name: str, other: str, kind: Music
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        more_about(tx)
        whole = seen(tx)
        who = viewer_of(tx, whole, selection)
        first_day = whole.first_day or whole.today
        period, against = (named(one, today=whole.today, first_day=first_day) for one in (name, other))
        groups = {row["album_key"]: row["release_group"]
                  for row in tx.execute("select album_key, release_group from star.album_dim").fetchall()}  # fmt: skip
        numbers = ("plays", "ms", "rank", "plays_before", "ms_before", "rank_before")
        found = {
            move: (
                moved.many,
                [(groups[row["album_key"]] if kind == "albums" else row[KEYS[kind]],
                  *(row[one] for one in numbers)) for row in moved.rows],
            )
            for move, moved in moves(tx, who, period, against, kind, limit=MANY).items()
        }  # fmt: skip
        assert found == expected(tx, kind, (period, against), selection)
        for one in (period, against):
            numbers_of, of_period = side(tx, who, one), most_played.heard(tx, who, one, "plays", MANY)
            total = overview.totals(overview.days(who, one))
            assert (
                numbers_of.plays, numbers_of.ms, numbers_of.estimated_ms, numbers_of.active_days, numbers_of.songs,
                numbers_of.artists, numbers_of.new_songs,
            ) == (
                total.plays, total.ms, total.estimated_ms, total.active_days, of_period.songs, of_period.artists,
                of_period.new_songs,
            )  # fmt: skip


@examples(20)
@given(history=histories(), said=corrections(), name=st.sampled_from(PERIODS), other=st.sampled_from(PERIODS))
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, history: History, said: list[tuple[str, int]], *, name: str, other: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell_history(tx, history)
        say_all(tx, me, said)
        who = seen(tx)
        period, against = (named(one, today=who.today, first_day=who.first_day or who.today) for one in (name, other))
        values = {
            "listener_id": me, "first": period.first, "until": period.until, "before_first": against.first,
            "before_until": against.until,
        }  # fmt: skip
        answers = [
            [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()] for formula in FORMULAS
        ]
        found = moves(tx, who, period, against, "artists", limit=10)
        columns = (
            *[("artist_key", "plays", "rank", "plays_before", "rank_before")] * 2,
            ("artist_key", "plays", "rank"), ("artist_key", "plays_before", "rank_before"),
        )  # fmt: skip
        first = side(tx, who, period).first
        assert answers == [
            *(
                [tuple(row[name] for name in names) for row in moved.rows]
                for moved, names in zip(found.values(), columns, strict=True)
            ),
            [(first.day, first.named["track_key"])] if first else [],
        ]
        assert [moved.many for moved in found.values()] == [len(rows) for rows in answers[:4]]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2025", (2024, 1, 1), (2024, 12, 31)), ("year", (2025, 1, 1), (2025, 3, 29)),
        ("2024-02", (2023, 2, 1), (2023, 2, 28)), ("2025-02", (2024, 2, 1), (2024, 2, 29)),
        ("2024-02-29", (2023, 2, 28), (2023, 2, 28)), ("2024-02-28", (2023, 2, 28), (2023, 2, 28)),
        ("7d", (2025, 3, 23), (2025, 3, 29)), ("month", (2025, 3, 1), (2025, 3, 29)),
        ("2026", (2025, 1, 1), (2025, 3, 29)), ("2027", (2026, 1, 1), (2026, 1, 1)),
    ],
)  # fmt: skip
def test_the_same_days_a_year_earlier(name: str, first: tuple[int, ...], last: tuple[int, ...]) -> None:
    today = date(2026, 3, 29)
    found = year_before(named(name, today=today, first_day=date(2020, 1, 1)), today=today)
    assert (found.name, found.first, found.last) == ("year-before", date(*first), date(*last))


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE, raise_server_exceptions=False) as browser:
        yield browser


@pytest.fixture
def weeks(warehouse: Warehouse) -> int:
    """A week of songs 1, 1, 1, 2, 4; then one of 1, 2, 2, 2, 6; known whole since 2020."""
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        vouch(tx, me, datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
        play(tx, me, [told(1, 1000)])
        play(tx, me, [told(track, 8 + n / 10) for n, track in enumerate((1, 1, 1, 2, 4))])
        play(tx, me, [told(track, 1 + n / 10) for n, track in enumerate((1, 2, 2, 2, 6))])
    return me


def rows(text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Of each card: rank, name and what is told of the other period."""
    found = {}
    for move, card in re.findall(r'(?s)data-move="(\w+)">(.*?)</div>', text):
        of_card = re.findall(r'(?s)<span class="rank">(\d+).*?title="([^"]*)" href="[^"]*">(.*?)</li>', card)
        told_by = [
            (rank, name, "".join(re.findall(r"was No\. (\d+, \d+ plays?)", rest))) for rank, name, rest in of_card
        ]
        found[move] = told_by
    return found


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.text.split("<main", 1)[1]))


def test_a_page_says_what_rose_fell_came_and_is_gone(browser: TestClient, weeks: int) -> None:
    answer = browser.get("/changes/songs?range=7d")
    assert rows(answer.text) == {
        "rose": [("1", "Track 2", "2, 1 play")], "fell": [("2", "Track 1", "1, 3 plays")],
        "came": [("3", "Track 6", "")], "gone": [("3", "Track 4", "")],
    }  # fmt: skip
    assert "5plays" in words(answer).replace(" ", "")
    # The plays that are gone are those of the other time.
    assert 'href="/track/4?range=2026-03-16..2026-03-22"' in answer.text
    turned = browser.get("/changes/songs?range=2026-03-16..2026-03-22&against=7d")
    assert {move: [row[1] for row in found] for move, found in rows(turned.text).items()} == {
        "rose": ["Track 1"], "fell": ["Track 2"], "came": ["Track 4"], "gone": ["Track 6"],
    }  # fmt: skip
    only = browser.get("/changes/songs?range=7d&artist=1")
    assert {move: len(found) for move, found in rows(only.text).items()} == {"rose": 1, "fell": 1, "came": 0, "gone": 0}
    assert 'href="/changes/artists?range=7d&amp;artist=1"' in only.text


@pytest.mark.parametrize(
    ("query", "says"),
    quick_of(
        4,
        [
            ("range=7d&against=garbage", "&#39;garbage&#39; is no period;"),
            ("range=7d&against=<b>", "&#39;&lt;b&gt;&#39; is no period;"),
            ("range=7d&against=" + "9" * 5000, "is no period;"),
            ("range=garbage&against=2025", "&#39;garbage&#39; is no period;"),
            ("range=7d&against=2019", "2019: not all of this time is known, the first play known is from"),
            ("range=all", "not all of this time is known"),
            ("range=today", "Today is not over, so it is held against nothing."),
            ("range=2025&against=2030", "2030: this time has not come yet."),
            ("range=2025&against=2025", "None of the songs."),
        ],
    ),
)
def test_what_cannot_be_held_against_anything_is_told(browser: TestClient, weeks: int, query: str, says: str) -> None:
    answer = browser.get(f"/changes/songs?{query}")
    assert answer.status_code == (404 if "range=garbage" in query else 200)
    assert says in re.sub(r"\s+", " ", answer.text)


def test_only_times_known_whole_are_held_against_each_other(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = know(tx, "UTC")
        play(tx, me, [told(1, 400), told(2, 1)])
        who = seen(tx)
        week, year = (named(name, today=who.today, first_day=date(2025, 1, 1)) for name in ("7d", "2025"))
        assert known_in_part(tx, who, week, year) == week
        vouch(tx, me, datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
        assert known_in_part(tx, seen(tx), week) is None
        assert known_in_part(tx, seen(tx), week, year) == year


def test_what_is_held_against_stays_chosen(browser: TestClient, weeks: int) -> None:
    text = browser.get("/changes/songs?range=7d&against=2026-03-10..2026-03-20&artist=1").text
    assert 'href="/changes/albums?against=2026-03-10..2026-03-20&amp;range=7d&amp;artist=1"' in text
    assert "range=30d&against=2026-03-10..2026-03-20" in text.replace("&amp;", "&")
    assert '<a data-whole href="/changes/songs?range=7d&amp;against=2026-03-10..2026-03-20"' in text
    assert "Artists, songs and albums are held against each other." in words(browser.get("/changes/days"))
