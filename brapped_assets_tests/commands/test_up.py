"""`brapped up`: without a login, killed in the middle of a poll, and up again. Two starts of it for all of this.

What is real: PostgreSQL, the code server, the daemon, its queue and pool, the web server, SIGKILL. What is not: nobody
waits for minute 5, 25 or 45; the run that the schedule asks for is put into the queue by hand, with the tags it
asks for.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, ScriptedListener
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.commands.subprocess_user import (
    PATIENCE_SECONDS,
    Dagster,
    Started,
    User,
    free_port,
    kill_processes_of,
    processes_of,
    wait_until,
)

pytestmark = pytest.mark.slow

FEED = "/v1/me/player"


@dataclass
class Life:
    """A person with an account, a folder with their settings, and what is up for them now."""

    user: User
    account: SimulatedAccount
    server: RunningServer
    dagster: Dagster
    started: Started

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            f"postgresql://postgres@/brapped?host={embedded_server.folder(self.user.home)}"
        ) as connection:
            return connection.execute(statement.encode()).fetchall()

    def kept(self) -> list[tuple[Any, ...]]:
        return self.rows("select played_at, track_id from bi.plays order by 1, 2")

    def shown(self) -> list[tuple[datetime, str | None]]:
        """A local file has no id."""
        return sorted(
            ((at, None if uri.startswith("spotify:local:") else uri.removeprefix("spotify:track:"))
             for at, uri in self.account.served),
            key=lambda play: play[0],
        )  # fmt: skip


@pytest.fixture(scope="module")
def life(catalogue: Catalogue, user: User) -> Iterator[Life]:
    """Up without a login. The settings are in `./.env`, as in a checkout."""
    now = datetime.now(UTC)
    heard = Listener(catalogue, plays_per_day=300).plays_between(now - timedelta(days=3), now - timedelta(minutes=10))
    shown = [play for play in heard if play.ms_played >= 30_000 and not play.private and not play.offline]
    account = SimulatedAccount(ScriptedListener(shown[-40:-15]), catalogue=catalogue)
    with serve(account) as server:
        settings = {
            "SPOTIFY_API_URL": server.api_url,
            "SPOTIFY_ACCOUNTS_URL": server.url,
            "SPOTIFY_CLIENT_ID": account.client_id,
            "SPOTIFY_CLIENT_SECRET": account.client_secret,
        }
        (user.work / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        # Named like a module of the standard library: what lies in the folder must not be imported.
        (user.work / "secrets.py").write_text("raise SystemExit('imported from the working folder')\n")
        port = free_port()
        with user.started("up", "--port", str(port)) as started:
            life = Life(user, account, server, Dagster(user.home / "running.json"), started)
            wait_until_up(life)
            yield life


@pytest.fixture(scope="module")
def again(life: Life, killed: dict[str, str]) -> Iterator[Life]:
    """The start after the kill; Ctrl-C at the end."""
    with life.user.started("up", "--port", "0") as started:
        life.started = started
        wait_until_up(life)
        yield life
        assert started.stop() == 0, started.says()
        wait_until(lambda: not processes_of(life.user.folder), "everything has stopped")


@pytest.fixture(scope="module")
def killed(life: Life) -> dict[str, str]:
    """Everything is killed while Spotify keeps a poll waiting and another waits in the queue; ids of the two runs."""
    log_in(life)
    asked = life.dagster.dry_run("brapped", "hourly_plays")
    assert asked["skipReason"] is None, asked
    (request,) = asked["runRequests"]
    tags = request["tags"]
    assert "dagster/partition" in {t["key"] for t in tags} or "dagster/asset_partition_range_end" in {
        t["key"] for t in tags
    }
    life.account.faults.add("slow", path=FEED, seconds=15)
    running = life.dagster.launch("brapped", "hourly_plays", tags)
    # The fault is met when the call begins, the token comes before it.
    token = "/api/token"
    wait_until(lambda: any(call.path == token for call in life.account.calls), "the daemon's poll has begun")
    waiting = life.dagster.launch("brapped", "hourly_plays", tags)
    time.sleep(2)
    statuses = life.dagster.status(running), life.dagster.status(waiting)
    skipped = life.dagster.dry_run("brapped", "hourly_plays")["skipReason"]
    # The supervisor first, so that it can stop nobody; PostgreSQL too, as when the power fails.
    life.started.process.kill()
    kill_processes_of(life.user.folder)
    life.started.process.wait(PATIENCE_SECONDS)
    wait_until(lambda: not processes_of(life.user.folder), "everything is dead")
    life.account.faults.clear()
    return {"running": running, "waiting": waiting, "statuses": " ".join(statuses), "skipped": skipped}


def wait_until_up(life: Life) -> None:
    def is_up() -> bool:
        assert life.started.process.poll() is None, life.started.says()
        return "brapped is up" in life.started.says() and life.dagster.is_up() and bool(life.dagster.location())

    try:
        # How long it takes is a benchmark's business; here the machine may be busy.
        wait_until(is_up, "Dagster is up")
    except AssertionError as late:
        raise AssertionError(f"{late}; {life.started.says()}") from None


def log_in(life: Life) -> None:
    """A consent, in the settings file, while everything runs."""
    file = life.user.work / ".env"
    file.write_text(f"{file.read_text()}SPOTIFY_REFRESH_TOKEN={life.account.refresh_token()}\n")


def test_without_a_login_it_starts_and_says_what_to_do(life: Life) -> None:
    assert (
        "No Spotify account is connected yet; connect one with brapped login, or drop an export" in life.started.says()
    )
    assert f"Your music {life.dagster.page}" in life.started.says()
    assert f"Engine room {life.dagster.url}" in life.started.says()
    assert "Traceback" not in life.started.says()


def test_without_a_login_the_schedule_skips_and_says_why(life: Life) -> None:
    asked = life.dagster.dry_run("brapped", "hourly_plays")
    assert asked["skipReason"] == "No Spotify account is connected yet. Connect one with `brapped login`."
    assert life.dagster.runs() == []


def test_a_taken_port_of_a_second_start_says_where_the_first_is(life: Life) -> None:
    said = life.user.run("up", "--port", "0")
    assert (said.code, said.output) == (0, f"Brapped is already up: {life.dagster.page}")


def test_the_daemon_runs_one_poll_at_a_time_and_no_tick_asks_meanwhile(killed: dict[str, str]) -> None:
    assert killed["statuses"] == "STARTED QUEUED"
    assert killed["skipped"] == "An earlier poll is queued or running; it polls for this tick too."


def test_after_a_kill_in_the_middle_of_a_poll_the_next_start_polls_at_once(again: Life) -> None:
    assert "Spotify showed 25 plays, 25 of them new" in again.started.says()
    assert len(again.kept()) == 25
    assert again.kept() == again.shown()


def test_the_dead_run_is_failed_and_its_pool_is_free(again: Life, killed: dict[str, str]) -> None:
    assert again.dagster.status(killed["running"]) == "FAILURE"
    # What waited behind it is taken from the queue by the daemon, alone.
    wait_until(lambda: again.dagster.status(killed["waiting"]) == "SUCCESS", "the queued poll has run")
    assert again.kept() == again.shown()
    assert again.dagster.dry_run("brapped", "hourly_plays")["skipReason"] is None


def test_new_artists_of_a_daemons_poll_are_looked_up_by_the_sensor(again: Life, catalogue: Catalogue) -> None:
    without = (
        "select count(*) from bi.artists where image_url is null and artist_id is not null"
        " and artist_key in (select artist_key from bi.plays)"
    )

    def is_idle() -> bool:
        refreshed = {run["status"] for run in again.dagster.runs("refresh_dimensions")}
        return again.rows(without) == [(0,)] and refreshed == {"SUCCESS"}

    wait_until(is_idle, "what the polls before brought is looked up")
    known = {artist_id for (artist_id,) in again.rows("select artist_id from bi.artists")}
    now = datetime.now(UTC)
    strangers = Listener(catalogue, "somebody else").plays_between(now - timedelta(days=7), now - timedelta(minutes=5))
    heard = [
        play
        for play in strangers
        if play.ms_played >= 30_000 and not play.private and not play.offline
        and play.track.artists[0].id not in {*known, None}
    ][-10:]  # fmt: skip
    assert heard
    assert isinstance(again.account.listener, ScriptedListener)
    person = ScriptedListener([*again.account.listener.plays, *heard])
    before = len(again.kept())
    refreshes = len(again.dagster.runs("refresh_dimensions"))
    again.account.listener = person
    (request,) = again.dagster.dry_run("brapped", "hourly_plays")["runRequests"]
    run = again.dagster.launch("brapped", "hourly_plays", request["tags"])
    wait_until(lambda: again.dagster.status(run) == "SUCCESS", "the poll has run")
    assert len(again.kept()) > before
    assert again.kept() == again.shown()
    wait_until(lambda: again.rows(without) == [(0,)], "the sensor has had the new artists looked up")
    assert len(again.dagster.runs("refresh_dimensions")) > refreshes


def test_a_consent_that_is_renewed_while_all_runs_is_the_next_polls(again: Life) -> None:
    again.account.tokens.revoke()
    file = again.user.work / ".env"
    others = [line for line in file.read_text().splitlines() if not line.startswith("SPOTIFY_REFRESH_TOKEN")]
    file.write_text("\n".join(others) + "\n")
    log_in(again)
    (request,) = again.dagster.dry_run("brapped", "hourly_plays")["runRequests"]
    run = again.dagster.launch("brapped", "hourly_plays", request["tags"])
    wait_until(lambda: again.dagster.status(run) in {"SUCCESS", "FAILURE"}, "the poll has ended")
    assert again.dagster.status(run) == "SUCCESS"
