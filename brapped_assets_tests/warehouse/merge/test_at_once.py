"""Two runs at once, each on its own connection, in an order the test decides."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.errors import Busy
from brapped_assets.warehouse.gap_proof import Proof
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets.warehouse.merge.play_merge import Merge, MergeOutcome, merge_plays
from brapped_assets_tests.warehouse.concurrent_work import in_transaction, wait_until_waiting
from brapped_assets_tests.warehouse.exported_plays import Told, natural
from brapped_assets_tests.warehouse.polled_plays import (
    Play,
    Unread,
    at,
    everything,
    fact,
    gaps,
    landed,
    newcomer,
    plays,
    poll,
    song,
)


def test_the_same_page_landed_at_once_is_there_once_and_makes_no_false_gap(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]))
    page, odd = plays([0, *range(10, 30)]), [Unread("odd")]
    with warehouse.transaction() as tx:
        first = poll(tx, me, page, odd)
        second: Future[Proof] = threads.submit(in_transaction, other, lambda theirs: poll(theirs, me, page, odd))
        wait_until_waiting(tx, second)
    assert (first.landed, second.result().landed) == (20, 0)
    with warehouse.transaction() as tx:
        assert (first.gap, second.result().gap, gaps(tx)) == (None, None, [])
        assert len(landed(tx, me)) == 21
        assert tx.execute("select times from audit.rejected_row").fetchall() == [{"times": 2}]


def test_two_first_polls_at_once_make_no_gap(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    with warehouse.transaction() as tx:
        poll(tx, me, plays(range(50)))
        second: Future[Proof] = threads.submit(
            in_transaction, other, lambda theirs: poll(theirs, me, plays(range(1, 51)))
        )
        wait_until_waiting(tx, second)
    assert second.result().landed == 1
    with warehouse.transaction() as tx:
        assert gaps(tx) == []
        assert tx.execute("select collected_since from audit.listener").fetchall() == [{"collected_since": at(0)}]


def test_a_page_whose_twin_was_rolled_back_lands_itself_and_keeps_its_gap(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]))
    second: list[Future[Proof]] = []

    def come_to_nothing(tx: Connection) -> None:
        poll(tx, me, plays([60, 64]))
        second.append(threads.submit(in_transaction, other, lambda theirs: poll(theirs, me, plays([60, 64]))))
        wait_until_waiting(tx, second[0])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(warehouse, come_to_nothing)
    assert (second[0].result().landed, second[0].result().gap) == (2, (at(0), at(60)))


def test_pages_in_opposite_order_do_not_deadlock(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        newcomer(tx, "other")
    for round_ in range(5):
        page = [play for ref in "abcdefgh" for play in plays(range(6), f"{ref}{round_}")]
        runs: list[Future[Proof]] = [
            threads.submit(in_transaction, one, partial(poll, listener_id=who, played=items))
            for one, who, items in ((warehouse, me, page), (other, me + 1, page[::-1]))
        ]
        assert [run.result().landed for run in runs] == [48, 48]


def test_two_merges_at_once_double_nothing(warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4, 8]))
    with warehouse.transaction() as tx:
        first = merge_plays(tx, me, at(9))
        second: Future[Merge] = threads.submit(in_transaction, other, lambda theirs: merge_plays(theirs, me, at(9)))
        wait_until_waiting(tx, second)
    assert (first.added, second.result().added) == (3, 0)
    with warehouse.transaction() as tx:
        assert len(fact(tx, me)) == 3


@pytest.mark.slow
def test_a_merge_that_waited_too_long_is_busy_and_its_rows_stay_marked(warehouse: Warehouse, other: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
    with warehouse.transaction() as tx:
        merge_plays(tx, me, at(5))
        with pytest.raises(Busy, match="stays marked"):
            in_transaction(other, lambda theirs: merge_plays(theirs, me, at(5)), lock_seconds=1)
        tx.execute("truncate star.streaming_fact")  # as if this merge had come to nothing
        tx.execute("update raw.recently_played set is_merged = false")
    with other.transaction() as tx:
        assert [row["is_merged"] for row in landed(tx, me)] == [False, False]
        assert merge_plays(tx, me, at(5)).added == 2


def test_landing_does_not_wait_for_a_merge_and_what_lands_meanwhile_is_merged_next(
    warehouse: Warehouse, other: Warehouse
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
    with warehouse.transaction() as tx:
        assert merge_plays(tx, me, at(5)).added == 2
        with other.transaction(lock_seconds=1) as theirs:
            assert poll(theirs, me, plays([4, 8])).landed == 1
    with warehouse.transaction() as tx:
        assert [row["is_merged"] for row in landed(tx, me)] == [True, True, False]
        assert merge_plays(tx, me, at(9)).added == 1


def test_merges_of_two_listeners_meet_at_a_new_track_and_both_get_it(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        poll(tx, me, plays([0], "new"))
        poll(tx, you, plays([1], "new"))
    with warehouse.transaction() as tx:
        merge_plays(tx, me, at(2))
        second: Future[Merge] = threads.submit(in_transaction, other, lambda theirs: merge_plays(theirs, you, at(2)))
        wait_until_waiting(tx, second)
    assert second.result().added == 1
    with warehouse.transaction() as tx:
        assert [row["track_ref"] for row in everything(tx)["track"]] == ["new"]


def test_payloads_read_at_once_are_read_once(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [*plays([0], "a"), *plays([4], "b")])
    with warehouse.transaction() as tx:
        assert apply_payloads(tx) == 2
        second: Future[int] = threads.submit(in_transaction, other, apply_payloads)
        wait_until_waiting(tx, second)
    assert second.result() == 0
    with warehouse.transaction() as tx:
        assert len(everything(tx)["credit"]) == 2


def _export(tx: Connection, listener_id: int) -> MergeOutcome:
    told = [Told(at(0), 120_000), Told(at(2), 45_000), Told(at(8), 150_000)]
    return merge_exported(tx, listener_id, "extended", encode(told, Occurrences()))


@pytest.mark.parametrize("export_first", [True, False])
def test_a_polls_merge_and_an_import_at_once_are_one_after_the_other(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor, export_first: bool
) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx), newcomer(tx, "you")
        for listener_id in (me, you):
            poll(tx, listener_id, [Play(at(minute), song("a", artists=["Alice"])) for minute in (0, 4, 8)])
    works: list[Callable[[Connection], Any]] = [partial(_export, listener_id=me), lambda tx: merge_plays(tx, me, at(9))]
    first, second = works if export_first else works[::-1]
    with warehouse.transaction() as tx:
        first(tx)
        waiting: Future[Any] = threads.submit(in_transaction, other, second)
        wait_until_waiting(tx, waiting)
        with Warehouse(Path(), tx.info.dsn) as third, third.transaction(lock_seconds=1) as theirs:
            # Neither a page nor another listener waits.
            poll(theirs, you, [Play(at(12), song("a", artists=["Alice"]))])
    waiting.result()
    with warehouse.transaction() as tx:
        merge_plays(tx, you, at(9))
        _export(tx, you)
        mine, yours = natural(tx, me), natural(tx, you)
        assert [row.played_at for row in mine] == [at(0), at(2), at(4), at(8)]
        assert mine == [row for row in yours if row.played_at < at(12)]


def test_two_imports_of_new_tracks_at_once_both_get_through(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx), newcomer(tx, "you")
    with warehouse.transaction() as tx:
        assert _export(tx, me).added == 3
        waiting: Future[Any] = threads.submit(in_transaction, other, partial(_export, listener_id=you))
        wait_until_waiting(tx, waiting)
    assert waiting.result().added == 3
    with warehouse.transaction() as tx:
        assert natural(tx, me) == natural(tx, you)
