"""The wheel, installed into an environment of its own, and `brapped demo` from it: one start for all of this."""

import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import anyio
import psutil
import psycopg
import pytest
import requests
from dotenv import dotenv_values
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from playwright.sync_api import Playwright, expect

from brapped_assets.commands.demo import EXPORT, _reset
from brapped_assets.console.runner import console
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import Tally, truth
from brapped_assets.demo.lively import LivelyListener
from brapped_assets.services import network
from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.browser import fonts
from brapped_assets_tests.browser.conftest import CHROMIUM
from brapped_assets_tests.commands.dagster_ui import DagsterUi, opened
from brapped_assets_tests.commands.questions import QUESTIONS
from brapped_assets_tests.commands.subprocess_user import (
    Dagster,
    Started,
    User,
    ask_processes_of,
    free_port,
    processes_of,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

REAL = {
    "SPOTIFY_CLIENT_ID": "a-real-client-id",
    "SPOTIFY_REFRESH_TOKEN": "a-real-refresh-token",
    "SPOTIFY_API_URL": "http://127.0.0.1:1/v1",
    "BRAPPED_HEARTBEAT_URL": "http://127.0.0.1:1/a-real-heartbeat",
    "BRAPPED_NOTIFY": "json://127.0.0.1:1/a-real-address",
    "BRAPPED_START": "2020-01-01T00:00:00+00:00",
}


@pytest.fixture(scope="module")
def installed(wheel: Path, user: User) -> User:
    """A user whose Python has the wheel, and this environment's packages, but not this checkout."""
    environment = user.folder / "venv"
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment), "platbase": str(environment)}))
    # A plain path: .pth files inside it (the editable install of this checkout is one) are not followed.
    (site / "this_environment.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--no-warn-script-location", "--ignore-installed"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install, wheel], check=True)
    user.python = python
    return user


@dataclass(frozen=True)
class Demo:
    """A demo that is up, and how it was asked for."""

    user: User
    started: Started
    dagster: Dagster
    port: int

    @property
    def home(self) -> Path:
        return self.user.home / "demo"

    @property
    def settings(self) -> dict[str, str]:
        return {name: value or "" for name, value in dotenv_values(self.home / ".env").items()}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(f"postgresql://postgres@/brapped?host={embedded_server.folder(self.home)}") as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="module")
def demo(installed: User) -> Iterator[Demo]:
    """The demo from an empty folder, among settings of a real account; Ctrl-C at the end."""
    (installed.work / ".env").write_text("".join(f"{name}={value}\n" for name, value in REAL.items()))
    port = free_port()
    dagster = Dagster(installed.home / "demo" / "running.json")
    with installed.started("demo", "--port", str(port), **REAL) as started:

        def is_up() -> bool:
            assert started.process.poll() is None, started.says()
            return dagster.is_up() and bool(dagster.location()) and "demo is up" in started.says()

        # How long it takes is a benchmark's business; here the machine may be busy.
        wait_until(is_up, "the demo is up")
        yield Demo(installed, started, dagster, port)
        assert started.stop() == 0, started.says()
        assert "Stopped." in started.says()
        wait_until(lambda: not processes_of(installed.folder), "everything has stopped")


def test_the_installed_command_is_not_the_checkout(installed: User) -> None:
    where = [str(installed.python), "-c", "import brapped_assets; print(brapped_assets.__file__)"]
    found = subprocess.check_output(where, cwd=installed.work, env=installed.environment, text=True)
    assert found.startswith(str(installed.folder / "venv"))
    assert (installed.folder / "venv" / "bin" / "brapped").exists()


def test_the_demo_is_up_with_data(demo: Demo) -> None:
    location = demo.dagster.location()
    assert location["name"] == "demo"
    (repository,) = location["locationOrLoadError"]["repositories"]
    assert {each["name"]: each["scheduleState"]["status"] for each in repository["schedules"]} == {
        "hourly_plays": "RUNNING",
    }
    assert [(each["name"], each["sensorState"]["status"]) for each in repository["sensors"]] == [
        (name, "RUNNING")
        for name in (
            "daily_upkeep",
            "heartbeat",
            "inbox",
            "notices",
            "refresh_dimensions",
            "refresh_tags",
            "wrapped_reports",
        )
    ]


def test_what_only_the_export_names_is_looked_up_within_the_days_budget(demo: Demo) -> None:
    served = "select count(*) from star.track_dim where payload_key is not null"
    with_picture = "select count(*) from bi.artists where image_url is not null"
    waiting = "select count(*) from star.track_dim where payload_key is null and track_id is not null"

    def counts() -> tuple[int, ...]:
        return tuple(demo.rows(statement)[0][0] for statement in (served, with_picture, waiting))

    # Among the first tests: ten runs spend the day's budget, and a slow machine gets there in the later ones.
    before = wait_until(lambda: found if all(found := counts()) else (), "the first refresh")
    # Drained run by run, artists beside tracks.
    wait_until(lambda: all(now > then for now, then in zip(counts()[:2], before, strict=False)), "another refresh")
    after = counts()
    assert after[2] < before[2]
    assert sum(before[::2]) <= sum(after[::2]) <= sum(before[::2]) + 50
    # Albums and artists are there by name from the start.
    assert demo.rows("select count(*) from bi.plays where track_id is not null and album_name is null") == [(0,)]
    assert demo.rows("select sum(calls) <= 1000 from audit.api_call") == [(True,)]


def test_the_hours_are_materialized_and_the_checks_passed(demo: Demo) -> None:
    nodes = _nodes(demo)
    by_name = {node["assetKey"]["path"][0]: node for node in nodes}
    for name in ("recently_played_raw", "streaming_fact"):
        assert by_name[name]["partitionStats"] == {"numMaterialized": 72, "numFailed": 0}
    # The export is imported by the command, before Dagster is up.
    assert [event["runId"] for event in by_name["streaming_history"]["assetMaterializations"]] == [""]


def test_whoever_opens_dagster_finds_everything_there_checked_and_up_to_date(demo: Demo) -> None:
    def is_whole() -> bool:
        nodes = _nodes(demo)
        checks = [
            (check["executionForLatestMaterialization"] or {}).get("status")
            for node in nodes
            for check in node["assetChecksOrError"]["checks"]
        ]
        return (
            all(node["assetMaterializations"] and node["staleStatus"] == "FRESH" for node in nodes)
            and len(checks) >= 10
            and set(checks) == {"SUCCEEDED"}
        )

    wait_until(is_whole, "reports are written, all checks have succeeded, nothing is out of date")


def newest_hour(demo: Demo) -> str:
    asked = '{assetNodeOrError(assetKey: {path: ["recently_played_raw"]}) {... on AssetNode {partitionKeys}}}'
    hours: list[str] = demo.dagster.ask(asked)["assetNodeOrError"]["partitionKeys"]
    return hours[-1]


@pytest.fixture(scope="module")
def ui(demo: Demo, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUi]:
    if CHROMIUM is None or fonts.lacking(fonts.DEJAVU):
        pytest.skip("no Chromium, or no fonts of DejaVu, on this machine")
    with opened(demo.dagster.url, playwright, tmp_path_factory.mktemp("ui")) as ui:
        yield ui


def test_the_automation_page_has_one_schedule_and_sensors_whose_names_say_what_they_do(ui: DagsterUi) -> None:
    lines = ui.automations()
    sensors = ("daily_upkeep", "heartbeat", "inbox", "notices", "refresh_dimensions", "refresh_tags", "wrapped_reports")
    assert {"hourly_plays", *sensors} <= {*lines}
    assert [line for line in lines if line.startswith("Scheduled")] == [
        "Scheduled At 5, 25, and 45 minutes past the hour"
    ]


def test_a_poll_launched_from_the_launchpad_leaves_no_check_unevaluated(demo: Demo, ui: DagsterUi) -> None:
    ui.checks("recently_played_raw", 1)
    ui.checks("listening_audit", 14)
    run_id = ui.launch("hourly_plays", newest_hour(demo))
    wait_until(lambda: demo.dagster.status(run_id) == "SUCCESS", "a poll has succeeded")
    ui.checks("recently_played_raw", 1)
    ui.checks("listening_audit", 14)
    checks = [check for node in _nodes(demo) for check in node["assetChecksOrError"].get("checks", [])]
    assert len(checks) == 20
    assert [check["name"] for check in checks if check["executionForLatestMaterialization"] is None] == []


def test_the_link_of_a_report_opens_its_page(demo: Demo, ui: DagsterUi) -> None:
    page = ui.follow("wrapped_report", "/wrapped?range=")
    assert page.url.startswith(f"http://127.0.0.1:{demo.port}/wrapped?range=2")
    assert page.title().startswith("Wrapped, 2")


def test_materialize_all_pressed_in_the_ui_ends_green(demo: Demo, ui: DagsterUi) -> None:
    """With default settings: every asset, all hours and all years, and nothing of it failed."""
    names = sorted(node["assetKey"]["path"][0] for node in _nodes(demo))
    launched = ui.materialize_all()

    def ended() -> dict[str, Any]:
        backfill: dict[str, Any] = demo.dagster.ask(
            "query($id: String!) {partitionBackfillOrError(backfillId: $id) {... on PartitionBackfill {status"
            " error {message} runs(limit: 50) {status} assetBackfillData {assetBackfillStatuses {"
            " ... on AssetPartitionsStatusCounts {assetKey {path} numPartitionsTargeted numPartitionsMaterialized}"
            " ... on UnpartitionedAssetStatus {assetKey {path} materialized}}}}}}",
            id=launched,
        )["partitionBackfillOrError"]
        return backfill if backfill["status"] not in ("REQUESTED", "COMPLETING") else {}

    backfill = wait_until(ended, "the backfill has ended")
    assert (backfill["status"], backfill["error"]) == ("COMPLETED_SUCCESS", None)
    assert {one["status"] for one in backfill["runs"]} == {"SUCCESS"}
    found = {one["assetKey"]["path"][0]: one for one in backfill["assetBackfillData"]["assetBackfillStatuses"]}
    assert sorted(found) == names
    for name, one in found.items():
        if "materialized" in one:
            assert one["materialized"], name
        else:
            assert one["numPartitionsMaterialized"] == one["numPartitionsTargeted"] > 1, name
    ui.open(f"/runs/b/{launched}")
    expect(ui.page.get_by_text("100% completed")).to_have_count(len(names))


def _nodes(demo: Demo) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.dagster.ask(
        "{assetNodes {assetKey {path} isExecutable staleStatus partitionStats {numMaterialized numFailed}"
        " assetMaterializations(limit: 1) {runId}"
        " assetChecksOrError {... on AssetChecks {checks {name executionForLatestMaterialization {status}}}}}}"
    )["assetNodes"]
    return [node for node in found if node["isExecutable"]]


def test_the_first_look_at_today_shows_plays(demo: Demo) -> None:
    page = requests.get(f"http://127.0.0.1:{demo.port}/today", timeout=60).text
    assert "minutes of music in" in page
    assert "Nothing yet." not in page


def test_the_warehouse_has_what_the_simulated_account_serves(demo: Demo) -> None:
    settings = demo.settings
    token = requests.post(
        f"{settings['SPOTIFY_ACCOUNTS_URL']}/api/token",
        data={"grant_type": "refresh_token", "refresh_token": settings["SPOTIFY_REFRESH_TOKEN"]},
        auth=(settings["SPOTIFY_CLIENT_ID"], settings["SPOTIFY_CLIENT_SECRET"]),
        timeout=60,
    ).json()["access_token"]
    feed = requests.get(
        f"{settings['SPOTIFY_API_URL']}/me/player/recently-played",
        params={"limit": 50},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ).json()["items"]
    kept = demo.rows(
        "select played_at, track_id from bi.plays where source in ('api', 'both') order by 1 desc limit 50"
    )
    assert len(kept) == 50
    newest = kept[0][0]
    served = [(datetime.fromisoformat(item["played_at"]), item["track"]["id"]) for item in feed]
    # The listener listens on: newer plays come with the next poll.
    known = [play for play in served if play[0] <= newest]
    assert len(known) >= 45
    assert kept[: len(known)] == known


def test_three_years_of_their_export_are_in_exactly_as_they_listened(demo: Demo) -> None:
    """By day in the listener's zone and by track: the simulated listener says what is true."""
    (first_day,) = demo.rows("select min(first_at)::date from audit.import_file")[0]
    began = datetime.fromisoformat(demo.settings["BRAPPED_START"])
    until = began + timedelta(hours=72)
    polled = {row[0] for row in demo.rows("select api_at from star.streaming_fact where api_at is not null")}
    catalogue = Catalogue()
    zone = ZoneInfo("Asia/Kolkata")
    listener = LivelyListener(catalogue, since=began, time_zone="Asia/Kolkata", display_name="Simulated Listener")
    start = until - timedelta(days=3 * 365)
    assert start.date() <= first_day <= start.date() + timedelta(days=7)
    expected = truth(listener, start, until, zone=zone, polled=lambda play: play.played_at in polled)
    found = demo.rows(
        "select f.played_on, x.title, x.artist, count(*), count(*) filter (where f.ms_played >= 30000),"
        " sum(f.ms_played)::bigint, count(*) filter (where f.skipped)"
        " from star.streaming_fact f join raw.export_track x using (export_track_key) group by 1, 2, 3"
    )
    assert {row[:3]: Tally(*row[3:]) for row in found} == expected
    assert demo.rows("select count(*) from audit.listener") == [(1,)]
    # How many files Spotify makes of three years depends on where in a year they begin.
    with ZipFile(demo.home / EXPORT) as export:
        files = sum(name.endswith(".json") for name in export.namelist())
    assert f"rows in {files} files, for Simulated Listener" in demo.started.says()


def test_an_assistant_is_answered_thirty_questions_as_sql_answers_them(demo: Demo) -> None:
    here = {**demo.user.environment, "BRAPPED_HOME": str(demo.home)}
    brapped = demo.user.python.with_name("brapped")
    subprocess.run([brapped, "mcp", "--allow", "all"], cwd=demo.home, env=here, check=True, capture_output=True)

    async def asking() -> list[Any]:
        command = StdioServerParameters(command=str(brapped), args=["mcp"], env=here, cwd=demo.home)
        async with Client(stdio_client(command)) as client:
            return [(await client.call_tool(one.tool, one.arguments)).structured_content for one in QUESTIONS]

    def told(rows: list[tuple[Any, ...]]) -> Any:
        (row,) = rows
        values = [int(cell) if isinstance(cell, Decimal) else cell for cell in row]
        return values if len(values) > 1 else values[0]

    def answers_of_one_moment() -> list[tuple[Any, Any]]:
        """What is answered and what is true; nothing while a poll changes it in between."""
        before = [told(demo.rows(question.statement)) for question in QUESTIONS]
        with ThreadPoolExecutor(1) as elsewhere:
            # Here the browser's own loop runs.
            answers = elsewhere.submit(anyio.run, asking).result()
        after = [told(demo.rows(question.statement)) for question in QUESTIONS]
        return [*zip(answers, after, strict=True)] if before == after else []

    assert len(QUESTIONS) == 30
    compared = wait_until(answers_of_one_moment, "nothing is polled while the assistant asks")
    for question, (answer, truth_by_sql) in zip(QUESTIONS, compared, strict=True):
        assert answer is not None, question.words
        assert question.answer(answer) == truth_by_sql, question.words


def test_nothing_of_a_real_account_reaches_the_demo(demo: Demo) -> None:
    values = set(REAL.values())
    assert not values & set(demo.settings.values())
    assert demo.settings["BRAPPED_TIMEZONE"] == "Asia/Kolkata"
    ours = ask_processes_of(demo.user.folder, lambda process: (process.cmdline(), process.environ()))
    # Forks of the command itself show the environment it was started with.
    its_own = psutil.Process(demo.started.process.pid).cmdline()
    children = [environment for command, environment in ours if command != its_own]
    assert len(children) >= 4
    assert not any(values & set(environment.values()) for environment in children)
    assert not any("a-real" in word for command, _ in ours for word in command)
    assert "a-real" not in demo.started.says()


def test_the_demo_listens_on_this_machine_only(demo: Demo) -> None:
    listening = [
        connection.laddr
        for connections in ask_processes_of(demo.user.folder, lambda process: process.net_connections("inet"))
        for connection in connections
        if connection.status == psutil.CONN_LISTEN
    ]
    # gRPC listens on an IPv6 socket, at the same address.
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert demo.port in {address.port for address in listening}
    for address in network.addresses():
        for port in {address.port for address in listening}:
            with socket.socket() as other:
                other.settimeout(2)
                assert other.connect_ex((address, port)) != 0
    # The pages, Dagster, its code server, the simulated account.
    assert len({address.port for address in listening}) == 4


def test_a_second_demo_says_where_the_first_is(demo: Demo) -> None:
    second = demo.user.run("demo", "--reset")
    assert (second.code, second.output) == (0, f"Brapped is already up: {demo.dagster.page}")
    assert demo.rows("select count(*) >= 50 from bi.plays") == [(True,)]


def test_a_demo_with_a_database_url_refuses_to_start(demo: Demo) -> None:
    refused = demo.user.run("demo", DATABASE_URL="postgresql://somebody:a-password@example.com/db")
    assert refused.code == 2
    assert "DATABASE_URL is set, and the demo never writes into a warehouse of yours." in refused.errors
    assert "a-password" not in refused.errors


def test_the_demo_says_what_it_is_and_where(demo: Demo) -> None:
    says = demo.started.says()
    assert "This is a demo: the account at http://127.0.0.1:" in says
    assert f"Your music http://127.0.0.1:{demo.port}" in says
    assert f"Engine room {demo.dagster.url}" in says
    assert "Traceback" not in says
    assert "Warning" not in says


def test_reset_forgets_everything_but_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    try:
        embedded_server.start(home)
        (home / "dagster").mkdir()
        (home / "up.lock").touch()
        (home / ".env").write_text("SPOTIFY_REFRESH_TOKEN=old\n")
        _reset(home, console)
        assert {path.name for path in home.iterdir()} == {"up.lock", ".env"}
        assert dotenv_values(home / ".env") == {}
        assert processes_of(home) == []
    finally:
        shutil.rmtree(home)


def test_reset_needs_no_server_that_starts(tmp_path: Path) -> None:
    data = embedded_server.folder(tmp_path)
    data.mkdir()
    # Of a version that is not brought along, and cut off in the middle.
    (data / "PG_VERSION").write_text("16\n")
    (data / "postmaster.pid").write_text("")
    _reset(tmp_path, console)
    assert {path.name for path in tmp_path.iterdir()} == {".env"}
