"""The proof of the simulated year's pairs: what it lets pass, and what it calls a fault."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bench.years.pairs import Row, Verdict, Worth, best_worth, judged
from brapped_assets.warehouse.merge.matching import Observation, pairs


def at(seconds: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def row(polled: float | None, exported: float | None, song: str = "Fermata") -> Row:
    return Row(song, *(None if each is None else at(each) for each in (polled, exported)))


def test_rows_with_the_halves_of_their_plays_leave_nothing_to_say() -> None:
    plays = [row(0, 5), row(200, None), row(None, 400), row(0, 1, "Coda")]
    assert judged(plays, reversed(plays)) == Verdict((), (), (), ())


def test_a_half_that_no_row_has_is_lost_and_one_that_no_play_has_is_doubled() -> None:
    assert judged([row(0, 5)], [row(0, None)]) == Verdict((row(None, 5),), (), (), ())
    assert judged([row(0, 5)], [row(0, 5), row(None, 5)]) == Verdict((), (row(None, 5),), (), ())
    assert judged([row(0, 5)], []) == Verdict((row(0, None), row(None, 5)), (), (), ())


def test_the_nearer_of_two_exported_halves_is_proven_though_it_is_another_plays() -> None:
    # Shown was the one that the export tells of five seconds later; the other, too short to be shown, ended near it.
    verdict = judged([row(0, 5), row(None, 1)], [row(0, 1), row(None, 5)])
    assert verdict == Verdict(
        (),
        (),
        (),
        (
            (
                "Fermata, played 03-01 00:00:00.000/03-01 00:00:05.000 and -/03-01 00:00:01.000 (1 pairs, 5 s); merged "
                "03-01 00:00:00.000/03-01 00:00:01.000 and -/03-01 00:00:05.000 (1 pairs, 1 s); best of all pairings: "
                "1 pairs, 1 s"
            ),
        ),
    )


def test_a_pairing_that_a_better_one_was_allowed_for_is_wrong() -> None:
    truth = [row(0, 1), row(None, 5)]
    assert len(judged(truth, [row(0, 5), row(None, 1)]).wrong) == 1


def test_halves_of_one_play_in_two_rows_are_wrong() -> None:
    assert len(judged([row(0, 5)], [row(0, None), row(None, 5)]).wrong) == 1


def test_pairs_that_cross_or_lie_too_far_apart_are_wrong() -> None:
    assert len(judged([row(0, 10), row(5, 12)], [row(0, 12), row(5, 10)]).wrong) == 1
    assert len(judged([row(0, None), row(60, None), row(None, 120)], [row(0, 120), row(60, None)]).wrong) == 1


def test_a_row_that_is_right_can_prove_its_neighbours_wrong() -> None:
    # With the play at 0 and 1 the others would have made a pair more.
    truth = [row(0, 1), row(3, None), row(None, 100)]
    assert len(judged(truth, truth).wrong) == 0
    assert len(judged([row(0, 1), row(3, 4)], [row(0, 1), row(3, None), row(None, 4)]).wrong) == 1


@given(st.lists(st.integers(0, 240), max_size=5), st.lists(st.integers(0, 240), max_size=5))
def test_the_merge_finds_no_worse_pairs_than_trying_every_one(polled: list[int], exported: list[int]) -> None:
    ones, others = (
        [Observation(key, at(second), "id", "fermata", frozenset(), nth=key) for key, second in enumerate(sorted(ends))]
        for ends in (polled, exported)
    )
    found = pairs(ones, others)
    apart = (abs(one.at - other.at) for one, other in found)
    best = best_worth([one.at for one in ones], [other.at for other in others])
    assert Worth(len(found), -sum(apart, timedelta())) == best
