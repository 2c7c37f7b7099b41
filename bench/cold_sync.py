"""`brapped sync` with nothing new, as a process from nothing, beside an interpreter that only imports Dagster."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from bench.figures import Figure
from bench.test_bed import Scene, connected, environment
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import nonstop
from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.round_trips import counted

TIMES = 3
# From a runner in one region to a database in the next.
DELAY_SECONDS = 0.02
SYNC = [sys.executable, "-m", "brapped_assets", "sync"]
IMPORTS = [sys.executable, "-c", "import dagster, dagster_postgres"]


def seconds_of(command: list[str]) -> float:
    """How long a process takes from start to end. Raises RuntimeError with its words when it fails."""
    started = perf_counter()
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}")
    return perf_counter() - started


def measure(scene: Scene) -> list[Figure]:
    catalogue = Catalogue()
    # All of it long over: after the first sync nothing is new.
    listener = nonstop(catalogue, datetime.now(UTC) - timedelta(days=2), seconds=200, count=50)
    home = scene.folder / "sync"
    with connected(SimulatedAccount(listener, catalogue=catalogue), None), environment({"BRAPPED_HOME": str(home)}):
        seconds_of(SYNC)
        times = [(seconds_of(SYNC), seconds_of(IMPORTS)) for _ in range(TIMES)]
        server = embedded_server.start(home)
        with (
            counted(server.url("brapped")) as warehouse,
            counted(server.url("dagster")) as dagster,
            environment({"DATABASE_URL": warehouse.url, "DAGSTER_PG_URL": dagster.url}),
        ):
            seconds_of(SYNC)
        with (
            counted(server.url("brapped"), delay_seconds=DELAY_SECONDS) as far_warehouse,
            counted(server.url("dagster"), delay_seconds=DELAY_SECONDS) as far_dagster,
            environment({"DATABASE_URL": far_warehouse.url, "DAGSTER_PG_URL": far_dagster.url}),
        ):
            far = seconds_of(SYNC)
        server.stop()
    synced, imported = (median(each) for each in zip(*times, strict=True))
    return [
        Figure(
            "sync, nothing new: cold",
            synced,
            "s",
            budget=15,
            baseline=imported,
            baseline_is="import dagster, dagster_postgres",
            note=f"both databases on the embedded server, which it starts and stops; median of {TIMES}, in turn",
        ),
        Figure(
            "sync, nothing new: connections",
            warehouse.connections + dagster.connections,
            budget=10,
            note=f"{warehouse.connections} to the warehouse, {dagster.connections} to Dagster's database",
        ),
        Figure(
            "sync, nothing new: round trips",
            warehouse.round_trips + dagster.round_trips,
            budget=250,
            note=f"{warehouse.round_trips} to the warehouse, {dagster.round_trips} to Dagster's database",
        ),
        Figure(
            "sync, nothing new: far from its databases",
            far,
            "s",
            budget=15,
            note=f"{DELAY_SECONDS * 1000:.0f} ms each way: {far_warehouse.round_trips + far_dagster.round_trips} round "
            f"trips of {2 * DELAY_SECONDS * 1000:.0f} ms",
        ),
    ]
