"""Dagster's own commands in a checkout: each works, or says what to do; none tells of its beta features."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

import brapped_assets
from brapped_assets.services.ports import free_port
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, wait_until

ROOT = Path(brapped_assets.__file__).parents[1]
BIN = Path(sys.executable).parent
ASSETS = "{assetNodes{assetKey{path} isExecutable repository{location{name}}}}"
LOCATIONS = "{workspaceOrError{... on Workspace{locationEntries{name loadStatus locationOrLoadError{__typename}}}}}"
LAUNCH = """mutation($of: LaunchBackfillParams!){launchPartitionBackfill(backfillParams: $of){
    ... on LaunchBackfillSuccess{backfillId} ... on PythonError{message}}}"""
STATUS = "query($id: String!){partitionBackfillOrError(backfillId: $id){... on PartitionBackfill{status}}}"
RUNS = """{runsOrError{... on Runs{results{status
    repositoryOrigin{repositoryLocationName}}}}}"""

pytestmark = pytest.mark.slow


@pytest.fixture
def home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    home.chmod(0o755)
    (home / "dagster").mkdir()
    (home / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of one's own, to write into."""
    shutil.copytree(ROOT / "brapped_assets", tmp_path / "brapped_assets", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "workspace.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def environment(home: Path, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "BRAPPED_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "VIRTUAL_ENV": str(BIN.parent),
        "COLUMNS": "200",
    }


def dg(home: Path, folder: Path, *words: str) -> str:
    """What a command said on both outputs."""
    ran = subprocess.run(
        [str(BIN / "dg"), *words],
        check=False,
        cwd=folder,
        env=environment(home, folder),
        capture_output=True,
        text=True,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert "Warning" not in said
    return said


def test_an_asset_of_ones_own_is_made_checked_listed_and_launched_beside_ours(home: Path, checkout: Path) -> None:
    dg(home, checkout, "scaffold", "defs", "dagster.asset", "mine.py")
    file = checkout / "brapped_assets" / "defs" / "mine.py"
    assert "@dg.asset" in file.read_text()
    file.write_text(
        'import dagster as dg\n\n\n@dg.asset(deps=["streaming_fact"])\ndef mine() -> None:\n    """Mine."""\n'
    )
    assert "All definitions loaded successfully." in dg(home, checkout, "check", "defs")
    listed = json.loads(dg(home, checkout, "list", "defs", "--json"))
    assert {"mine", "streaming_fact"} <= {one["asset_key"] for one in listed["assets"]}
    assert "RUN_SUCCESS" in dg(home, checkout, "launch", "--assets", "mine")


# Two locations start, and a run of every asset. In CI the button of Dagster's page does that: test_demo.py.
@pytest.mark.thorough
def test_dg_dev_shows_your_account_and_a_demo_that_turns_green_as_the_ui_launches_it(home: Path) -> None:
    port = free_port(0)
    command = [str(BIN / "dg"), "dev", "-w", "workspace.yaml", "--port", str(port)]
    url = f"http://127.0.0.1:{port}/graphql"
    with (
        (home / "said.log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment(home, ROOT), stdout=log, stderr=log, start_new_session=True
        ) as dev,
    ):
        try:
            loaded = wait_for(url, LOCATIONS)["workspaceOrError"]["locationEntries"]
            assert [(one["name"], one["locationOrLoadError"]["__typename"]) for one in loaded] == [
                ("brapped", "RepositoryLocation"),
                ("demo", "RepositoryLocation"),
            ]
            nodes = wait_for(url, ASSETS)["assetNodes"]
            demo = [
                node["assetKey"]
                for node in nodes
                if node["isExecutable"] and node["repository"]["location"]["name"] == "demo"
            ]
            launched = ask(url, LAUNCH, of={"assetSelection": demo, "allPartitions": True})["launchPartitionBackfill"]

            def ended() -> str:
                status: str = ask(url, STATUS, id=launched["backfillId"])["partitionBackfillOrError"]["status"]
                return "" if status in ("REQUESTED", "COMPLETING") else status

            assert wait_until(ended, "the backfill has ended") == "COMPLETED_SUCCESS"
            runs = ask(url, RUNS)["runsOrError"]["results"]
            assert {(run["status"], run["repositoryOrigin"]["repositoryLocationName"]) for run in runs} == {
                ("SUCCESS", "demo")
            }
        finally:
            end(dev)
    assert "Warning" not in (home / "said.log").read_text()
    # Of the real account's home no database was needed.
    assert {one.name for one in home.iterdir()} == {"code-location", "dagster", "said.log", "first_hour", "exports"}
    assert [
        one.pid for one in psutil.process_iter(["cmdline"]) if str(home) in " ".join(one.info["cmdline"] or [])
    ] == []


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = requests.post(url, json={"query": query, "variables": variables}, timeout=PATIENCE_SECONDS).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def wait_for(url: str, query: str) -> dict[str, Any]:
    def answered() -> dict[str, Any]:
        try:
            return ask(url, query)
        except requests.ConnectionError:
            return {}

    return wait_until(answered, "Dagster's web server answers")


def end(dev: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does."""
    started = psutil.Process(dev.pid).children(recursive=True)
    dev.send_signal(signal.SIGINT)
    try:
        dev.wait(PATIENCE_SECONDS)
        _, alive = psutil.wait_procs(started, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        alive = started
    for process in alive:
        process.kill()
    dev.kill()
    assert alive == []
