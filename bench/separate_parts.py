"""Code server, daemon, web server and pages as on machines of their own: what they share is PostgreSQL and addresses.

Each is one process of `brapped serve` with its own home and working folder. Where the system lets us (root on Linux),
each has a mount namespace in which that folder is its own and empty at every start, as in a container without a volume.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import psutil
import requests

from brapped_assets.services.parts import Part
from brapped_assets.services.ports import free_port

T = TypeVar("T")
LIMIT_SECONDS = 240
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
UNSHARE = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    'mount -t tmpfs tmpfs "$0" && cd "$0" && exec "$@"',
]


class Apart:
    """The four parts; `start` and `kill` one as often as you like. `close` ends them all."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {**environment, "PYTHONWARNINGS": "ignore"}
        self._ports = {part: free_port(0) for part in Part}
        self._processes: dict[Part, subprocess.Popen[bytes]] = {}
        self._session = requests.Session()
        self._log: IO[bytes] = (folder / "parts.log").open("ab")
        self.is_walled_off = _may_unshare()

    def start(self, part: Part) -> None:
        """Start this part, as whatever watches over containers would: without a word to the others."""
        own = self._folder / "parts" / ("same" if self.is_walled_off else part.value)
        own.mkdir(parents=True, exist_ok=True)
        listens = ["--port", str(self._ports[part])] if part is not Part.DAEMON else []
        finds = ["--code", f"127.0.0.1:{self._ports[Part.CODE]}"] if part in (Part.DAEMON, Part.WEB) else []
        serve = [sys.executable, "-m", "brapped_assets", "serve", part.value, *listens, *finds]
        self._processes[part] = subprocess.Popen(
            [*UNSHARE[:-1], f"{UNSHARE[-1]}", str(own), *serve] if self.is_walled_off else serve,
            cwd=own,
            env={**self._environment, "BRAPPED_HOME": str(own / "home")},
            stdout=self._log,
            stderr=self._log,
            # A group of its own, for a container dies with all that is in it.
            start_new_session=True,
        )

    def kill(self, part: Part) -> None:
        """SIGKILL to everything in this part."""
        process = self._processes.pop(part)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def runs(self) -> set[psutil.Process]:
        """What the code server has started, runs among them."""
        return set(psutil.Process(self._processes[Part.CODE].pid).children(recursive=True))

    def close(self) -> None:
        for part in list(self._processes):
            self.kill(part)
        self._log.close()

    def is_ready(self) -> bool:
        """Whether Dagster's UI knows the code, and the pages answer."""
        try:
            found = self._ask(
                "{workspaceOrError {... on Workspace {locationEntries {locationOrLoadError {__typename}}}}}"
            )
            entries = found["workspaceOrError"]["locationEntries"]
            is_loaded = [(entry["locationOrLoadError"] or {}).get("__typename") for entry in entries]
            health = self._session.get(f"http://127.0.0.1:{self._ports[Part.PAGES]}/health", timeout=5)
        except (requests.RequestException, KeyError):
            return False
        return is_loaded == ["RepositoryLocation"] and health.ok

    def launch(self, job: str, tags: Mapping[str, str]) -> str | None:
        """Put a run into the queue, through Dagster's UI; its id, or None while that cannot reach the code server."""
        asked = self._ask(
            "mutation($p: ExecutionParams!) {launchRun(executionParams: $p) {__typename"
            " ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}",
            p={
                "selector": {
                    "repositoryLocationName": "brapped",
                    "repositoryName": "__repository__",
                    "jobName": job,
                },
                "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
            },
        )["launchRun"]
        return asked["run"]["runId"] if asked["__typename"] == "LaunchRunSuccess" else None

    def status(self, run_id: str) -> str:
        asked = self._ask("query($id: ID!) {runOrError(runId: $id) {... on Run {status}}}", id=run_id)
        return str(asked["runOrError"]["status"])

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self._ports[Part.WEB]}/graphql"
        answer = self._session.post(url, json={"query": query, "variables": variables}, timeout=30).json()
        data: dict[str, Any] = answer["data"]
        return data


def until(happened: Callable[[], T | None], what: str) -> T:
    """The first true answer. Raises RuntimeError when there is none within four minutes."""
    limit = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < limit:
        answer = happened()
        if answer:
            return answer
        time.sleep(0.05)
    raise RuntimeError(f"not within {LIMIT_SECONDS} s: {what}")


def _may_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*UNSHARE[:-3], "true"], check=False, capture_output=True).returncode == 0
