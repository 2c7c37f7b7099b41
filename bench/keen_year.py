"""A keen year: polls and calls a day, ids asked for too early, and plays that were shown but not collected.

The first 92 days are lived: everything the assets call is called over real HTTP and SQL (client, ledger, landing,
merge, dimensions), at the schedule's minutes and without Dagster; 4,000 artists wait from the first day, as after an
import, and fall due again after 90. Only a poll whose page is the same as before is counted without being made (four
in five). What a year of such polls can miss is then computed from the listener alone, for the whole year.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import time_machine

from bench.figures import Figure
from bench.landed_plays import shown, visible_spans
from bench.neon_day import minutes_of
from bench.plain_polling import Keeper
from bench.test_bed import Scene, connected
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.schedules import hourly_plays_schedule
from brapped_assets.settings import Settings
from brapped_assets.spotify import POLLS_A_DAY
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.dimensions import REFRESH_AFTER

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR, LIVED = timedelta(days=365), timedelta(days=92)
DAY = timedelta(days=1)
ARTISTS, PLAYS_A_DAY = 4_000, 63  # of which some 55 are shown: 20,000 a year
WAITING = "insert into star.artist_dim (artist_id, artist_name) select unnest(%(ids)s::text[]), 'known by id'"


def measure(scene: Scene) -> list[Figure]:
    catalogue = Catalogue(artists=ARTISTS)
    listener = Listener(catalogue, plays_per_day=PLAYS_A_DAY)
    account = SimulatedAccount(listener, catalogue=catalogue)
    hours = [BEGIN + timedelta(hours=hour) for hour in range(YEAR // timedelta(hours=1))]
    polls = [hour + timedelta(minutes=minute) for hour in hours for minute in minutes_of(hourly_plays_schedule())]
    lived = [at for at in polls if at < BEGIN + LIVED]

    with (
        scene.database(is_durable=False) as name,
        time_machine.travel(BEGIN, tick=False) as clock,
        connected(account, scene.postgres.url(name)),
        Warehouse(scene.folder, scene.postgres.url(name)) as warehouse,
    ):
        settings = Settings.load()
        keeper = Keeper(warehouse, settings, account, BEGIN)
        with warehouse.transaction() as tx:
            tx.execute(WAITING, {"ids": [catalogue.artist_at(number).id for number in range(ARTISTS)]})
        page: list[datetime] = []
        is_due = True
        for at in lived:
            clock.move_to(at)
            before, page = page, [play.played_at for play in account.feed()]
            is_new = page != before
            if is_new:
                keeper.poll(at)
            else:
                keeper.count_poll(at)
            if is_new or is_due:
                is_due = keeper.ask_for_artists(at)
        collected = keeper.collected()

    asked: dict[str, list[datetime]] = defaultdict(list)
    for call in account.calls:
        if call.path.startswith("/v1/") and not call.path.endswith("/recently-played"):
            asked[call.path].append(call.at)
    others = sorted(at for times in asked.values() for at in times)
    early = sum(b - a < REFRESH_AFTER for times in asked.values() for a, b in pairwise(times))
    plays = shown(listener, BEGIN - DAY * 30, BEGIN + YEAR)
    visible = {at: span for at, span in visible_spans(plays).items() if span[1] > polls[0]}
    missable = [at for at, (start, end) in visible.items() if not _any_between(polls, start, end)]
    lost = [at for at, (start, _) in visible.items() if start <= lived[-1] and at not in collected]
    in_a_year = sum(play.played_at >= BEGIN for play in plays)
    is_it = f"{LIVED.days} days of {in_a_year:,} plays a year, {len(asked):,} artists, {len(others):,} calls for them"
    return [
        Figure("keen year: polls a day", max(Counter(at.date() for at in polls).values()), budget=POLLS_A_DAY),
        Figure(
            "keen year: calls in any 24 hours, at most",
            _most_in_a_day(sorted([*lived, *others])),
            budget=settings.spotify_daily_call_budget,
            baseline=POLLS_A_DAY,
            baseline_is="the polls alone",
            note=is_it,
        ),
        Figure("keen year: ids asked for before they were due", early, budget=0),
        Figure(
            "keen year: plays shown and lost, lived days", len(lost), budget=0, note=f"{len(collected):,} collected"
        ),
        Figure(
            "keen year: plays shown between two polls only, whole year",
            len(missable),
            budget=0,
            baseline=len(visible),
            baseline_is="plays ever shown",
            note="offline plays uploaded so late that 50 newer ones push them out before the next poll",
        ),
    ]


def _any_between(instants: list[datetime], start: datetime, end: datetime) -> bool:
    """Whether one of the sorted instants lies in [start, end)."""
    place = bisect_left(instants, start)
    return place < len(instants) and instants[place] < end


def _most_in_a_day(instants: list[datetime]) -> int:
    """The most of the sorted instants that lie within any 24 hours."""
    return max(
        place + 1 - bisect_left(instants, at - DAY + timedelta(microseconds=1)) for place, at in enumerate(instants)
    )
