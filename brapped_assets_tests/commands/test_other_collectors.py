"""Beside a collector in the cloud: who polled is told, and `up --no-collect` shows without polling."""

import json
import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psutil
import psycopg
import pytest

from brapped_assets.services.orphans import PROCESS_TAG
from brapped_assets.services.other_collectors import polled_elsewhere
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.assets.runs import poll
from brapped_assets_tests.commands.subprocess_user import Dagster, Said, User, ask_processes_of, plays, wait_until
from brapped_assets_tests.conftest import Connected

pytestmark = pytest.mark.slow


def test_only_a_poll_of_the_last_90_minutes_and_of_another_machine_is_elsewhere(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    assert polled_elsewhere(Settings.load(), instance, now) is None
    result = poll(instance)
    assert result.success
    # A daemon's, or by hand in Dagster's UI: its history is ours.
    assert polled_elsewhere(Settings.load(), instance, now) is None
    with dg.DagsterInstance.ephemeral() as another:
        at = polled_elsewhere(Settings.load(), another, now)
        assert at is not None
        assert abs(at - now) < timedelta(minutes=1)
        assert polled_elsewhere(Settings.load(), another, at + timedelta(minutes=89)) == at
        assert polled_elsewhere(Settings.load(), another, at + timedelta(minutes=90)) is None
    # One history for all: the tag tells whose process it was.
    for host, elsewhere in ((socket.gethostname(), None), ("a-runner", at)):
        instance.add_run_tags(result.run_id, {PROCESS_TAG: f"{host}:1"})
        assert polled_elsewhere(Settings.load(), instance, now) == elsewhere
    # What lies on this machine nobody else polls for.
    monkeypatch.delenv("DATABASE_URL")
    with dg.DagsterInstance.ephemeral() as another:
        assert polled_elsewhere(Settings.load(), another, now) is None


def test_without_collecting_the_runs_of_the_cloud_are_shown_nothing_is_polled_and_no_timer_asks_the_databases(
    *,
    connected: Connected,
    dagster_url: str,
    brapped: Callable[..., Said],
    user: User,
    postgres: embedded_server.EmbeddedServer,
) -> None:
    assert brapped("sync").code == 0
    before, calls = plays(connected.database_url), len(connected.account.calls)
    connected.warehouse.close()
    names = [url.split("?")[0].rpartition("/")[2] for url in (connected.database_url, dagster_url)]
    settings = {
        name: value for name, value in os.environ.items() if name.startswith("SPOTIFY_") or name.endswith("_URL")
    }
    with user.started("up", "--no-collect", "--port", "0", **settings) as started:
        dagster = Dagster(user.home / "running.json")
        wait_until(lambda: "brapped is up" in started.says() and dagster.location(), "it is up")
        assert "Nothing is collected here" in started.says()
        assert "Polls nothing. Ctrl-C stops everything." in started.says()
        assert json.loads((user.home / "running.json").read_text())["collects"] is False
        (run,) = dagster.runs()
        assert run["status"] == "SUCCESS"
        commands = ask_processes_of(user.folder, psutil.Process.cmdline)
        assert commands
        assert not any("dagster._daemon" in command for command in commands)

        def asked() -> tuple[Any, ...] | None:
            """How many sessions there were, and when one of those that are open asked or answered last."""
            # Statistics are told a second after a session has gone idle.
            time.sleep(1.5)
            # Not transactions: the server's own autovacuum makes them, too.
            told = """
                select (select sum(sessions)::int from pg_stat_database where datname = any(%(names)s)),
                       (select max(greatest(backend_start, state_change)) from pg_stat_activity
                         where datname = any(%(names)s) and backend_type = 'client backend')"""
            with psycopg.connect(postgres.url("postgres")) as connection:
                return connection.execute(told, {"names": names}).fetchone()

        # The last words of the start; from then on nobody asks.
        wait_until(lambda: asked() == asked(), "everything is up and quiet")
        last_asked = asked()
        time.sleep(5)
        assert asked() == last_asked
        assert started.stop() == 0
        assert started.says().endswith("Stopped.")
    assert plays(connected.database_url) == before
    assert len(connected.account.calls) == calls
