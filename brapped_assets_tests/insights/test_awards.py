"""A party at home: awards are the same whoever looks, and every number is what SQL counts over the public views."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brapped_assets.insights.awards import LEAST_PLAYS, Guest, awards, guests, overlaps, praise
from brapped_assets.insights.how_counted.awards import FORMULAS
from brapped_assets.insights.how_counted.taste_over_time import FORMULAS as OVER_TIME
from brapped_assets.insights.listener_comparison import Comparison, compare
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.taste_over_time import over_time, unheard
from brapped_assets.insights.viewer import Person, viewer
from brapped_assets.insights.wrapped.card_of_two import card_of_two
from brapped_assets.insights.wrapped.model import Share
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import NOW, know, play
from brapped_assets_tests.insights.test_several_listeners import told
from brapped_assets_tests.warehouse.polled_plays import newcomer

YEAR = Period("2026", "2026", date(2026, 1, 1), date(2027, 1, 1))
SHARES = st.integers(0, 3).map(lambda part: Share(part, 4))
GUESTS = st.lists(
    st.builds(
        Guest, st.integers(1, 9), st.just("Somebody"), st.sampled_from([0, LEAST_PLAYS, 500]), st.integers(0, 3),
        st.integers(0, 2), SHARES, SHARES, SHARES, SHARES,
    ),
    max_size=6, unique_by=lambda guest: guest.listener_id,
)  # fmt: skip


@given(GUESTS, st.randoms())
def test_awards_are_the_same_in_whichever_order_listeners_stand(here: list[Guest], random: Any) -> None:
    turned = [*here]
    random.shuffle(turned)
    assert awards(turned) == awards(here)
    for won in awards(here):
        assert len(won.winners) >= 1
        assert all(won.award.of(guest) <= won.award.of(won.winners[0]) for guest in here if guest.plays)
        assert {won.award.of(guest) for guest in won.winners} == {won.award.of(won.winners[0])}


@given(GUESTS)
def test_who_has_another_name_wins_what_they_won(here: list[Guest]) -> None:
    """Two who swap everything but their keys swap their awards."""
    if len(here) < 2:
        return
    one, two, *others = here
    swapped = [replace(two, listener_id=one.listener_id), replace(one, listener_id=two.listener_id), *others]
    keys = {one.listener_id: two.listener_id, two.listener_id: one.listener_id}

    def winners(of: Sequence[Guest]) -> list[tuple[str, set[int]]]:
        return [(won.award.key, {guest.listener_id for guest in won.winners}) for won in awards(of)]

    turned = [(key, {keys.get(one, one) for one in of}) for key, of in winners(swapped)]
    assert turned == winners(here)


def test_of_as_much_all_win_and_of_few_plays_no_share_does() -> None:
    ann = Guest(1, "Ann", 200, 600_000, 3, Share(1, 2), rare=Share(2, 3))
    ben = Guest(2, "Ben", 300, 600_000, 1, Share(2, 4), rare=Share(1, 3))
    cy = Guest(3, "Cy", 5, 60_000, 0, Share(1, 1))
    found = {won.award.key: ([guest.name for guest in won.winners], praise(won)) for won in awards([cy, ben, ann])}
    assert found == {
        "minutes": (["Ann", "Ben"], "10 minutes of music"),
        "early": (["Ann", "Ben"], "50\u00a0% of the minutes between 5:00 and 9:00"),
        "new": (["Ann"], "3 artists never played before"),
        "rare": (["Ann"], "67\u00a0% of the plays are of artists whom nobody else here plays"),
    }
    assert awards([ann]) == awards([ann, Guest(2, "Nobody")]) == []


ROWS = st.lists(
    st.fixed_dictionaries(
        {"artist_key": st.integers(1, 9), "artist_id": st.none(), "artist_name": st.text(min_size=1, max_size=5),
         "mine": st.integers(1, 99), "theirs": st.integers(1, 99)}
    ),
    max_size=6,
)  # fmt: skip


@given(ROWS, st.floats(0, 1), st.text(max_size=5), st.text(max_size=5))
def test_a_card_of_two_is_the_same_for_both(rows: list[dict[str, Any]], overlap: float, mine: str, theirs: str) -> None:
    both = Comparison(9, 9, len(rows), 9, 9, 1, 9, 9, overlap, rows, [])
    turned = replace(both, top_artists=[{**row, "mine": row["theirs"], "theirs": row["mine"]} for row in rows])
    ann, ben = Person(1, mine), Person(2, theirs)
    assert card_of_two(both, ann, ben, YEAR) == card_of_two(turned, ben, ann, YEAR)


# Nobody in common.
@example(plays=[(0, 1, 0), (1, 4, 0)], period="all")
@examples(10)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6), st.integers(0, 900)), max_size=40),
    st.sampled_from(["all", "2026", "2025", "7d"]),
)
def test_every_number_of_the_party_equals_its_statement(
    warehouse: Warehouse, plays: list[tuple[int, int, int]], period: str
) -> None:
    with warehouse.transaction() as tx:
        people = [
            know(tx, "Asia/Kolkata"),
            newcomer(tx, "other", zone="America/St_Johns"),
            newcomer(tx, "third", zone="Europe/Berlin"),
        ]
        for nth, person in enumerate(people):
            play(tx, person, [told(track, days / 2) for whose, track, days in plays if whose == nth])
        here = [seen for person in people if (seen := viewer(tx, NOW, person))]
        first_day = min(who.first_day or who.today for who in here)
        asked = named(period, today=here[0].today, first_day=first_day)
        party = guests(here, asked)
        for guest in party:
            values = {"listener_id": guest.listener_id, "first": asked.first, "until": asked.until}
            rows = {one.name: tx.execute(one.statement, values).fetchall() for one in FORMULAS}
            new = rows.pop("Most discoveries")
            found = {name: tuple(row.values()) for name, (row,) in rows.items()}
            assert found == {
                "Most minutes": (guest.ms,), "Earliest bird": guest.early, "Most skips": guest.skipped,
                "Rarest taste": guest.rare, "Most devoted": guest.devoted,
            }  # fmt: skip
            assert len(new) == guest.new_artists
        assert sorted(guests(here[::-1], asked), key=lambda guest: guest.listener_id) == party
        one, two, _ = here
        values = {"listener_id": people[0], "other_id": people[1], "first": asked.first, "until": asked.until}
        said = {one.name: tx.execute(one.statement, values).fetchall() for one in OVER_TIME}
        steps = over_time(one, two, asked)
        if len(steps) < 2 or (steps[1].first - steps[0].first).days < 365:
            assert [tuple(row.values()) for row in said["Overlap over time"]] == [
                (step.first, pytest.approx(step.overlap)) for step in steps
            ]
        assert over_time(two, one, asked) == steps
        assert [(row["track_key"], row["plays"]) for row in unheard(tx, one, two, asked)] == [
            tuple(row.values()) for row in said["You should hear this"]
        ]
        shared = overlaps(here, asked)
        assert shared[people[0], people[1]] == compare(tx, one, two, asked, 3).overlap
        assert all(shared[b, a] == overlap for (a, b), overlap in shared.items())
