"""The pairing of two sources against every pairing there is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brapped_assets.warehouse.merge.matching import REACH, Observation, Pair, pairs, same_track
from brapped_assets.warehouse.merge.matching import _in_order as in_order
from brapped_assets_tests.examples import examples

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seen(second: float, ref: str | None = "a", title: str = "song", artists: Sequence[str] = ("alice",)) -> Observation:
    return Observation(0, NOON + timedelta(seconds=second), ref, title, frozenset(artists))


def observations(refs: Sequence[str | None]) -> st.SearchStrategy[list[Observation]]:
    one = st.builds(
        seen,
        st.sampled_from([0, 1, 30, 31, 60, 89, 90, 91, 120, 150, 181, 400]) | st.integers(0, 400),
        st.sampled_from(refs),
        st.sampled_from(["song", "other"]),
        st.sets(st.sampled_from(["alice", "bob"]), min_size=1, max_size=2).map(sorted),
    )
    return st.lists(one, max_size=5)


def every_pairing(ones: Sequence[Observation], others: Sequence[Observation]) -> Iterator[list[Pair]]:
    """Each way to give every one at most one other of the same track within reach."""
    if not ones:
        yield []
        return
    yield from every_pairing(ones[1:], others)
    for place, other in enumerate(others):
        if same_track(ones[0], other) and near(ones[0], other):
            for rest in every_pairing(ones[1:], [*others[:place], *others[place + 1 :]]):
                yield [(ones[0], other), *rest]


def is_in_order(pairing: Sequence[Pair], ones: Sequence[Observation], others: Sequence[Observation]) -> bool:
    places = sorted((ones.index(one), others.index(other)) for one, other in pairing)
    return all(first[1] < second[1] for first, second in pairwise(places))


def hanging_together(
    ones: Sequence[Observation], others: Sequence[Observation]
) -> list[tuple[list[Observation], list[Observation]]]:
    """What could be paired, directly or through each other, grown one observation after the other."""
    groups: list[tuple[list[Observation], list[Observation]]] = []
    left, right = list(ones), list(others)
    while left:
        mine = [left.pop(0)]
        theirs: list[Observation] = []
        size = 0
        while size != len(mine) + len(theirs):
            size = len(mine) + len(theirs)
            theirs += [o for o in right if o not in theirs and any(same_track(m, o) and near(m, o) for m in mine)]
            mine += [o for o in left if o not in mine and any(same_track(o, t) and near(o, t) for t in theirs)]
        left, right = [o for o in left if o not in mine], [o for o in right if o not in theirs]
        groups.append((in_order(mine), in_order(theirs)))
    return groups


def near(one: Observation, other: Observation) -> bool:
    return abs(one.at - other.at) <= REACH


def distance(pairing: Sequence[Pair]) -> timedelta:
    return sum((abs(one.at - other.at) for one, other in pairing), timedelta(0))


def stamps(pairing: Sequence[Pair]) -> list[tuple[object, ...]]:
    """What a pairing says, without who is who among equals."""
    return sorted(
        (one.at, one.track_ref or "", one.title, sorted(one.artists), other.at, other.track_ref or "", other.title)
        for one, other in pairing
    )


@given(observations(["a", "b", None]), observations(["a", "b", None]))
@examples(300)
def test_whatever_hangs_together_is_paired_in_order_as_often_as_possible_and_then_as_near_as_possible(
    ones: list[Observation], others: list[Observation]
) -> None:
    ones, others = numbered(ones), numbered(others)
    found = pairs(ones, others)
    expected = []
    for mine, theirs in hanging_together(ones, others):
        ordered = [pairing for pairing in every_pairing(mine, theirs) if is_in_order(pairing, mine, theirs)]
        expected.append(min((-len(pairing), distance(pairing)) for pairing in ordered))
        assert is_in_order([pair for pair in found if pair[0] in mine], mine, theirs)
    assert (-len(found), distance(found)) == (sum(e[0] for e in expected), sum((e[1] for e in expected), timedelta(0)))


@given(observations(["a"]), observations(["a"]))
@examples(200)
def test_of_one_track_time_order_costs_neither_a_pair_nor_a_second(
    ones: list[Observation], others: list[Observation]
) -> None:
    found = pairs(numbered(ones), numbered(others))
    free = min((-len(pairing), distance(pairing)) for pairing in every_pairing(numbered(ones), numbered(others)))
    assert (-len(found), distance(found)) == free


@given(observations(["a", "b", None]), observations(["a", "b", None]))
@examples(300)
@example([seen(0), seen(80)], [seen(-80), seen(60)])
def test_a_pair_is_of_one_track_within_reach_and_nobody_is_in_two(
    ones: list[Observation], others: list[Observation]
) -> None:
    ones, others = numbered(ones), numbered(others)
    found = pairs(ones, others)
    assert all(same_track(one, other) and near(one, other) for one, other in found)
    for side in zip(*found, strict=True):
        assert len({seen.key for seen in side}) == len(side)


def numbered(observations: Sequence[Observation]) -> list[Observation]:
    return [
        Observation(key, seen.at, seen.track_ref, seen.title, seen.artists) for key, seen in enumerate(observations)
    ]


@given(st.data(), observations(["a", "b", None]), observations(["a", "b", None]))
@examples(200)
def test_neither_the_order_nor_what_happens_hours_away_changes_a_pair(
    data: st.DataObject, ones: list[Observation], others: list[Observation]
) -> None:
    shuffled = pairs(data.draw(st.permutations(ones)), data.draw(st.permutations(others)))
    assert stamps(shuffled) == stamps(pairs(ones, others))
    later = [seen(10_000), seen(10_060)]
    assert stamps(pairs([*ones, *later], [*others, *later])) == stamps(
        [*pairs(ones, others), *zip(later, later, strict=True)]
    )


def test_the_nearest_first_would_double_a_short_song_on_repeat_and_time_order_does_not() -> None:
    polled, exported = [seen(0), seen(45), seen(90)], [seen(44), seen(89), seen(134)]
    assert [(one.at, other.at) for one, other in pairs(polled, exported)] == [
        (one.at, other.at) for one, other in zip(polled, exported, strict=True)
    ]


@pytest.mark.parametrize(("apart", "paired"), [(90, True), (90.001, False), (-90, True), (-90.001, False)])
def test_ninety_seconds_are_a_pair_and_a_millisecond_more_is_not(apart: float, paired: bool) -> None:
    assert bool(pairs([seen(0)], [seen(apart)])) is paired


def test_a_relinked_track_is_known_by_its_title_and_any_artist_of_track_or_album() -> None:
    credited = seen(0, "old", artists=["alice", "various artists"])
    assert same_track(credited, seen(0, "new", artists=["various artists"]))
    assert not same_track(credited, seen(0, "new", artists=["carol"]))
    assert not same_track(credited, seen(0, "new", title="another"))
    assert not same_track(seen(0, None, title="x"), seen(0, None, title="y"))
