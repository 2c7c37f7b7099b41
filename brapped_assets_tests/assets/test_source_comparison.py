"""Days as bars of text."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.assets.source_comparison import WIDTH, bars
from brapped_assets.warehouse.reconciliation import Day

PLAYS = st.integers(0, 500)


def test_a_bar_is_made_of_its_sources() -> None:
    days = [Day(date(2026, 3, 1), 10, 30, 10), Day(date(2026, 3, 2), 0, 0, 0), Day(date(2026, 3, 3), 0, 0, 5)]
    assert bars(days).splitlines() == [
        "```",
        "░ only polled, █ both, ▒ only exported",
        "2026-03-01  " + "░" * 10 + "█" * 30 + "▒" * 10 + " 50",
        "2026-03-02   0",
        "2026-03-03  ▒▒▒▒▒ 5",
        "```",
    ]


def test_without_any_play_there_is_a_legend() -> None:
    assert bars([]) == "```\n░ only polled, █ both, ▒ only exported\n```"


@given(days=st.lists(st.builds(Day, st.just(date(2026, 3, 1)), PLAYS, PLAYS, PLAYS), min_size=1, max_size=5))
def test_the_busiest_day_is_as_wide_as_it_may_be_and_all_others_in_proportion(days: list[Day]) -> None:
    plays = [day.only_polled + day.matched + day.only_exported for day in days]
    drawn = [len(line.split("  ")[1].split(" ")[0]) for line in bars(days).splitlines()[2:-1]]
    assert drawn == [round(WIDTH * of_day / max(1, *plays)) for of_day in plays]
