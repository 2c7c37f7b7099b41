"""What is seen of a life by whoever looks: processes, Dagster's answers, pages, and who is refused."""

import gzip
import os
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil
import requests
from psycopg.conninfo import conninfo_to_dict

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.services import network
from brapped_assets_tests.commands.browser import Browser
from brapped_assets_tests.commands.subprocess_user import (
    PATIENCE_SECONDS,
    Dagster,
    Started,
    User,
    ask_processes_of,
    wait_until,
)

LOOKED_FOR = "what-somebody-looked-for"
EVERYTHING_DAGSTER_TELLS = """{
  instance {info hasInfo daemonHealth {allDaemonStatuses {daemonType lastHeartbeatErrors {message stack}}}}
  workspaceOrError {... on Workspace {locationEntries {name displayMetadata {key value} locationOrLoadError {
    ... on RepositoryLocation {environmentPath dagsterLibraryVersions {name version}
      repositories {displayMetadata {key value}
        allTopLevelResourceDetails {name description configuredValues {key value type} configFields {name description}}
        schedules {name scheduleState {ticks {error {message stack} logKey}}}
        sensors {name sensorState {ticks {error {message stack}}}}}}}}}}
  runsOrError {... on Runs {results {runId runConfigYaml resolvedRunConfig: runConfig tags {key value}
    eventConnection {events {__typename ... on MessageEvent {message level}
      ... on MaterializationEvent {metadataEntries {label description ... on TextMetadataEntry {text}}}
      ... on StepExpectationResultEvent {message}
      ... on ExecutionStepFailureEvent {error {message stack causes: errorChain {error {message stack}}}}
      ... on RunFailureEvent {error {message stack}}}}}}}
}"""


@dataclass
class Life:
    """What was seen of it: `secrets` by what they are, `shown` by where."""

    user: User
    dagster: Dagster
    databases: list[str]
    secrets: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    refused: dict[tuple[str, str], int] = field(default_factory=dict)


@contextmanager
def everybody_watching(seen: set[str]) -> Iterator[None]:
    """Notes the arguments of every process on this machine, ten times a second at first, as `ps` shows them to all."""
    over = Event()

    def watch() -> None:
        looks: Counter[int] = Counter()
        while not over.wait(0.1):
            for pid in psutil.pids():
                looks[pid] += 1
                # They start as a copy of who starts them, and are soon themselves.
                if looks[pid] <= 20:
                    with suppress(OSError):
                        seen.add(
                            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                        )

    watching = Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def with_password(url: str, password: str) -> str:
    """The same database by a URL with a password in it, which the embedded server does not ask for."""
    given = conninfo_to_dict(url)
    return f"postgresql://{given['user']}:{password}@/{given['dbname']}?host={given['host']}"


def log_in(user: User) -> str:
    """Agree in a browser; all that the command said."""
    with user.started("login", "--no-browser") as login:
        shown = wait_until(lambda: re.findall(r"http://\S+/authorize\?\S+", login.says()), "an address is shown")
        browser = Browser()
        browser.open(shown[0])
        assert login.process.wait(PATIENCE_SECONDS) == 0, login.says()
        browser.wait()
        return login.log.read_text()


def be_up(life: Life, account: SimulatedAccount, started: Started) -> None:
    """Wait, let the daemon poll, and ask Dagster and the pages for all they tell."""
    dagster = life.dagster

    def is_up() -> bool:
        assert started.process.poll() is None, started.says()
        return "brapped is up" in started.says() and dagster.is_up() and bool(dagster.location())

    try:
        wait_until(is_up, "Dagster is up")
    except AssertionError as late:
        raise AssertionError(f"{late}; {started.says()}") from None
    # The first poll went well, before anything was up; this one does not.
    account.faults.add("malformed_json", path="/api/token", times=None)
    (request,) = dagster.dry_run("brapped", "hourly_plays")["runRequests"]
    run = dagster.launch("brapped", "hourly_plays", request["tags"])
    wait_until(lambda: dagster.status(run) == "FAILURE", "the daemon's poll fails")
    assert "SUCCESS" in {each["status"] for each in dagster.runs()}
    packed = requests.get(f"{dagster.url}/download_debug/{run}", timeout=60).content
    life.shown["debug file"] = gzip.decompress(packed).decode()
    life.shown["graphql"] = str(dagster.ask(EVERYTHING_DAGSTER_TELLS))
    life.shown["running.json"] = (life.user.home / "running.json").read_text()
    ask_from_elsewhere(life, started)
    visit = requests.Session()
    key = {"key": life.secrets["key of the network"]} if "key of the network" in life.secrets else {}
    for name, path in (("overview", "/"), ("history", "/history"), ("the page as one file", "/export.html?range=all")):
        life.shown[name] = visit.get(f"{dagster.page}{path}", params=key, timeout=60).text
    assert visit.get(f"{dagster.page}/search", params={"q": LOOKED_FOR}, timeout=60).ok
    token = life.secrets["read token"]
    for name, path, status in (
        ("totals", "/totals", 200),
        ("no totals", f"/totals?rule={token}", 400),
        ("no plays", "/plays", 403),
    ):
        asked = requests.get(f"{dagster.page}/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        assert asked.status_code == status, asked.text
        life.shown[name] = asked.text
    cover = re.search(r"/cover/\w+/\d+", life.shown["overview"])
    assert cover is not None
    assert visit.get(f"{dagster.page}{cover[0]}", timeout=60).ok


def ask_from_elsewhere(life: Life, started: Started) -> None:
    """As another machine would, and as a page of another site in the owner's own browser."""
    key = re.search(r"\?key=([\w-]+)", started.says())
    page, engine = (int(url.rpartition(":")[2]) for url in (life.dagster.page, life.dagster.url))
    ports = {
        connection.laddr.port
        for connections in ask_processes_of(life.user.folder, lambda process: process.net_connections("inet"))
        for connection in connections
        if connection.status == psutil.CONN_LISTEN
    }
    assert {page, engine} < ports
    for address in network.addresses():
        for port in ports - {page}:
            with socket.socket() as other:
                other.settimeout(2)
                life.refused[address, f"port {'engine' if port == engine else 'code'}"] = other.connect_ex(
                    (address, port)
                )
        assert key is not None
        life.secrets["key of the network"] = key[1]
        base = f"http://{address}:{page}"
        life.refused[address, "no key"] = requests.get(base, timeout=60).status_code
        life.refused[address, "key"] = requests.get(f"{base}/", params={"key": key[1]}, timeout=60).status_code
    wipe = 'mutation{shutdownRepositoryLocation(repositoryLocationName:"brapped"){__typename}}'
    for name, method, headers in (
        ("a form", "POST", {"Origin": "http://evil.example"}),
        ("a picture", "GET", {"Accept": "image/*"}),
        ("another name", "POST", {"Host": f"evil.example:{engine}"}),
    ):
        asked = requests.request(
            method, f"{life.dagster.url}/graphql", params={"query": wipe}, headers=headers, timeout=10
        )
        life.refused["127.0.0.1", name] = asked.status_code
