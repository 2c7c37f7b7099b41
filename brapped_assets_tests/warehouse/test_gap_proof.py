"""Gaps are facts: a page that reaches back to nothing known may hide a loss."""

from collections.abc import Callable

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.gap_proof import SHORTEST_CUT_PAGE
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.rejected_items import retry_rejected
from brapped_assets_tests.warehouse.polled_plays import Play, Unread, at, gaps, newcomer, page, plays, poll, song

HOUR = 60


def _since(tx: Connection) -> object:
    row = tx.execute("select collected_since from audit.listener").fetchone()
    assert row is not None
    return row["collected_since"]


def test_a_first_poll_makes_no_gap_and_says_since_when_plays_are_collected(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert _since(tx) is None
        assert poll(tx, me, plays(range(50))).gap is None
        assert (gaps(tx), _since(tx)) == ([], at(0))
        poll(tx, me, plays(range(-10, 30)))
        assert _since(tx) == at(0)


@pytest.mark.parametrize("items", [1, 3, 45, 50])
def test_a_page_without_overlap_makes_one_gap_with_exact_ends(warehouse: Warehouse, items: int) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        result = poll(tx, me, plays(range(HOUR, HOUR + items)))
        assert (result.overlapped, result.gap) == (False, (at(4), at(HOUR)))
        assert gaps(tx) == [(at(4), at(HOUR))]
        row = tx.execute("select listener_id, reason, poll_id from audit.gap").fetchone()
    assert row == {
        "listener_id": me,
        "reason": "page without overlap",
        "poll_id": result.poll_id,
    }


def test_overlap_by_a_single_item_makes_none(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        result = poll(tx, me, plays([4, *range(HOUR, HOUR + 49)]))
        assert (result.overlapped, result.gap, gaps(tx)) == (True, None, [])


def test_a_late_upload_on_a_page_without_overlap_does_not_hide_the_gap(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        result = poll(tx, me, [*plays([2], "offline"), *plays(range(HOUR, HOUR + 49))])
        assert result.gap == (at(4), at(HOUR))


def test_an_item_met_before_but_never_understood_counts_as_overlap(warehouse: Warehouse) -> None:
    odd = Unread({"played_at": "never"})
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]), [odd])
        assert poll(tx, me, plays(range(HOUR, HOUR + 49)), [odd]).overlapped
        assert gaps(tx) == []


def test_an_item_rejected_for_the_first_time_is_no_overlap(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        assert poll(tx, me, plays(range(HOUR, HOUR + 49)), [Unread("new")]).gap == (at(4), at(HOUR))


def test_a_page_that_could_not_be_read_at_all_makes_a_gap_up_to_the_poll(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        unread = page(me, [], [Unread({"track": None}, "no track")], polled_at=at(HOUR))
        assert land(tx, unread).gap == (at(4), at(HOUR))


def test_an_item_understood_since_counts_as_overlap(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]), [Unread("play at 4")])
        retry_rejected(tx, me, parser_version=2, parse=lambda _, __: Play(at(4), song("a")), now=at(HOUR))
        assert poll(tx, me, plays([4, *range(HOUR, HOUR + 49)])).overlapped


def test_a_short_page_after_an_empty_first_poll_makes_none(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, [], polled_at=at(0)))
        assert _since(tx) == at(0)
        assert poll(tx, me, plays(range(5, 5 + SHORTEST_CUT_PAGE - 1))).overlapped
        assert gaps(tx) == []


def test_a_page_that_may_be_cut_after_an_empty_first_poll_makes_one(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, [], polled_at=at(0)))
        assert poll(tx, me, plays(range(5, 5 + SHORTEST_CUT_PAGE))).gap == (at(0), at(5))


def test_a_full_first_page_of_plays_older_than_the_empty_poll_makes_none(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, [], polled_at=at(HOUR)))
        assert poll(tx, me, plays(range(50))).gap is None


def test_a_play_stamped_in_the_future_hides_no_gap(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        nonsense = plays([60 * 24 * 400])
        first = page(me, [*plays([0, 4]), *nonsense], polled_at=at(5))
        assert land(tx, first).gap is None
        later = page(me, [*plays(range(HOUR, HOUR + 49)), *nonsense], polled_at=at(HOUR + 50))
        assert land(tx, later).gap == (at(4), at(HOUR))


def test_the_same_gap_is_not_written_twice(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]))
        poll(tx, me, plays([HOUR]))
        for _ in range(2):
            poll(tx, me, plays([HOUR]))
        assert gaps(tx) == [(at(0), at(HOUR))]


def test_every_hole_has_its_own_gap(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        for hour in range(3):
            poll(tx, me, plays([hour * HOUR]))
        poll(tx, you, plays([5]))
        assert gaps(tx) == [(at(0), at(HOUR)), (at(HOUR), at(2 * HOUR))]


def episode(minutes: float, name: str = "e") -> Unread:
    return Unread({"episode": name, "at": minutes}, "this is no music", "podcast", at(minutes))


def nothing(minutes: float | None = None) -> Unread:
    return Unread({"track": None, "at": minutes}, "nothing", "nothing", None if minutes is None else at(minutes))


@pytest.mark.parametrize("other", [episode, nothing])
def test_a_page_of_anything_that_was_met_before_reaches_back(
    warehouse: Warehouse, other: Callable[[float], Unread]
) -> None:
    """Fifty episodes push every play off the page: that they were met before proves that nothing lies between."""
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, plays([0, 4]), [other(minute) for minute in range(5, 30)], polled_at=at(30)))
        second = land(tx, page(me, [], [other(minute) for minute in range(25, 75)], polled_at=at(75)))
        third = land(tx, page(me, plays([80]), [other(minute) for minute in range(30, 79)], polled_at=at(81)))
        assert [(one.overlapped, one.gap) for one in (second, third)] == [(True, None), (True, None)]
        assert gaps(tx) == []


@pytest.mark.parametrize("other", [episode, nothing])
def test_a_page_of_what_was_never_met_makes_a_gap_from_the_last_known_item_to_its_first(
    warehouse: Warehouse, other: Callable[[float], Unread]
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, plays([0, 4]), [other(6)], polled_at=at(7)))
        result = land(tx, page(me, [], [other(HOUR + minute) for minute in range(50)], polled_at=at(3 * HOUR)))
        assert (result.overlapped, result.gap) == (False, (at(6), at(HOUR)))


def test_a_first_page_without_plays_says_since_when_they_are_collected(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, [], [episode(-30), nothing(-20), nothing()], polled_at=at(0)))
        assert (_since(tx), gaps(tx)) == (at(-30), [])
        assert land(tx, page(me, plays([3]), [episode(-30)], polled_at=at(5))).overlapped


def test_what_looks_the_same_each_time_proves_nothing(warehouse: Warehouse) -> None:
    impossible = Unread({"played_at": "2099"}, "the time lies in the future", "impossible_time")
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        land(tx, page(me, plays([0, 4]), [nothing(), impossible], polled_at=at(5)))
        again = page(me, plays(range(HOUR, HOUR + 48)), [nothing(), impossible], polled_at=at(3 * HOUR))
        assert land(tx, again).gap == (at(4), at(HOUR))


def test_a_page_of_what_proves_nothing_says_nothing_and_the_next_is_judged_by_itself(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        for minute in (HOUR, 2 * HOUR):
            assert land(tx, page(me, [], [nothing()], polled_at=at(minute))).gap is None
        assert land(tx, page(me, plays([4, 3 * HOUR]), [nothing()], polled_at=at(4 * HOUR))).overlapped
        assert gaps(tx) == []
