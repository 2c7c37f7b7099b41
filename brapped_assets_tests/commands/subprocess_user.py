"""Somebody at a keyboard: starts commands as processes, reads what they say, presses Ctrl-C."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
import requests

T = TypeVar("T")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Said:
    """What a command ended with and said, in one line each."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Started:
    """A command that runs on, and the file it speaks into."""

    process: subprocess.Popen[bytes]
    log: Path

    def says(self) -> str:
        return words(self.log.read_text(encoding="utf-8", errors="replace"))

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)


class User:
    """Works in `folder`/work with `folder`/home; nothing of the environment of the tests comes along."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.work = folder / "work"
        self.work.mkdir()
        self.python = Path(sys.executable)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "BRAPPED_HOME": str(self.home),
            "COLUMNS": "200",
            "LANG": "C.UTF-8",
            "TZ": "Asia/Kolkata",
        }

    def run(self, *arguments: str, **environment: str) -> Said:
        done = subprocess.run(
            [self.python.with_name("brapped"), *arguments],
            cwd=self.work,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Said(done.returncode, words(done.stdout), words(done.stderr))

    @contextmanager
    def started(self, *arguments: str, **environment: str) -> Iterator[Started]:
        """A command in the background, in a session of its own as in a terminal; killed at the end if need be."""
        log = self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
        with log.open("wb") as out, hang_ups_heard():
            process = subprocess.Popen(
                [self.python.with_name("brapped"), *arguments],
                cwd=self.work,
                env={**self.environment, **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield Started(process, log)
        finally:
            if process.poll() is None:
                # A test failed: nobody is left to stop what this one started.
                process.kill()
                kill_processes_of(self.folder)
            process.wait()


@contextmanager
def hang_ups_heard() -> Iterator[None]:
    """What is started inside hears a hang-up, also where the tests themselves run on without their terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def words(text: str) -> str:
    """Text without the line breaks and boxes a terminal's width puts in."""
    return " ".join(text.replace("│", " ").split())


def processes_of(folder: Path) -> list[psutil.Process]:
    """Everything that runs for a home inside `folder`: by environment, or (PostgreSQL) by command line."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            homes = [environment.get("BRAPPED_HOME", ""), environment.get("DAGSTER_HOME", ""), *process.cmdline()]
        except psutil.Error:
            continue
        if any(home.startswith(str(folder)) for home in homes):
            found.append(process)
    return found


def ask_processes_of(folder: Path, question: Callable[[psutil.Process], Answer]) -> list[Answer]:
    """What each of `processes_of` answers; one that ends while it is asked has no answer."""
    answers = []
    for process in processes_of(folder):
        with suppress(psutil.NoSuchProcess):
            answers.append(question(process))
    return answers


def kill_processes_of(folder: Path) -> None:
    """All at once: one that ends with another, as PostgreSQL's do, is killed already."""
    ask_processes_of(folder, psutil.Process.kill)


def plays(database_url: str) -> list[tuple[Any, ...]]:
    """The whole fact, surrogate keys and all."""
    with psycopg.connect(database_url) as connection:
        return connection.execute("select * from star.streaming_fact order by 1, 2, 3").fetchall()


def free_port() -> int:
    """A free port below those that systems give to connections: any of them would be somebody's before we listen."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", 20_000 + secrets.randbelow(12_000)))
            return int(probe.getsockname()[1])


# Nobody waits that long for what works. A machine with everything else to do at once needs ten times what is usual.
PATIENCE_SECONDS = 600


def wait_until(happened: Callable[[], T], what: str) -> T:
    """The first true answer; failing with `what` when there is none in time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = happened()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


class Dagster:
    """Dagster's web server, asked as its own pages ask it. `running` is the file in which `up` says where it is."""

    def __init__(self, running: Path) -> None:
        self._running = running
        self._session = requests.Session()

    @property
    def url(self) -> str:
        return self._where("dagster")

    @property
    def page(self) -> str:
        """Where the pages are."""
        return self._where("page")

    def _where(self, what: str) -> str:
        return str(json.loads(self._running.read_text())[what])

    def is_up(self) -> bool:
        try:
            return self._session.get(f"{self.url}/server_info", timeout=60).ok
        except (requests.RequestException, FileNotFoundError):
            return False

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = self._session.post(f"{self.url}/graphql", json=body, timeout=60).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def location(self) -> dict[str, Any]:
        """Name, load status, schedules and sensors of the one code location; empty while it loads."""
        found = self.ask(
            "{workspaceOrError {... on Workspace {locationEntries {name loadStatus locationOrLoadError {"
            " __typename ... on RepositoryLocation {repositories {name"
            " schedules {name scheduleState {status}} sensors {name sensorState {status}}}}}}}}}"
        )["workspaceOrError"]["locationEntries"]
        return found[0] if found and found[0]["loadStatus"] == "LOADED" else {}

    def runs(self, job: str = "hourly_plays") -> list[dict[str, Any]]:
        """Runs of a job, the newest first."""
        asked = self.ask(
            "query($job: String) {runsOrError(filter: {pipelineName: $job}) {... on Runs {results {"
            "runId status tags {key value}}}}}",
            job=job,
        )
        runs: list[dict[str, Any]] = asked["runsOrError"]["results"]
        return runs

    def status(self, run_id: str) -> str:
        asked = self.ask("query($id: ID!) {runOrError(runId: $id) {... on Run {status}}}", id=run_id)
        return str(asked["runOrError"]["status"])

    def dry_run(self, location: str, schedule: str) -> dict[str, Any]:
        """What a tick of this schedule would do now."""
        asked = self.ask(
            "mutation($s: ScheduleSelector!, $at: Float) {scheduleDryRun(selectorData: $s, timestamp: $at) {__typename"
            " ... on DryRunInstigationTick {evaluationResult {skipReason error {message}"
            " runRequests {tags {key value}}}}}}",
            s={
                "repositoryLocationName": location,
                "repositoryName": "__repository__",
                "scheduleName": schedule,
            },
            at=datetime.now(UTC).timestamp(),
        )
        result: dict[str, Any] = asked["scheduleDryRun"]["evaluationResult"]
        return result

    def launch(self, location: str, job: str, tags: list[dict[str, str]]) -> str:
        """Put a run into the queue, from which the daemon takes it; its id."""
        asked = self.ask(
            "mutation($p: ExecutionParams!) {launchRun(executionParams: $p) {__typename"
            " ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}",
            p={
                "selector": {
                    "repositoryLocationName": location,
                    "repositoryName": "__repository__",
                    "jobName": job,
                },
                "executionMetadata": {"tags": tags},
            },
        )["launchRun"]
        assert asked["__typename"] == "LaunchRunSuccess", asked
        return str(asked["run"]["runId"])
