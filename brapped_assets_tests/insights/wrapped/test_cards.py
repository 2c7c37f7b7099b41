"""Cards are words about numbers: each has enough to tell, or says what is missing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.habits import Streak
from brapped_assets.insights.how_counted.wrapped import FORMULAS
from brapped_assets.insights.overview import Day, Totals
from brapped_assets.insights.periods import Period
from brapped_assets.insights.wrapped import Card, cards, charts
from brapped_assets.insights.wrapped.card import Waiting
from brapped_assets.insights.wrapped.card_list import NEEDS
from brapped_assets.insights.wrapped.listener_type import KINDS, kind_of
from brapped_assets.insights.wrapped.model import (
    Album,
    BigDay,
    Comeback,
    Discoveries,
    Favourite,
    Favourites,
    First,
    Kind,
    Loyal,
    Numbers,
    OneHits,
    Repeat,
    Run,
    Share,
    Shares,
    SpokenShares,
    Thing,
    Traits,
)
from brapped_assets.insights.wrapped.notable_days import longest_run
from brapped_assets.text import formatting
from brapped_assets.text.language import Display, written_as

# Local time has no zone.
FIRST_AT, LAST_AT = datetime.fromisoformat("2025-03-04T00:05"), datetime.fromisoformat("2025-03-04T23:55")
TODAY = date(2025, 6, 15)
YEAR = Period("year", "2025", date(2025, 1, 1), date(2025, 6, 16))
LAST_YEAR = Period("2024", "2024", date(2024, 1, 1), date(2025, 1, 1))
NOTHING = Numbers(
    period=YEAR, today=TODAY, at_least=False, known_before=0, total=Totals(0, 0, 0, 0), artists=(), of_artists=0,
    by_month={}, songs=(), of_songs=0, album=None, repeat=None, big_day=None, discoveries=Discoveries(0, 0, ()),
    comeback=None, hours=(0,) * 24, weekend_ms=0, streak=None, before=None, before_label="", before_name="",
    releases={},
)  # fmt: skip


def thing(kind: Kind, key: int, plays: int) -> Thing:
    return Thing(kind, key, f"id{key}", f"{kind} {key}", "Somebody" if kind != "artist" else "", plays, plays * 180_000)


ARTISTS = tuple(thing("artist", key, 60 - 10 * key) for key in range(1, 6))
SONGS = tuple(thing("track", key, 40 - 3 * key) for key in range(1, 9))
MUCH = replace(
    NOTHING, known_before=400, total=Totals(200, 36_000_000, 0, 90), artists=ARTISTS, of_artists=20,
    by_month={a.key: {date(2025, m, 1): a.plays // m for m in (1, 2, 3)} for a in ARTISTS if a.key},
    songs=SONGS, of_songs=80, album=Album(thing("album", 1, 30), 4, 10, 0.5),
    repeat=Repeat(date(2025, 3, 4), thing("track", 1, 9), 5),
    big_day=BigDay(Day(date(2025, 3, 4), 40, 7_200_000, 0, 0, 0, 0, 0), (300_000,) * 24,
                   FIRST_AT, LAST_AT, ARTISTS[0]),
    discoveries=Discoveries(3, 50, ARTISTS[2:]), comeback=Comeback(ARTISTS[1], date(2024, 1, 1), date(2025, 2, 4)),
    hours=(1_500_000,) * 24, weekend_ms=10_000_000, streak=Streak(date(2025, 6, 1), date(2025, 6, 14)),
    before=Totals(300, 30_000_000, 0, 100), before_label="2024 by this day", releases={1999: 90, 2010: 60, None: 50},
    first=First(SONGS[0], FIRST_AT, 3, 600_000),
    favourites=Favourites(of=tuple(Favourite(date(2025, m, 1), SONGS[m]) for m in (1, 2, 3))),
    run=Run(ARTISTS[0], 12, date(2025, 3, 4)), loyal=Loyal(ARTISTS[0], 45), one_hits=OneHits(7, SONGS[4:7]),
    finished=Share(150, 200),
    traits=Traits(Share(30, 200), Share(50, 190), Share(9_000_000, 18_000_000), Share(80, 200)),
    traits_before=Traits(Share(60, 300), Share(10, 90), Share(1, 2), Share(20, 400)),
    covers=tuple(thing("album", key, 30 - key) for key in range(1, 12)),
    genres=Shares((("indie rock", 12_000_000), ("rock", 9_000_000), ("k-pop", 3_000_000)), 3,
                  Share(20_000_000, 36_000_000)),
    origins=Shares((("GB", 12_000_000), ("SE", 6_000_000), ("KR", 3_000_000)), 14, Share(21_000_000, 36_000_000)),
    places=Shares((("IN", 30_000_000), ("NP", 2_000_000)), 2, Share(32_000_000, 36_000_000)),
    spoken=SpokenShares(7_200_000, (("Monday", 5_400_000), ("The Salt Road", 1_800_000)), Share(12, 20)),
)  # fmt: skip


SILENCE = "Needs 5 plays of an artist after 180 days of silence."


def card(numbers: Numbers, key: str) -> Card:
    return next(one for one in cards(numbers) if one.key == key)


def test_with_enough_of_everything_every_card_is_shown_in_order_and_nothing_is_waited_for() -> None:
    assert [one.key for one in cards(MUCH)] == [need.card for need in NEEDS]


def test_with_nothing_there_is_one_card_that_says_what_comes() -> None:
    (only,) = cards(NOTHING)
    # Who never left a country, or hears nothing but music, is not kept waiting.
    assert [one.title for one in only.to_come] == [
        need.title for need in NEEDS if need.card not in ("places", "spoken")
    ]
    assert only.to_come[0] == Waiting("Your minutes", "Needs 1 play.", "With your first play.")


@pytest.mark.parametrize(
    ("changes", "title", "needs", "when"),
    [
        ({"total": Totals(40, 1, 0, 20)}, "Your clock", "Needs 100 plays; there are 40.", "At your pace in 30 days."),
        ({"streak": Streak(TODAY, TODAY)}, "Your streak", "Needs 3 days in a row; there are 1.",
         "At the earliest on Tue\u00a017\u00a0Jun\u00a02025."),
        ({"by_month": {1: {date(2025, 6, 1): 1}}}, "The race", "Needs 3 months with music; there are 1.",
         "At the earliest in Aug\u00a02025."),
        ({"comeback": None}, "The comeback", SILENCE, "When it happens."),
    ],
)  # fmt: skip
def test_what_lacks_says_how_much_and_when(changes: dict[str, Any], title: str, needs: str, when: str) -> None:
    waiting = cards(replace(MUCH, **changes))[-1].to_come
    assert [one for one in waiting if one.title == title] == [Waiting(title, needs, when)]


def test_a_card_that_cannot_be_of_a_period_is_not_waited_for() -> None:
    all_time = Period("all", "All time", date(2020, 1, 1), TODAY + timedelta(days=1))
    waiting = cards(replace(NOTHING, period=all_time))[-1].to_come
    assert {"Discoveries", "Then and now"} & {one.title for one in waiting} == set()
    week = Period("7d", "Last 7 days", TODAY - timedelta(days=6), TODAY + timedelta(days=1))
    waiting = cards(replace(NOTHING, period=week))[-1].to_come
    assert {"The race", "The comeback"} & {one.title for one in waiting} == set()


def days(first: date, last: date, name: str = "") -> Period:
    return Period(name or f"{first}..{last}", "Some days", first, last + timedelta(days=1))


@pytest.mark.parametrize(
    "period",
    [
        LAST_YEAR,
        days(TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
        days(TODAY, TODAY, "today"),
        days(TODAY, TODAY, f"{TODAY}"),
        days(TODAY, TODAY),
    ],
)
def test_of_a_time_that_is_over_and_of_one_day_nothing_is_still_to_come(period: Period) -> None:
    assert [one.key for one in cards(replace(MUCH, period=period, streak=None, comeback=None)) if one.to_come] == []


@pytest.mark.parametrize("name", ["year", "month", "all"])
def test_on_its_first_day_a_year_has_everything_before_it(name: str) -> None:
    (last,) = cards(replace(NOTHING, period=days(TODAY, TODAY, name)))
    assert [one.title for one in last.to_come][:3] == ["Your minutes", "Top artists", "Guess your song"]


def test_minutes_say_what_they_are() -> None:
    assert card(MUCH, "minutes").prefix == ""
    estimated = replace(MUCH, total=Totals(200, 36_000_000, 18_000_000, 90), at_least=True)
    told = card(estimated, "minutes")
    assert (told.prefix, told.headline) == ("at least ≈", "600")
    assert told.eyebrow == "2025, so far"
    assert card(replace(MUCH, period=LAST_YEAR), "minutes").eyebrow == "2024"
    assert told.rule == "About 50\u00a0% of the minutes are estimated from the songs' length."
    assert card(estimated, "summary").prefix == "at least ≈"


def test_the_quiz_offers_the_right_answer_once_in_an_order_that_stays() -> None:
    quiz = card(MUCH, "quiz")
    assert len(quiz.choices) == len({one.key for one in quiz.choices}) == 4
    assert [one for one in quiz.choices if one.key == quiz.rows[0].key] == [quiz.rows[0]]
    assert quiz.choices == card(MUCH, "quiz").choices


def test_the_words_of_the_cards_about_days() -> None:
    day = card(MUCH, "day")
    assert (day.headline, day.unit) == ("4\u00a0March", "120 minutes in one day")
    assert day.aside == (
        "Tue\u00a04\u00a0Mar\u00a02025, from 00:05 to 23:55, most of all \u2068artist 1\u2069. "
        "That is 18.0 of your usual days."
    )
    assert (
        card(MUCH, "streak").aside == "Since Sun\u00a01\u00a0Jun\u00a02025, and still going. Music on 90 days in all."
    )
    over = replace(MUCH, period=LAST_YEAR)
    assert "to Sat\u00a014\u00a0Jun\u00a02025." in card(over, "streak").aside
    assert card(MUCH, "repeat").aside == "On Tue\u00a04\u00a0Mar\u00a02025, 5 of them in a row."
    assert card(MUCH, "before").aside == "600 minutes; 2024 by this day had 500."


def test_each_word_about_how_one_listens_has_its_share_its_rule_and_the_one_before() -> None:
    traits = card(MUCH, "traits")
    assert traits.headline == "You, in four words"
    assert [(told.name, told.share, told.before) for told in traits.told] == [
        ("Loyalist", "15\u00a0%", "2024 by this day: 20\u00a0%"),
        ("Album listener", "26\u00a0%", ""),
        ("Night person", "50\u00a0%", ""),
        ("Skipper", "40\u00a0%", "2024 by this day: 5\u00a0%"),
    ]
    assert traits.told[0].rule == (
        "of your plays are of artists you met in the 90 days before. 20\u00a0% and more: Explorer; less: Loyalist."
    )


def test_the_words_of_the_cards_about_beginnings_and_loyalty() -> None:
    first, loyal, run, hits, done = (card(MUCH, key) for key in ("first", "loyal", "run", "onehits", "finished"))
    assert (first.eyebrow, first.headline, first.unit) == (
        "2025 began with",
        "track 1",
        f"{formatting.day(FIRST_AT.date())}, 00:05",
    )
    assert first.aside == "103 days ago. That day had 3 plays, 10 minutes. 37 plays of it since."
    assert MUCH.first is not None
    for ms, written in ((60_000, "1 Minute."), (60_000_000, "1.000 Minuten.")):
        with written_as(Display("de")):
            told = card(replace(MUCH, first=replace(MUCH.first, day_ms=ms)), "first").aside
        assert f"An dem Tag waren es 3 Plays, {written}" in told
    assert (loyal.headline, loyal.unit) == ("artist 1", "on 45 of your 90 days with music")
    assert (run.headline, run.unit, run.aside) == (
        "artist 1", "plays in a row", f"From {formatting.day(date(2025, 3, 4))} on, with no other artist between."
    )  # fmt: skip
    assert (hits.headline, hits.unit) == ("7", "artists of one song each")
    assert (done.headline, done.aside) == ("75\u00a0%", "150 to the end, 80 skipped.")
    assert [tile.word for tile in card(MUCH, "months").tiles] == ["Jan", "Feb", "Mar"]
    years = Favourites(True, tuple(Favourite(date(year, 1, 1), SONGS[0]) for year in (2023, 2024, 2025)))
    assert [tile.word for tile in card(replace(MUCH, favourites=years), "months").tiles] == ["2023", "2024", "2025"]


def test_the_listening_age_is_that_of_the_median_play() -> None:
    age = card(MUCH, "age")
    assert (age.headline, age.rule) == ("44", "18 + 2025 − 1999. Year of the album.")
    assert "Listening age" in [one.title for one in cards(replace(MUCH, releases={1999: 90, None: 110}))[-1].to_come], (
        "less than half of the plays have a year"
    )


def test_the_race_is_of_months_then_of_years() -> None:
    assert charts.steps_of([date(2024, 11, 1), date(2025, 2, 1)]) == [
        date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)
    ]  # fmt: skip
    assert charts.steps_of([date(2022, 12, 1), date(2025, 1, 1)]) == [date(y, 1, 1) for y in range(2022, 2026)]
    first, second = {date(2025, 1, 1): 3, date(2025, 2, 1): 1}, {date(2025, 2, 1): 2}
    steps = charts.steps_of([*first, *second])
    assert charts.standings([first, second], steps) == [[0, 1], [1, 0]]
    assert card(MUCH, "race").aside == "\u2068artist 1\u2069 was first in 3 of 3 months."


@given(st.lists(st.integers(0, 10**9), min_size=24, max_size=24), st.integers(0, 10**9))
def test_a_clock_has_the_first_name_whose_share_is_reached(hours: list[int], weekend: int) -> None:
    kind, share = kind_of(hours, weekend)
    shares = [one.of(hours, weekend) / (sum(hours) or 1) for one in KINDS]
    reached = [(one, measured) for one, measured in zip(KINDS, shares, strict=True) if measured >= one.share]
    assert (kind, share) == (reached[0] if reached else (None, 0.0))


def test_the_longest_run_of_a_song() -> None:
    assert (longest_run([1, 1, 2, 1, 1, 1], 1), longest_run([2], 1)) == (3, 0)


@given(st.text(min_size=1, max_size=60))
def test_without_a_script_no_word_of_a_headline_is_wider_than_the_card_whatever_its_letters(name: str) -> None:
    """In hundredths of the card's width, of which a headline has 84; no letter is wider than 1.1 of its height."""
    size = Card("x", "x", "x", name).size
    assert size == 6 or size * 1.1 * max(map(len, name.split(" "))) <= 84
    assert 6 <= size <= 38


def test_every_drawing_fits_its_box_and_says_in_words_what_it_shows() -> None:
    for one in cards(MUCH):
        if one.chart:
            assert one.chart.label
            assert "nan" not in "".join(mark.d for mark in one.chart.marks)
    nothing = charts.wheel((0,) * 24, "nothing")
    assert len(nothing.marks) == 28
    assert charts.columns([], [], "nothing").marks == ()


def test_every_formula_has_words_and_its_statement() -> None:
    assert len({formula.name for formula in FORMULAS}) == len(FORMULAS)
    assert all(formula.words and "select" in formula.sql.lower() for formula in FORMULAS)


def test_the_card_of_what_is_no_music_says_until_when_it_is_complete() -> None:
    spoken = card(MUCH, "spoken")
    assert (spoken.headline, spoken.aside) == ("120", "60\u00a0% heard to the end.")
    assert [(one.name, one.share) for one in spoken.told] == [("Monday", "75\u00a0%"), ("The Salt Road", "25\u00a0%")]
    assert spoken.rule.startswith("Complete up to your last export")
    assert [{one.is_name for one in card(MUCH, key).told} for key in ("spoken", "genres", "origins", "traits")] == [
        {True}, {True}, {False}, {False},
    ]  # fmt: skip
    # Account data does not tell how anything ended.
    untold = replace(MUCH, spoken=replace(MUCH.spoken, finished=Share(0, 0)))
    assert card(untold, "spoken").aside == ""


def test_cards_of_genres_and_countries_say_of_how_much_and_give_way_where_too_little_is_known() -> None:
    genres, origins, places = (card(MUCH, key) for key in ("genres", "origins", "places"))
    assert (genres.headline, genres.unit) == ("indie rock", "in 33\u00a0% of your minutes")
    assert genres.rule == "Known for 56\u00a0% of your minutes. A song is of every genre of its artist."
    assert [(one.name, one.share) for one in origins.told] == [
        ("United Kingdom", "33\u00a0%"), ("Sweden", "17\u00a0%"), ("South Korea", "8\u00a0%"),
    ]  # fmt: skip
    assert (origins.headline, places.headline) == ("14", "2")
    little = replace(MUCH, genres=replace(MUCH.genres, known=Share(10_000_000, 36_000_000)))
    assert "genres" not in [one.key for one in cards(little)]
    assert [one.title for one in cards(little)[-1].to_come] == ["Your genres"]
