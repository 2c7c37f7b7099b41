"""Genres, countries and decades of artists: the page's numbers are those of the published statements."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.facets import countries
from brapped_assets.insights.how_counted.origins import FORMULAS
from brapped_assets.insights.origin_tables import genre_tables
from brapped_assets.insights.origins import ENOUGH, is_enough, known, shares
from brapped_assets.insights.periods import named
from brapped_assets.insights.rank_over_time import stretches, unit_of
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Selection
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import History, describe, histories, seen, tell, vary
from brapped_assets_tests.insights.test_overview import PERIODS


@examples(20)
@given(history=histories(), name=st.sampled_from(PERIODS))
def test_the_formulas_shown_give_the_numbers_shown(warehouse: Warehouse, history: History, name: str) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell(tx, history)
        vary(tx)
        describe(tx)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        plays = who.shown.plays(period.first, period.until)
        values = {"listener_id": me, "first": period.first, "until": period.until}

        def run(name: str) -> list[tuple[Any, ...]]:
            formula = next(formula for formula in FORMULAS if formula.name == name)
            return [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]

        genres = shares(plays, "genre")
        assert run("Genres") == [tuple(one) for one in genres]
        assert run("Known genres") == [tuple(known(plays, "genre"))]
        assert sorted(run("Where your artists come from")) == sorted(tuple(one) for one in shares(plays, "origin"))
        assert run("When your artists began") == sorted(tuple(one) for one in shares(plays, "began"))
        assert run("Where you listened") == [tuple(one) for one in countries(who, plays)]
        names = [str(one.value) for one in genres]
        among = stretches(who, period)
        tables = genre_tables(plays, names, among, "plays")
        assert {(genre, hour): plays for genre, hour, plays, _ in run("Genres around the clock")} == {
            (genre, hour): plays
            for genre, row in zip(names, tables.by_hour, strict=True)
            for hour, plays in enumerate(row)
            if plays
        }
        assert [sum(row) for row in tables.by_stretch] == [one.plays for one in genres]
        if unit_of(who, period) == "month":
            assert {(genre, month): ms for genre, month, _, ms in run("Genres by month")} == {
                (genre, stretch.first.replace(day=1)): ms
                for genre, row in zip(names, genre_tables(plays, names, among, "minutes").by_stretch, strict=True)
                for stretch, ms in zip(among, row, strict=True)
                if ms
            }
        # Each number is that of the page it leads to.
        for genre in genres:
            narrowed = viewer_of(tx, who, Selection(genre=(str(genre.value),)))
            assert len(narrowed.shown.plays(period.first, period.until)) == genre.plays
        assert is_enough(plays, known(plays, "genre")) == (
            len(plays) > 0 and known(plays, "genre").plays > 0 and known(plays, "genre").ms >= ENOUGH * plays.total_ms
        )


def test_each_formula_is_compared() -> None:
    assert {formula.name for formula in FORMULAS} == {
        *("Genres", "Known genres", "Genres by month", "Genres around the clock", "Where your artists come from"),
        *("When your artists began", "Where you listened"),
    }
