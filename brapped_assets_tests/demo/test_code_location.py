"""The demo code location: nothing until a run, everything in its own home, and nothing left after it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

# Somebody's real account, whose database nobody answers and whose Spotify nobody is.
REAL = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    "SPOTIFY_REFRESH_TOKEN": "a real one",
    "SPOTIFY_API_URL": "http://127.0.0.1:9/v1",
}
LOAD = """
import dagster as dg, json, os, sys
import multiprocessing, sqlalchemy
WRITES = set("wax+")
def refuse(event, args):
    if event in ("socket.connect", "socket.bind", "os.mkdir") or (
        event == "open" and isinstance(args[1], str) and WRITES & set(args[1]) and ".pyc" not in str(args[0])
    ):
        raise AssertionError(f"{event} {args}")
sys.addaudithook(lambda *told: refuse(*told) if loading else None)
loading = True
from brapped_assets.demo.definitions import defs
repository = defs.get_repository_def()
loading = False
told = {
    "on": [one.name for one in (*repository.schedule_defs, *repository.sensor_defs)
           if one.default_status.value == "RUNNING" and one.name != "default_automation_condition_sensor"],
    "home": os.listdir(os.environ["BRAPPED_HOME"]),
}
"""
RUN = """
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
hours = defs.resolve_assets_def(["demo", "streaming_fact"]).partitions_def.get_partition_keys()
polled = {"dagster/asset_partition_range_start": hours[0], "dagster/asset_partition_range_end": hours[-1]}
with dg.DagsterInstance.ephemeral() as instance:
    told["ran"] = {
        job: defs.resolve_job_def(job).execute_in_process(instance=instance, tags=tags, run_config=quiet).success
        for job, tags in (("demo_hourly_plays", polled), ("demo_refresh_dimensions", {}), ("demo_daily_upkeep", {}))
    }
    told["hours"] = [len(hours), len(instance.get_materialized_partitions(dg.AssetKey(["demo", "streaming_fact"])))]
    newest = instance.get_latest_materialization_event(dg.AssetKey(["demo", "artist_dim"])).asset_materialization
    told["artists"] = newest.metadata["dagster/row_count"].value
"""
TELL = "print(json.dumps(told))"


@pytest.fixture
def home() -> Iterator[Path]:
    # Short, for a Unix socket's whole path may have 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    # The server is a user of its own when root starts it.
    home.chmod(0o755)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def python(code: str, home: Path) -> dict[str, Any]:
    environment = {**os.environ, **REAL, "BRAPPED_HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", code], check=False, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
def test_loading_it_starts_and_writes_nothing_and_nothing_is_switched_on(home: Path) -> None:
    assert python(LOAD + TELL, home) == {"on": [], "home": []}


@pytest.mark.slow
def test_its_runs_are_green_in_a_home_of_their_own_whatever_the_settings_and_leave_no_server(home: Path) -> None:
    told = python(LOAD + RUN + TELL, home)
    assert told["ran"] == dict.fromkeys(told["ran"], True)
    hours, closed = told["hours"]
    assert 48 <= hours == closed <= 72
    assert told["artists"] > 10
    assert [one.name for one in home.iterdir()] == ["code-location"]
    assert (home / "code-location" / "demo" / "exports" / "my_spotify_data.zip").stat().st_size > 100_000
    assert [
        one.pid for one in psutil.process_iter(["cmdline"]) if str(home) in " ".join(one.info["cmdline"] or [])
    ] == []
