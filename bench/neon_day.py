"""A simulated day of the daemon: how often the warehouse is woken, and for how long.

Every tick of the schedules and of the sensor is evaluated at its simulated instant, and what they ask for is run, with
the warehouse behind the wire. The clock stands still during a run, so a run wakes the warehouse for an instant.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
import time_machine

from bench.figures import Figure
from bench.test_bed import Scene, connected
from brapped_assets.commands.sync import QUIET
from brapped_assets.definitions import defs
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.jobs import daily_upkeep, hourly_plays, refresh_dimensions
from brapped_assets.schedules import hourly_plays_schedule, next_polls
from brapped_assets.sensors.daily import was_kept_up
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.warehouse.storage import IDLE
from brapped_assets_tests.round_trips import Wire, counted

BEGIN = datetime(2026, 9, 4, tzinfo=UTC)
TICK = timedelta(seconds=30)  # of the sensor
TICKS_A_DAY = timedelta(days=1) // TICK


def measure(scene: Scene) -> list[Figure]:
    catalogue = Catalogue()
    listener = Listener(catalogue, plays_per_day=62)
    with time_machine.travel(BEGIN - timedelta(hours=1), tick=False) as clock:
        account = SimulatedAccount(listener, catalogue=catalogue)
        with (
            scene.database(is_durable=False) as name,
            counted(scene.postgres.url(name)) as wire,
            connected(account, wire.url),
            dg.DagsterInstance.ephemeral() as instance,
        ):
            # The day before has been: everything known so far is looked up.
            _poll(instance)
            _refresh(instance)
            wire.answered_at.clear()
            outside = sum(_tick(instance, wire, BEGIN + number * TICK, clock) for number in range(TICKS_A_DAY))
            bursts = _bursts(wire.answered_at)
    awake = sum((end - start + IDLE for start, end in bursts), timedelta())
    return [
        Figure("a day on Neon: bursts of queries", len(bursts), budget=72, note=_off_beat(bursts)),
        Figure(
            "a day on Neon: queries outside runs",
            outside,
            budget=0,
            note=f"at {TICKS_A_DAY:,} evaluations of the sensor and {24 * 3} of the schedule",
        ),
        Figure(
            "a day on Neon: hours awake",
            awake / timedelta(hours=1),
            "h",
            baseline=24,
            baseline_is="the hours of a day",
            note="each burst and the five minutes until it sleeps again",
        ),
    ]


def minutes_of(schedule: dg.ScheduleDefinition) -> list[int]:
    """The minutes of an hour at which a schedule ticks."""
    return [int(minute) for minute in str(schedule.cron_schedule).split()[0].split(",")]


def _tick(instance: dg.DagsterInstance, wire: Wire, now: datetime, clock: time_machine.Traveller) -> int:
    """Evaluate what is to be evaluated now, then run what was asked for; returns the queries of the evaluation."""
    clock.move_to(now)
    before = wire.round_trips
    is_whole_minute = now.second == 0
    is_poll = is_whole_minute and now.minute in minutes_of(hourly_plays_schedule())
    asked = next_polls(instance, now) if is_poll else []
    needs_upkeep = is_poll and not was_kept_up(instance, now)
    needs_refresh = is_due(newest_level(instance), now)
    queries = wire.round_trips - before
    if not isinstance(asked, dg.SkipReason):
        for request in asked:
            _run(instance, hourly_plays.name, request.tags)
    if needs_upkeep:
        _run(instance, daily_upkeep.name, {})
    if needs_refresh:
        _refresh(instance)
    return queries


def _poll(instance: dg.DagsterInstance) -> None:
    asked = next_polls(instance, datetime.now(UTC))
    assert not isinstance(asked, dg.SkipReason)
    for request in asked:
        _run(instance, hourly_plays.name, request.tags)


def _refresh(instance: dg.DagsterInstance) -> None:
    _run(instance, refresh_dimensions.name, {})


def _run(instance: dg.DagsterInstance, job: str, tags: Mapping[str, str]) -> None:
    defs.resolve_job_def(job).execute_in_process(instance=instance, run_config=QUIET, tags=dict(tags))


def _bursts(instants: list[datetime]) -> list[tuple[datetime, datetime]]:
    """Stretches in which the database stays awake, by their first and last query."""
    bursts: list[tuple[datetime, datetime]] = []
    for instant in instants:
        if bursts and instant - bursts[-1][1] < IDLE:
            bursts[-1] = bursts[-1][0], instant
        else:
            bursts.append((instant, instant))
    return bursts


def _off_beat(bursts: list[tuple[datetime, datetime]]) -> str:
    others = [f"{start:%H:%M}" for start, _ in bursts if start.minute not in minutes_of(hourly_plays_schedule())]
    return f"beside the polls: {', '.join(others)}" if others else "the polls, and nothing beside them"
