"""`brapped sync` as a process: what it costs, and Ctrl-C."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.commands.subprocess_user import Said, User, plays, processes_of, wait_until
from brapped_assets_tests.conftest import Connected

pytestmark = pytest.mark.slow

Brapped = Callable[..., Said]
FEED = "/v1/me/player"


@pytest.fixture
def environment(
    connected: Connected, postgres: embedded_server.EmbeddedServer, dagster_url: str, user: User
) -> dict[str, str]:
    """For a process: like the settings of this one."""
    names = ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET")
    given = {name: os.environ[name] for name in (*names, "SPOTIFY_REFRESH_TOKEN", "DATABASE_URL", "DAGSTER_PG_URL")}
    return {**given, "BRAPPED_HOME": str(user.folder / f"home-{uuid4().hex[:6]}")}


def test_a_sync_with_nothing_new_is_counted_in_connections_and_statements(
    *,
    brapped: Brapped,
    connected: Connected,
    postgres: embedded_server.EmbeddedServer,
    dagster_url: str,
    user: User,
    environment: dict[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    assert brapped("sync").code == 0
    names = [url.split("?")[0].rpartition("/")[2] for url in (connected.database_url, dagster_url)]
    log = Path(dagster_url.rpartition("host=")[2]) / "log"
    connected.warehouse.close()
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(f"alter database {name} set log_statement = 'all'".encode())

        def sessions() -> int:
            count = "select sum(sessions)::int from pg_stat_database where datname = any(%s)"
            row = connection.execute(count, (names,)).fetchone()
            assert row is not None
            return int(row[0])

        before, told = sessions(), log.stat().st_size
        began = time.monotonic()
        said = user.run("sync", **environment)
        seconds = time.monotonic() - began
        # Statistics are told when a session ends, at most a second later.
        wait_until(lambda: sessions() > before, "sessions are counted")
        time.sleep(0.3)
        made = sessions() - before
    statements = sum(" statement: " in line or " execute " in line for line in log.read_text()[told:].splitlines())
    assert (said.code, said.errors) == (0, "")
    record_property("connections", made)
    record_property("statements", statements)
    record_property("seconds", round(seconds, 1))
    # The budget of design and README; measured: 8 connections.
    assert made <= 10
    # The budget of design; measured: 217, which is as many round trips; connections take the rest.
    assert statements <= 230


def test_ctrl_c_during_a_sync_ends_it_without_a_traceback_and_loses_nothing(
    brapped: Brapped, connected: Connected, user: User, environment: dict[str, str]
) -> None:
    connected.account.faults.add("slow", path=FEED, seconds=5)
    calls = connected.account.calls
    with user.started("sync", **environment) as started:
        wait_until(lambda: any(call.path == "/api/token" for call in calls), "the poll has begun")
        time.sleep(0.3)
        assert started.stop(signal.SIGINT) != 0
        assert "Traceback" not in started.says()
    assert processes_of(user.folder) == []
    assert plays(connected.database_url) == []
    assert brapped("sync").code == 0
    assert len(plays(connected.database_url)) == 10
