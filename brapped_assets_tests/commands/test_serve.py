"""`brapped serve`: one part alone. That four together lose nothing when killed, `bench killed_parts` shows."""

import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import dagster as dg
import pytest
import requests

from brapped_assets.commands import serve
from brapped_assets.services import code_server_readiness
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets_tests.commands.subprocess_user import Said, User, free_port, wait_until

Brapped = Callable[..., Said]
Became = list[tuple[list[str], Mapping[str, str]]]


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> Became:
    """What this process would have become: commands, each with its environment."""
    seen: Became = []

    def become(command: list[str], env: Mapping[str, str]) -> int:
        seen.append((command, env))
        return 0

    monkeypatch.setattr(serve, "_become", become)
    return seen


@pytest.fixture
def databases(database_url: str, dagster_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Both, in the environment, and by name."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return {"DATABASE_URL": database_url, "DAGSTER_PG_URL": dagster_url}


@pytest.mark.parametrize("part", ["code", "daemon", "web", "pages"])
def test_without_both_databases_no_part_starts_and_none_makes_a_server(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1/nothing")
    assert brapped("serve", part) == Said(
        2,
        "",
        "✗ DAGSTER_PG_URL must be set: parts that run apart share nothing but PostgreSQL. On one machine, `brapped up` "
        "needs neither.",
    )
    assert not (tmp_path / "home").exists()


def test_an_address_that_is_none_is_said_to_be_none(brapped: Brapped, databases: dict[str, str]) -> None:
    said = brapped("serve", "web", "--code", "somewhere")
    assert (said.code, said.errors) == (
        2,
        "✗ 'somewhere' is no address of a code server; it looks like brapped-code:4000.",
    )


def test_who_finds_no_code_server_says_so(
    brapped: Brapped, databases: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_server_readiness, "WAIT_SECONDS", 0.3)
    said = brapped("serve", "daemon", "--code", "127.0.0.1:1")
    assert (said.code, said.errors) == (
        1,
        "✗ Nobody listens on 127.0.0.1:1. Is the code server up, and is it reachable from here?",
    )


def test_the_web_server_finds_its_instance_and_the_code_server_from_a_home_that_was_empty(
    brapped: Brapped, databases: dict[str, str], became: Became, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as code:
        port = code.getsockname()[1]
        assert brapped("serve", "web", "--code", f"127.0.0.1:{port}", "--host", "0.0.0.0").code == 0
    ((command, env),) = became
    workspace = tmp_path / "home" / "dagster" / "workspace.yaml"
    engine_room = ["-m", "brapped_assets.services.dagster_webserver"]
    assert command[1:] == [*engine_room, "-h", "0.0.0.0", "-p", "3001", "-w", str(workspace)]
    assert f"port: {port}" in workspace.read_text(encoding="utf-8")
    assert (tmp_path / "home" / "dagster" / "dagster.yaml").exists()
    assert env["DAGSTER_HOME"] == str(tmp_path / "home" / "dagster")
    assert env["DAGSTER_PG_URL"].startswith("postgresql+psycopg2://")
    assert env["PYTHONSAFEPATH"] == "1"
    # Everybody on the machine can read the arguments of a process.
    assert not any("postgresql" in word for word in command)


def test_a_code_server_that_starts_declares_the_runs_of_the_one_before_dead(
    brapped: Brapped, databases: dict[str, str], became: Became
) -> None:
    with open_instance(Settings.load()) as instance:
        left = instance.create_run_for_job(dg.GraphDefinition(name="poll").to_job(), status=dg.DagsterRunStatus.STARTED)
        waiting = instance.create_run_for_job(dg.GraphDefinition(name="poll").to_job())
    assert brapped("serve", "code", "--port", "4321").code == 0
    with open_instance(Settings.load()) as instance:
        statuses = [run.status.value for run in map(instance.get_run_by_id, (left.run_id, waiting.run_id)) if run]
    assert statuses == ["FAILURE", "NOT_STARTED"]
    ((command, _),) = became
    assert command[-4:] == ["--host", "127.0.0.1", "--port", "4321"]


@pytest.mark.slow
def test_the_pages_alone_answer_to_names_they_know_and_stop_when_told(user: User, databases: dict[str, str]) -> None:
    port = free_port()
    with user.started("serve", "pages", "--port", str(port), BRAPPED_HOSTS="music.example", **databases) as started:

        def health(host: str) -> int:
            try:
                return requests.get(f"http://127.0.0.1:{port}/health", headers={"Host": host}, timeout=60).status_code
            except requests.ConnectionError:
                return 0

        wait_until(lambda: health("localhost") == 200, "the pages answer")
        assert (health("music.example"), health("evil.example")) == (200, 400)
        # The very process that was started: nobody stands between it and a signal.
        assert started.stop(signal.SIGTERM) in (0, -signal.SIGTERM)
        assert list(user.work.iterdir()) == []
