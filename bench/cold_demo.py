"""`brapped demo` in a new home: seconds to the first materialized hour, and until the page answers with data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import IO

import psycopg
import requests

from bench.cold_sync import IMPORTS, seconds_of
from bench.figures import Figure
from bench.test_bed import Scene
from brapped_assets.services.ports import free_port

LIMIT_SECONDS = 180
TIMES = 3
SQL = "select 1 from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' and partition is not null limit 1"


def measure(scene: Scene) -> list[Figure]:
    imported = median(seconds_of(IMPORTS) for _ in range(TIMES))
    port = free_port(3300)
    # The demo's home lies in this one; its server's socket is found there without becoming a holder of it.
    socket = scene.folder / "cold" / "demo" / "postgres"
    url = f"postgresql://postgres@/dagster?host={socket}"
    command = [sys.executable, "-m", "brapped_assets", "demo", "--port", str(port)]
    with (scene.folder / "demo.log").open("w+") as log:
        started = perf_counter()
        demo = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "BRAPPED_HOME": str(scene.folder / "cold")}
        )
        try:
            to_first_hour = _until(lambda: _has_an_hour(url), demo, log, started)
            to_page = _until(lambda: _answers(f"http://127.0.0.1:{port}/"), demo, log, started)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(LIMIT_SECONDS)
    baseline_is = "import dagster, dagster_postgres"
    return [
        Figure("demo, new home: first materialized hour", to_first_hour, "s", 60, imported, baseline_is),
        Figure("demo, new home: the page answers with data", to_page, "s", 60, imported, baseline_is, note="one start"),
    ]


def _until(happened: Callable[[], bool], demo: subprocess.Popen[bytes], log: IO[str], started: float) -> float:
    """Seconds since `started` when it has happened. Raises RuntimeError with the demo's words when it cannot."""
    while not happened():
        if demo.poll() is not None or perf_counter() - started > LIMIT_SECONDS:
            log.seek(0)
            raise RuntimeError(f"the demo did not get there: {log.read()}")
        time.sleep(0.1)
    return perf_counter() - started


def _has_an_hour(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return connection.execute(SQL).fetchone() is not None
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return False


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=2).ok)
    except requests.RequestException:
        return False
