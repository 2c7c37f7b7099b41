"""The hourly run as the daemon makes it, a process, beside a process that runs two empty assets, in turn.

A run's floor is the interpreter and Dagster's import; `hourly_run` shows what is left without them.
"""

import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter

from bench.figures import Figure
from bench.test_bed import Scene, connected, environment, hurried_account

PAIRS = 5
OPEN = (
    "from brapped_assets.services.dagster_instance import open_instance; from brapped_assets.settings import Settings\n"
)
POLL = OPEN + (
    "from bench.newest_hour import poll_newest_hour\n"
    "with open_instance(Settings.load()) as i: assert poll_newest_hour(i).success"
)
NOTHING = (
    OPEN
    + "from bench.empty_run import run_nothing\nwith open_instance(Settings.load()) as i: assert run_nothing(i).success"
)
CHECKOUT = str(Path(__file__).parents[1])


def measure(scene: Scene) -> list[Figure]:
    with (
        scene.database() as warehouse,
        scene.database(template="dagster") as history,
        connected(hurried_account(), scene.postgres.url(warehouse)),
        environment(
            {"DAGSTER_PG_URL": scene.postgres.url(history), "PYTHONPATH": CHECKOUT, "PYTHONWARNINGS": "ignore"}
        ),
    ):
        _seconds(POLL)  # migrates nothing, but makes Dagster's tables and asks whose token it is
        times = [(*_seconds(POLL), *_seconds(NOTHING)) for _ in range(PAIRS)]
    ours, our_cpu, empty, empty_cpu = (median(each) for each in zip(*times, strict=True))
    return [
        Figure(
            "hourly run, as a process",
            ours * 1000,
            "ms",
            baseline=empty * 1000,
            baseline_is="a process that runs two empty assets",
            ratio_budget=1.3,
            note=f"median of {PAIRS}, in turn",
        ),
        Figure(
            "hourly run, as a process: CPU",
            our_cpu * 1000,
            "ms",
            baseline=empty_cpu * 1000,
            baseline_is="of that process",
            ratio_budget=1.3,
            note="without the database's; on a busy machine the figure to trust",
        ),
    ]


def _seconds(program: str) -> tuple[float, float]:
    """From start to end, and of CPU."""
    started, before = perf_counter(), _cpu()
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - started, _cpu() - before


def _cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
