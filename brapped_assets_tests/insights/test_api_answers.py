"""Answers for programs: each number is what SQL over the public views says, and what the pages show."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.api_answers.facets import facet_rows
from brapped_assets.insights.api_answers.lists import list_rows, parameters
from brapped_assets.insights.api_answers.model import about
from brapped_assets.insights.api_answers.parameters import Refused, of_period, of_selection, read_pairs
from brapped_assets.insights.api_answers.plays import PARAMETERS as OF_PLAYS
from brapped_assets.insights.api_answers.plays import plays
from brapped_assets.insights.api_answers.question import Question, read_question
from brapped_assets.insights.api_answers.series import clock, series
from brapped_assets.insights.api_answers.totals import totals
from brapped_assets.insights.selection import KINDS, Selection
from brapped_assets.insights.viewer import viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import NOW, histories, vary
from brapped_assets_tests.insights.overview_plays import tell as tell_history
from brapped_assets_tests.insights.test_selection import COUNTS, LEFT, PLAYS, selections, values_of

RANGES = ("all", "year", "2025", "2025-03", "30d", "2025-03-29", "2025-03-01..2026-03-22")
BY_HAND = f"""
select p.play_key, p.played_at, p.played_on, p.played_hour, p.track_key, p.artist_key, p.ms_played,
       p.ms_played_basis = 'estimated' as is_estimated, {COUNTS} as counts
{PLAYS}
where {LEFT}
order by p.played_at, p.play_key
"""


def asked(tx: Connection, selection: Selection, span: str, *more: tuple[str, str]) -> Question:
    who = viewer(tx, NOW)
    assert who is not None
    known = [of_period("year"), *of_selection(), *parameters("songs"), *OF_PLAYS[:1]]
    return read_question(tx, who, [("range", span), *selection.asked(), *more], known)


@examples(40)
@given(history=histories(), selection=selections(), span=st.sampled_from(RANGES))
def test_every_number_is_what_sql_over_the_views_says(
    warehouse: Warehouse, history: Any, selection: Selection, span: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        vary(tx)
        tx.execute("delete from insights.hidden")
        question = asked(tx, selection, span, ("limit", "1000"))
        first, until = question.period.first, question.period.until
        rows = [
            row for row in tx.execute(BY_HAND, values_of(selection)).fetchall() if first <= row["played_on"] < until
        ]
        heard = [row for row in rows if row["counts"]]
        found = totals(tx, question)
        ms = sum(row["ms_played"] for row in heard)
        assert (found.plays, found.ms, found.minutes) == (len(heard), ms, (ms + 30_000) // 60_000)
        assert found.estimated_ms == sum(row["ms_played"] for row in heard if row["is_estimated"])
        assert found.active_days == len({row["played_on"] for row in heard})
        assert (found.songs, found.artists) == tuple(
            len({row[key] for row in heard}) for key in ("track_key", "artist_key")
        )
        assert {one.rule: one.plays for one in found.by_rule}[selection.rule] == found.plays
        share = about(question.who, selection, question.period).estimated_share
        assert share == pytest.approx(found.estimated_ms / found.ms if found.ms else 0, abs=1e-6)
        for unit in ("days", "weeks", "months", "years"):
            told = series(tx, question, unit)
            assert [(one["plays"], one["ms"], one["estimated_ms"]) for one in told] == [
                (
                    len(of := [row for row in heard if one["first"] <= row["played_on"] <= one["last"]]),
                    sum(row["ms_played"] for row in of),
                    sum(row["ms_played"] for row in of if row["is_estimated"]),
                )
                for one in told
            ]
            assert sum(one["plays"] for one in told) == found.plays
        by_hour = Counter((row["played_on"].isoweekday(), row["played_hour"]) for row in heard)
        assert {(one.weekday, one.hour): one.plays for one in clock(tx, question) if one.plays} == by_hour
        songs, many = list_rows(tx, question, "songs")
        assert many == len(songs)
        by_song = Counter(row["track_key"] for row in heard)
        assert {row["track_key"]: row["plays"] for row in songs} == by_song


@examples(15)
@given(history=histories(), selection=selections())
def test_a_facet_is_what_its_value_leaves(warehouse: Warehouse, history: Any, selection: Selection) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        vary(tx)
        for one in facet_rows(tx, asked(tx, selection, "all"))[:12]:
            narrowed = [pair for pair in selection.asked() if pair[0] != one.filter]
            with_it = asked(tx, Selection(), "all", *narrowed, (one.filter, one.value))
            assert totals(tx, with_it).plays == one.plays


@examples(15)
@given(history=histories(), limit=st.integers(1, 7))
def test_pages_of_plays_hold_every_row_once_newest_first(warehouse: Warehouse, history: Any, limit: int) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        found, place = [], None
        while True:
            more: list[tuple[str, str]] = [("before", place)] if place else []
            rows, place = plays(tx, asked(tx, Selection(), "all", ("limit", f"{limit}"), *more))
            assert len(rows) <= limit
            found += rows
            if place is None:
                break
        everything = tx.execute("select play_key from bi.plays order by played_at desc, play_key desc").fetchall()
        assert [row.play_key for row in found] == [row["play_key"] for row in everything]


def test_every_filter_that_a_selection_has_can_be_asked_for() -> None:
    assert {*KINDS, "rule", "private"} == {one.name for one in of_selection()}


@pytest.mark.parametrize(
    ("pairs", "parameter"),
    quick_of(
        8,
        [
            ([("colour", "red")], "colour"),
            ([("range", "2025-13")], "range"),
            ([("range", "2025-02-30")], "range"),
            ([("range", "2025-03-09..2025-03-01")], "range"),
            ([("range", "all"), ("range", "all")], "range"),
            ([("hour", "24")], "hour"),
            ([("hour", " 5")], "hour"),
            ([("weekday", "٣")], "weekday"),
            ([("artist", "9" * 5_000)], "artist"),
            ([("decade", "1985")], "decade"),
            ([("device", "Toaster")], "device"),
            ([("country", "D\0")], "country"),
            ([("rule", "mine")], "rule"),
            ([("private", "perhaps")], "private"),
            ([("hour", "1")] * 101, "hour"),
            ([("q", "x" * 101)], "q"),
            ([("sort", "colour")], "sort"),
            ([("limit", "0")], "limit"),
            ([("limit", "1001")], "limit"),
            ([("context", "spotify:album:1 or 1=1")], "context"),
        ],
    ),
)
def test_what_is_not_understood_is_refused_by_name(
    warehouse: Warehouse, pairs: list[tuple[str, str]], parameter: str
) -> None:
    with warehouse.transaction() as tx:
        who = _somebody(tx)
        with pytest.raises(Refused) as refused:
            read_question(tx, who, pairs, [of_period("year"), *of_selection(), *parameters("songs")])
    assert refused.value.parameter == parameter
    assert str(refused.value)


def test_a_filter_that_is_new_is_understood_by_its_kind_alone() -> None:
    (country,) = [one for one in of_selection() if one.name == "country"]
    assert read_pairs([("country", "DE"), ("country", "IN")], [country]) == {"country": ["DE", "IN"]}


def _somebody(tx: Connection) -> Any:
    from brapped_assets_tests.insights.overview_plays import Told, know, play

    play(tx, know(tx, "UTC"), [Told(NOW, 1, 60_000, False, False, False, "android", False)])
    who = viewer(tx, NOW)
    assert who is not None
    assert who.first_day == date(2026, 3, 29)
    return who
