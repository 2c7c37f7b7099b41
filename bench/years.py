"""A simulated year of outages, exports, an upgrade and restarts, and what it cost: nothing but marked gaps.

What is lived, and which part of it through Dagster, is told in `years_life`; what happens when, in `years_plan`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import time_machine
from psycopg.rows import dict_row

from bench.figures import Figure
from bench.scene import Scene, connected, environment
from bench.years_life import Life, Told
from bench.years_plan import KINDS, YEAR, Plan
from bench.years_truth import Held, held_against_the_truth
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener

ZONE = "Europe/Berlin"
LEDGERS = """
select (select count(*) from audit.api_call) as calls, (select count(*) from audit.poll) as polls,
       (select count(*) from audit.rejected_row) as rejected, (select count(*) from audit.gap) as gaps,
       (select count(*) from insights.touched_day) as touched_days,
       (select count(*) from raw.recently_played where not is_merged) as not_merged
"""
DEAD = "select sum(n_dead_tup)::float8 as dead, sum(n_live_tup)::float8 as live from pg_stat_user_tables"
SIZE = "select pg_database_size(current_database()) as bytes"


@contextmanager
def lived(scene: Scene, plan: Plan) -> Iterator[Life]:
    """A life that is over, at its last instant; everything it made is gone afterwards."""
    catalogue = Catalogue(artists=plan.artists)
    listener = Listener(catalogue, plays_per_day=plan.plays_a_day, time_zone=ZONE)
    # Made beforehand: what the simulation remembers of its days is no growth of the program's.
    listener.plays_between(plan.begin, plan.end)
    account = SimulatedAccount(listener, catalogue=catalogue)
    with ExitStack() as stack:
        clock = stack.enter_context(time_machine.travel(plan.begin, tick=False))
        url = scene.postgres.url(stack.enter_context(scene.database(is_durable=False)))
        stack.enter_context(connected(account, url))
        stack.enter_context(environment({"BRAPPED_TIMEZONE": ZONE}))
        life = stack.enter_context(Life(scene, plan, account, url, clock))
        life.live()
        yield life


def held(life: Life) -> Held:
    """The warehouse as it is now, against what was played."""
    with psycopg.connect(life.url, row_factory=dict_row) as connection:
        connection.execute("set timezone to 'UTC'")
        return held_against_the_truth(connection, life.account, life.told.polled, life.told.exported)


def measure(scene: Scene, plan: Plan = YEAR) -> list[Figure]:
    with lived(scene, plan) as life:
        told, truth = life.told, held(life)
        with psycopg.connect(life.url, autocommit=True, row_factory=dict_row) as connection:
            (ledgers,) = connection.execute(LEDGERS).fetchall()
            (dead,) = connection.execute(DEAD).fetchall()
            (as_left,) = connection.execute(SIZE).fetchall()
            connection.execute("vacuum full")
            (made_anew,) = connection.execute(SIZE).fetchall()
    name = f"{plan.days} days"
    polls = ", ".join(f"{count:,} {what}" for what, count in told.polls.most_common())
    return [
        *(Figure(f"fault: {KINDS[kind]}", count, note=_lasting(plan, kind)) for kind, count in told.faults.items()),
        Figure(f"{name}: ticks of the schedule", told.polls.total(), note=polls),
        Figure(
            f"{name}: plays lost", truth.lost, budget=0, baseline=truth.known, baseline_is="plays shown or exported"
        ),
        Figure(f"{name}: plays doubled", truth.doubled, budget=0, note="; ".join(truth.differences)),
        Figure(
            f"{name}: plays with their neighbour's instant",
            truth.mistaken,
            note="the same song again within seconds: which half of the export is whose cannot be told",
        ),
        Figure(
            f"{name}: plays missed outside marked gaps",
            truth.unmarked,
            budget=0,
            note=f"{truth.marked} missed inside: {truth.gaps} open gaps, {truth.gap_time.total_seconds() / 3600:.0f} h",
        ),
        Figure(f"{name}: wrong local times", truth.wrong_local, budget=0, note=f"in {ZONE}, both changes of the clock"),
        Figure(
            f"{name}: differences after the upgrade from the first schema",
            0 if told.is_upgrade_whole else 1,
            budget=0,
            note=f"{told.upgraded_rows:,} rows carried",
        ),
        Figure(
            "memory at the end",
            told.rss[-1] / 1e6,
            "MB",
            baseline=told.rss[len(told.rss) // 2] / 1e6,
            baseline_is="half-way",
            note="of the process, the simulated account and its list of what it served included",
        ),
        Figure(
            "warehouse as left",
            as_left["bytes"] / 1e6,
            "MB",
            baseline=made_anew["bytes"] / 1e6,
            baseline_is="after VACUUM FULL",
            note=f"{dead['dead']:,.0f} dead rows beside {dead['live']:,.0f}; autovacuum by the clock on the wall",
        ),
        *_of_dagster(told),
        *(Figure(f"rows: {what.replace('_', ' ')}", count) for what, count in ledgers.items()),
    ]


def _of_dagster(told: Told) -> list[Figure]:
    if len(told.dagster_bytes) < 2:
        return []
    return [
        Figure(
            "Dagster's history after the last sampled day",
            told.dagster_bytes[-1] / 1e6,
            "MB",
            baseline=told.dagster_bytes[0] / 1e6,
            baseline_is="after the first",
            note=f"runs kept after each day's upkeep: {', '.join(map(str, told.dagster_runs))}",
        )
    ]


def _lasting(plan: Plan, kind: str) -> str:
    hours = sum(each.lasts.total_seconds() for each in plan.troubles if each.kind == kind) / 3600
    return f"{hours:.0f} h in all" if hours >= 1 else ""
