"""The ledger of calls: one for all processes, over a rolling day."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from brapped_assets.warehouse import call_ledger, listeners
from brapped_assets.warehouse.call_ledger import Spent
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.warehouse.polled_plays import NOON, at, newcomer

POLL = "/me/player/recently-played"
DAY = timedelta(days=1)


@pytest.fixture
def other(database_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path, database_url) as other:
        yield other


def _calls(tx: Connection, minutes: float) -> int:
    return call_ledger.spent(tx, poll_endpoint=POLL, now=at(minutes)).calls


def test_calls_are_counted_by_endpoint(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        assert call_ledger.spent(tx, poll_endpoint=POLL, now=NOON) == Spent(None, None, 0, 0, 0)
        ann = newcomer(tx, "a")
        newcomer(tx, "b")
        listeners.end_consent(tx, ann, NOON)
        for endpoint in (POLL, POLL, "/artists", "/artists", "/artists"):
            call_ledger.count(tx, endpoint, NOON)
        assert call_ledger.spent(tx, poll_endpoint=POLL, now=NOON) == Spent(None, None, 5, 2, 1)


def test_a_call_counts_for_a_whole_day_and_then_no_more(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        call_ledger.count(tx, POLL, at(0.99))  # at 12:00:59
        assert [_calls(tx, 24 * 60 + minutes) for minutes in (-1, 0.98, 1)] == [1, 1, 0]


def test_calls_counted_by_a_clock_that_was_a_year_ahead_do_not_eat_the_budget_for_a_year(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        call_ledger.count(tx, POLL, NOON + 365 * DAY)
        call_ledger.count(tx, POLL, NOON)
        assert _calls(tx, 0) == 1


def test_old_rows_of_the_ledger_are_forgotten(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        for days in range(3):
            call_ledger.count(tx, POLL, NOON - days * DAY)
        assert call_ledger.forget_before(tx, NOON - DAY) == 1
        assert tx.execute("select count(*) as n from audit.api_call").fetchone() == {"n": 2}


def test_spotifys_wish_is_kept_and_never_shortened(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        for minutes, reason in ((60, "first"), (30, "shorter"), (90, "longer")):
            call_ledger.postpone(tx, at(minutes), reason, latest=at(7 * 24 * 60))
        spent = call_ledger.spent(tx, poll_endpoint=POLL, now=NOON)
    assert (spent.not_before, spent.reason) == (at(90), "longer")


def test_whoever_is_about_to_call_waits_for_whoever_else_is(warehouse: Warehouse, other: Warehouse) -> None:
    def reserve() -> int:
        with other.transaction() as tx:
            spent = call_ledger.spent(tx, poll_endpoint=POLL, now=NOON, lock=True).calls
            call_ledger.count(tx, POLL, NOON)
            return spent

    with ThreadPoolExecutor(1) as thread:
        with warehouse.transaction() as tx:
            assert call_ledger.spent(tx, poll_endpoint=POLL, now=NOON, lock=True).calls == 0
            second = thread.submit(reserve)
            while not tx.execute("select 1 from pg_locks where not granted").fetchall():
                assert not second.done()
                time.sleep(0.005)
            call_ledger.count(tx, POLL, NOON)
        assert second.result() == 1


def test_asking_without_the_lock_waits_for_nobody(warehouse: Warehouse, other: Warehouse) -> None:
    with warehouse.transaction() as tx:
        call_ledger.spent(tx, poll_endpoint=POLL, now=NOON, lock=True)
        with other.transaction(lock_seconds=1) as theirs:
            assert _calls(theirs, 0) == 0


def test_a_wait_of_a_clock_that_was_ahead_keeps_no_real_one_out(warehouse: Warehouse) -> None:
    week = at(7 * 24 * 60)
    with warehouse.transaction() as tx:
        call_ledger.postpone(tx, at(400 * 24 * 60), "a clock that was ahead", latest=at(407 * 24 * 60))
        call_ledger.postpone(tx, at(24 * 60), "QUOTA_EXCEEDED", latest=week)
        kept = call_ledger.spent(tx, poll_endpoint="p", now=NOON)
        assert (kept.not_before, kept.reason) == (at(24 * 60), "QUOTA_EXCEEDED")
        # A shorter one does not shorten a real one.
        call_ledger.postpone(tx, at(5), "rate limited", latest=week)
        assert call_ledger.spent(tx, poll_endpoint="p", now=NOON).not_before == at(24 * 60)
