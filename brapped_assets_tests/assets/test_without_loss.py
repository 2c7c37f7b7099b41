"""Nobody outruns the polls, and the polls never outrun the budget."""

from bisect import bisect
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappush, heapreplace

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.assets.spotify_lookup import CALLS_A_RUN
from brapped_assets.definitions import defs
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, nonstop
from brapped_assets.spotify import POLLS_A_DAY, BudgetSpent, PlayedItem, QuotaState, admit
from brapped_assets.warehouse import landing, polled_page
from brapped_assets.warehouse.dimensions import REFRESH_AFTER
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import fact, poll, rows, run, served, value, warnings
from brapped_assets_tests.conftest import Connected

pytestmark = pytest.mark.slow

TICK = timedelta(minutes=20)
MIDNIGHT = NOW.replace(hour=0, minute=0)


def test_whoever_plays_30_second_tracks_for_24_hours_loses_none(connected: Connected, clock: Traveller) -> None:
    """72 polls through the resource, the landing and the merge; what Dagster adds to each is tested below."""
    connected.account.listener = nonstop(connected.account.catalogue, MIDNIGHT, count=24 * 120)
    clock.move_to(MIDNIGHT + timedelta(minutes=5))
    with dg.build_resources(dict(defs.resources or {})) as resources:
        (one,) = resources.spotify.connected(datetime.now(UTC))
        for _ in range(POLLS_A_DAY + 1):
            page = one.client.recently_played()
            now = datetime.now(UTC)
            with connected.warehouse.transaction() as tx:
                played = [item for item in page.items if isinstance(item, PlayedItem)]
                landed = landing.land(tx, polled_page.Page(one.listener.listener_id, "run", now, played, [], 1))
                merge_plays(tx, one.listener.listener_id, now)
            assert landed.gap is None
            clock.shift(TICK)
    assert len(fact(connected)) == 24 * 120
    assert fact(connected) == served(connected)
    # Of the first play it is not known when it began.
    assert value(connected, "select count(*) from star.streaming_fact where ms_played <> 30000") == 1
    assert resources.spotify.ledger.made == POLLS_A_DAY + 2


def test_the_same_through_dagster_and_one_missed_poll_is_a_gap_and_not_a_silence(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    connected.account.listener = nonstop(connected.account.catalogue, NOW, count=300)
    for _ in range(4):
        clock.shift(TICK)
        assert poll(instance).success
    assert fact(connected) == served(connected)
    assert len(fact(connected)) == 160
    assert rows(connected, "select * from audit.gap") == []
    newest_known = fact(connected)[-1][0]
    clock.shift(2 * TICK)
    result = poll(instance, job="hourly_plays")
    (gap,) = rows(connected, "select gap_start, gap_end from bi.coverage_gaps where closed_at is null")
    assert gap["gap_start"] == newest_known
    assert gap["gap_end"] == newest_known + timedelta(seconds=31 * 30)
    assert fact(connected) == served(connected)
    assert any("plays may be missing between 2026-11-20 16:27:00 and" in text for text in warnings(result, instance))


@pytest.fixture(scope="module")
def keen() -> Listener:
    """About 20,000 plays a year of some 4,000 artists."""
    return Listener(Catalogue("keen", artists=4_000), "keen", plays_per_day=56)


def test_sample_days_of_a_keen_listener_through_the_real_parts(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, keen: Listener
) -> None:
    """A poll every four hours and the dimensions after it: 50 plays last that long for 56 a day."""
    account = connected.account
    account.listener, account.catalogue = keen, keen.catalogue
    for _ in range(3):
        assert poll(instance).success
        assert run("refresh_dimensions", instance).success
        clock.shift(timedelta(hours=4))
    assert fact(connected) == served(connected)
    assert rows(connected, "select * from audit.gap") == []
    asked = [call.path for call in account.calls if call.path.startswith("/v1/artists/")]
    assert (
        len(asked)
        == len(set(asked))
        == value(connected, "select count(*) from star.artist_dim where asked_at > '-infinity'")
    )
    assert (
        value(connected, "select count(*) from star.artist_dim where artist_id is not null and asked_at is null") == 0
    )
    # Ledger and server count the same calls, tokens apart.
    counted = value(connected, "select sum(calls)::int from audit.api_call")
    assert counted == len([call for call in account.calls if call.path.startswith("/v1/")])


def ticks(start: datetime, days: int) -> Iterator[datetime]:
    return (start + n * TICK for n in range(days * POLLS_A_DAY))


@pytest.fixture(scope="module")
def keen_year(keen: Listener) -> list[tuple[datetime, list[str]]]:
    """Every poll of a year with the artists on its page, as the account would show it; checks that none is lost.

    Simulated without HTTP, Dagster and database: the account's feed at every 20 minutes, 26,280 times.
    """
    account = SimulatedAccount(keen, catalogue=keen.catalogue)
    start, year = datetime(2025, 11, 20, tzinfo=UTC), 365
    plays = keen.plays_between(start, start + timedelta(days=year - 3))
    shown = {play for play in plays if play.ms_played >= 30_000 and not play.private}
    seen = set()
    polls: list[tuple[datetime, list[str]]] = []
    before: set[object] = set()
    appear = sorted(
        play.served_from for play in keen.plays_between(start - timedelta(days=40), start + timedelta(year))
    )
    for now in ticks(start, year):
        if before and bisect(appear, now) == bisect(appear, now - TICK):
            # Nothing became visible since the last poll: the same page again, not worth making.
            polls.append((now, []))
            continue
        account.clock = lambda now=now: now  # type: ignore[misc]
        page = account.feed()
        new = [play for play in page if play not in before]
        assert not before or len(new) < len(page), "a page without overlap"
        seen.update(new)
        polls.append((now, sorted({artist.id for play in new for artist in play.track.artists if artist.id})))
        before = set(page)
    # What was uploaded so late that 50 newer plays stood before it was never shown to anybody.
    assert all(play.offline for play in shown - seen)
    assert len(shown) > 15_000
    return polls


@pytest.mark.parametrize(("budget", "is_ever_behind"), [(1_000, False), (90, True)])
def test_a_keen_year_stays_within_the_budget_and_catches_up(
    keen_year: list[tuple[datetime, list[str]]], budget: int, is_ever_behind: bool
) -> None:
    """Simulated: the queue of artists (asked once in 90 days) and the ledger, both in memory. Real: `quota.admit`."""
    calls: deque[datetime] = deque()
    polls: deque[datetime] = deque()
    queue: list[tuple[datetime, str]] = []
    known: set[str] = set()
    most = behind = 0
    for now, artists in keen_year:
        for window in (calls, polls):
            while window and window[0] <= now - timedelta(hours=24):
                window.popleft()
            window.append(now)
        for artist in set(artists) - known:
            heappush(queue, (now, artist))
        known.update(artists)
        for _ in range(CALLS_A_RUN):
            if not queue or queue[0][0] > now:
                break
            try:
                admit(QuotaState(None, None, len(calls), len(polls), 1), purpose="enrichment", budget=budget, now=now)
            except BudgetSpent:
                break
            calls.append(now)
            heapreplace(queue, (now + REFRESH_AFTER, queue[0][1]))
        most = max(most, len(calls))
        behind += bool(queue) and queue[0][0] < now - timedelta(days=1)
    assert most <= budget
    assert len(polls) <= POLLS_A_DAY
    assert len(known) > 1_500
    assert (behind > 0) == is_ever_behind
