"""The hourly run in one process, beside a run of two empty assets on the same kind of instance, in turn.

Both instances are Dagster's PostgreSQL storage with few connections, as every command opens it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

import dagster as dg

from bench.empty_run import run_nothing
from bench.figures import Figure
from bench.newest_hour import poll_newest_hour
from bench.poll import milliseconds_inside
from bench.test_bed import Scene, connected, environment, hurried_account
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets_tests.round_trips import Wire, counted

PAIRS = 15
HISTORY = "dagster"  # on the embedded server from its first start, and empty


def measure(scene: Scene) -> list[Figure]:
    with scene.database() as warehouse, connected(hurried_account(), scene.postgres.url(warehouse)):
        with (
            scene.database(template=HISTORY) as ours,
            scene.database(template=HISTORY) as empty,
            _instance(scene, ours) as (our_instance, our_wire),
            _instance(scene, empty) as (empty_instance, empty_wire),
        ):
            poll_newest_hour(our_instance)
            run_nothing(empty_instance)
            trips = our_wire.round_trips, empty_wire.round_trips
            polled = poll_newest_hour(our_instance)
            did_nothing = run_nothing(empty_instance)
            our_trips, empty_trips = our_wire.round_trips - trips[0], empty_wire.round_trips - trips[1]
            our_events, empty_events = (
                len(instance.all_logs(result.run_id))
                for instance, result in ((our_instance, polled), (empty_instance, did_nothing))
            )
        with scene.database(template=HISTORY) as ours, scene.database(template=HISTORY) as empty:
            with (
                _instance(scene, ours, is_counted=False) as (our_instance, _),
                _instance(scene, empty, is_counted=False) as (empty_instance, _),
            ):
                poll_newest_hour(our_instance)
                run_nothing(empty_instance)
                sizes = scene.bytes_of(ours), scene.bytes_of(empty)
                times = [
                    (_seconds(poll_newest_hour, our_instance), _seconds(run_nothing, empty_instance))
                    for _ in range(PAIRS)
                ]
            our_bytes, empty_bytes = scene.bytes_of(ours) - sizes[0], scene.bytes_of(empty) - sizes[1]
    our_seconds, empty_seconds = (median(each) for each in zip(*times, strict=True))
    is_it = "a run of two empty assets"
    return [
        Figure(
            "hourly run, without interpreter and imports",
            our_seconds * 1000,
            "ms",
            baseline=empty_seconds * 1000,
            baseline_is=is_it,
            note=f"median of {PAIRS}, in turn; {our_events} events against {empty_events}, "
            f"{milliseconds_inside(polled):.0f} ms inside the assets",
        ),
        Figure("hourly run: round trips of Dagster's storage", our_trips, baseline=empty_trips, baseline_is=is_it),
        Figure(
            "hourly run: history it leaves behind",
            our_bytes / PAIRS / 1000,
            "kB",
            budget=80,
            baseline=empty_bytes / PAIRS / 1000,
            baseline_is=is_it,
            note="budget: 40 kB a run and 10 kB a check (design, section 2)",
        ),
    ]


@contextmanager
def _instance(scene: Scene, database: str, *, is_counted: bool = True) -> Iterator[tuple[dg.DagsterInstance, Wire]]:
    with counted(scene.postgres.url(database)) as wire:
        url = wire.url if is_counted else scene.postgres.url(database)
        home = str(scene.folder / database)
        with environment({"BRAPPED_HOME": home, "DAGSTER_PG_URL": url}), open_instance(Settings.load()) as instance:
            yield instance, wire


def _seconds(run: Callable[[dg.DagsterInstance], dg.ExecuteInProcessResult], instance: dg.DagsterInstance) -> float:
    started = perf_counter()
    assert run(instance).success
    return perf_counter() - started
