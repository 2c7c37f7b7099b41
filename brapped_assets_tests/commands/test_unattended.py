"""`brapped up` while its parts are killed, its terminal is closed, and itself is killed: three starts for all of this.

Everything is real: PostgreSQL, the parts, SIGKILL, the notices' service over HTTP.
"""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil
import psycopg
import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, ScriptedListener
from brapped_assets.demo.server import serve
from brapped_assets_tests.commands.subprocess_user import (
    PATIENCE_SECONDS,
    Dagster,
    Started,
    User,
    ask_processes_of,
    free_port,
    processes_of,
    wait_until,
)
from brapped_assets_tests.notifications.mailbox import Mailbox, taking_mail

pytestmark = pytest.mark.slow

PROGRAMS = {
    "pages": "brapped_assets.web.__main__",
    "code": "brapped_assets.services.dagster_code_server",
    "daemon": "dagster._daemon",
    "web": "brapped_assets.services.dagster_webserver",
}


@dataclass
class Up:
    """A command that is up for `user`, and what it tells to `mailbox`."""

    user: User
    started: Started
    dagster: Dagster
    mailbox: Mailbox
    account: SimulatedAccount

    def part(self, name: str) -> psutil.Process | None:
        """The process that is this part now."""
        for process in processes_of(self.user.folder):
            try:
                if PROGRAMS[name] in process.cmdline() and process.environ().get("SUPERVISED_PART") == name:
                    # The run of a queue has its parent's command line, but not its place.
                    parent = process.parent()
                    if parent is not None and parent.pid == self.started.process.pid:
                        return process
            except psutil.Error:
                continue
        return None

    def kill(self, name: str) -> psutil.Process:
        victim = wait_until(lambda: self.part(name), f"{name} runs")
        assert victim is not None
        victim.kill()
        wait_until(lambda: not victim.is_running(), f"{name} is dead")
        return victim

    def shows(self) -> bool:
        try:
            return requests.get(f"{self.dagster.page}/health", timeout=60).text == "ok"
        except requests.RequestException:
            return False

    def has_a_database(self) -> bool:
        """Whether PostgreSQL answers, asked by nothing that would start it."""
        try:
            psycopg.connect(f"postgresql://postgres@/dagster?host={self.user.home / 'postgres'}").close()
        except psycopg.OperationalError:
            return False
        return True

    def is_whole(self) -> bool:
        assert self.started.process.poll() is None, self.started.says()
        return self.shows() and self.dagster.is_up() and bool(self.dagster.location()) and bool(self.part("daemon"))


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with taking_mail() as box:
        yield box


@pytest.fixture
def up(user: User, mailbox: Mailbox, catalogue: Catalogue) -> Iterator[Up]:
    """Up without a login, which comes later."""
    now = datetime.now(UTC)
    heard = Listener(catalogue, plays_per_day=300).plays_between(now - timedelta(days=2), now - timedelta(minutes=10))
    shown = [play for play in heard if play.ms_played >= 30_000 and not play.private and not play.offline][-20:]
    account = SimulatedAccount(ScriptedListener(shown), catalogue=catalogue)
    with serve(account) as server:
        settings = {
            "SPOTIFY_API_URL": server.api_url,
            "SPOTIFY_ACCOUNTS_URL": server.url,
            "SPOTIFY_CLIENT_ID": account.client_id,
            "SPOTIFY_CLIENT_SECRET": account.client_secret,
            "BRAPPED_NOTIFY": mailbox.url,
        }
        (user.work / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        with user.started("up", "--port", str(free_port())) as started:
            up = Up(user, started, Dagster(user.home / "running.json"), mailbox, account)
            wait_until(lambda: "brapped is up" in started.says() and up.is_whole(), "all is up")
            yield up


def test_no_part_takes_another_with_it_and_what_stays_down_is_told(up: Up) -> None:
    others = {name: up.part(name) for name in ("code", "daemon", "web")}
    up.kill("pages")
    wait_until(up.shows, "the pages are there again")
    assert {name: up.part(name) for name in others} == others
    for name in ("daemon", "web", "code"):
        killed = up.kill(name)
        again = wait_until(lambda name=name: up.part(name), f"{name} runs again")  # type: ignore[misc]
        assert again != killed
    wait_until(up.is_whole, "all is up again")

    # PostgreSQL is started again, though nobody asks for a page.
    (postmaster,) = [
        psutil.Process(pid)
        for pid, name, command in ask_processes_of(
            up.user.folder, lambda process: (process.pid, process.name(), process.cmdline())
        )
        if name == "postgres" and str(up.user.home / "postgres") in command
    ]
    postmaster.kill()
    wait_until(lambda: not postmaster.is_running(), "PostgreSQL is dead")
    wait_until(up.has_a_database, "PostgreSQL runs again")
    wait_until(lambda: requests.get(up.dagster.page, timeout=60).ok, "the pages have a database again")

    # It still collects: a login, and a poll by queue and daemon.
    file = up.user.work / ".env"
    file.write_text(f"{file.read_text()}SPOTIFY_REFRESH_TOKEN={up.account.refresh_token()}\n")
    (request,) = up.dagster.dry_run("brapped", "hourly_plays")["runRequests"]
    run = up.dagster.launch("brapped", "hourly_plays", request["tags"])
    wait_until(lambda: up.dagster.status(run) == "SUCCESS", "the poll has run")

    # Twice more within ten minutes.
    for _ in range(2):
        up.kill("web")
        time.sleep(0.5)
    wait_until(lambda: "Dagster's web server ended three times" in up.started.says(), "it stays down")
    told = "Dagster's web server ended three times within ten minutes (killed by signal 9) and stays down since"
    page = requests.get(up.dagster.page, timeout=60).text.replace("&#39;", "'")
    assert told in page
    said = up.user.run("status", "--json")
    assert said.code == 1
    (problem,) = [one for one in json.loads(said.output)["problems"] if told in one["problem"]]
    assert problem["remedy"] == "brapped up"
    wait_until(lambda: up.mailbox.mails, "a notice has come")
    ((title, text),) = up.mailbox.texts()
    assert title == "Brapped: Dagster's web server stays down"
    assert text.startswith(told)
    assert text.endswith("Collecting goes on. To start it again: brapped up")

    second = up.user.run("up")
    assert second.output == f"Brapped is already up: {up.dagster.page} Started again: Dagster's web server."
    wait_until(up.is_whole, "all is up again")
    assert told not in requests.get(up.dagster.page, timeout=60).text.replace("&#39;", "'")
    wait_until(lambda: up.mailbox.mails, "the end of it is told")
    assert up.mailbox.texts() == [("Brapped: all is well again", "Dagster's web server was started again.")]

    # The terminal is closed.
    assert up.started.stop(signal.SIGHUP) == 0, up.started.says()
    wait_until(lambda: not processes_of(up.user.folder), "nothing is left, nor PostgreSQL")


def test_without_the_daemon_it_says_loudly_that_nothing_is_collected_and_fails(up: Up) -> None:
    for _ in range(3):
        up.kill("daemon")
    assert up.started.process.wait(PATIENCE_SECONDS) == 1
    assert "NOTHING IS COLLECTED ANY MORE" in up.started.says()
    assert [title for title, _ in up.mailbox.texts()] == ["Brapped: Dagster's daemon stays down"]
    assert "Collecting has stopped at" in up.user.run("status").output
    wait_until(lambda: not processes_of(up.user.folder), "nothing is left, nor PostgreSQL")


def test_when_it_is_killed_itself_nothing_of_it_lives_on(up: Up) -> None:
    up.started.process.kill()
    wait_until(lambda: not processes_of(up.user.folder), "nothing is left, nor PostgreSQL")
