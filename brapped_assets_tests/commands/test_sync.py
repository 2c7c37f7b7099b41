"""`brapped sync`, in this process: real databases, real HTTP, the real jobs."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg
import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.accounts_host import AccountsHost
from brapped_assets.demo.faults import Kind
from brapped_assets.spotify import AccessTokens, SpotifyClient
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db import connections, embedded_server
from brapped_assets_tests.commands.subprocess_user import Said, plays
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.notifications.mailbox import Mailbox
from brapped_assets_tests.round_trips import counted

pytestmark = pytest.mark.slow

Brapped = Callable[..., Said]
FEED = "/v1/me/player"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sleeps between attempts."""
    for waits in (SpotifyClient, AccessTokens):
        monkeypatch.setitem(waits.__init__.__kwdefaults__ or {}, "sleep", lambda _: None)


@pytest.fixture
def logged_in(connected: Connected, dagster_url: str, brapped: Brapped) -> Connected:
    return connected


@pytest.fixture
def heartbeats(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a watcher at BRAPPED_HEARTBEAT_URL hears."""
    heard: list[str] = []

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Watcher) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("BRAPPED_HEARTBEAT_URL", f"http://127.0.0.1:{server.server_port}/a-secret-path")
        yield heard
        server.shutdown()
        thread.join()


def test_the_first_sync_brings_everything_and_later_ones_nothing_new_even_when_dagster_has_forgotten_it(
    logged_in: Connected,
    brapped: Brapped,
    heartbeats: list[str],
    postgres: embedded_server.EmbeddedServer,
    dagster_url: str,
) -> None:
    first = brapped("sync")
    assert (first.code, first.errors) == (0, "")
    assert "Spotify showed 10 plays, 10 of them new; 10 added to your history." in first.output
    assert "artists looked up." in first.output
    assert len(plays(logged_in.database_url)) == 10
    assert heartbeats == ["/a-secret-path"]
    before = plays(logged_in.database_url)
    second = brapped("sync")
    assert second.code == 0
    assert "Spotify showed 10 plays, 0 of them new; 0 added to your history." in second.output
    assert "looked up" not in second.output
    assert plays(logged_in.database_url) == before
    assert len(heartbeats) == 2
    assert "a-secret-path" not in first.output + second.output

    name = dagster_url.split("?", maxsplit=1)[0].rpartition("/")[2]
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())
        connection.execute(f"create database {name}".encode())
    third = brapped("sync")
    assert third.code == 0
    assert "10 plays, 0 of them new; 0 added" in third.output
    assert plays(logged_in.database_url) == before


def test_the_pages_of_up_do_not_wait_for_musicbrainz_which_is_asked_later(
    logged_in: Connected, brapped: Brapped, heartbeats: list[str]
) -> None:
    before_up, later = brapped("sync", "--before-up"), brapped("sync")
    assert [said.code for said in (before_up, later)] == [0, 0]
    assert "10 added to your history." in before_up.output
    assert ["MusicBrainz told of" in said.output for said in (before_up, later)] == [False, True]


def test_without_a_login_there_is_nothing_to_sync(brapped: Brapped, dagster_url: str) -> None:
    said = brapped("sync")
    assert (said.code, said.output) == (2, "")
    assert said.errors == "✗ No Spotify account is connected yet. Connect one with `brapped login`."


def test_an_ended_consent_is_renewed_by_a_login(logged_in: Connected, brapped: Brapped, heartbeats: list[str]) -> None:
    with logged_in.warehouse.transaction() as tx:
        token = os.environ["SPOTIFY_REFRESH_TOKEN"]
        listeners.save_listener(tx, refresh_token=token, time_zone="Asia/Kolkata", now=datetime.now(UTC))
    logged_in.account.tokens.revoke()
    said = brapped("sync")
    assert said.code == 3
    assert "Spotify no longer accepts this consent" in said.output
    assert "run `brapped login`" in said.output
    assert heartbeats == []
    # Remembered: the next one does not even ask.
    asked = len(logged_in.account.calls)
    assert brapped("sync").code == 3
    assert len(logged_in.account.calls) == asked


def test_a_quota_postpones(logged_in: Connected, brapped: Brapped, heartbeats: list[str]) -> None:
    logged_in.account.faults.add("quota_exceeded", path=FEED)
    said = brapped("sync")
    assert said.code == 4
    until = f"until {datetime.now(UTC) + timedelta(seconds=30_000):%Y-%m-%d %H:}"
    assert "! Spotify wants to be left alone until " in said.output
    assert until in said.output
    assert (
        "UTC (QUOTA_EXCEEDED; asked 2 times). Spotify keeps your last 50 plays: nothing is lost unless" in said.output
    )
    assert "Nothing to do: the next sync after that goes on." in said.output
    assert heartbeats == []
    again = brapped("sync")
    assert again.code == 4
    assert "! Spotify had asked to be left alone until " in again.output
    assert "(QUOTA_EXCEEDED; it was not asked)" in again.output


@pytest.mark.parametrize(
    ("fault", "said_of_it"),
    [
        (("web_page", 200), "a web page came in place of Spotify's answer. Perhaps this network wants a login first"),
        (("web_page", 502), "Spotify answered 502, with a web page: a proxy's on the way, or Spotify is down"),
        (("web_page", 511), "Perhaps this network wants a login first: open any page in a browser there"),
        (("web_page", 302), "the answer leads elsewhere (302). Perhaps this network wants a login first"),
        (("web_page", 407), "a proxy on the way asks who you are (407); HTTPS_PROXY names it with user and password"),
        (("no_content", 204), "Spotify's answer (204) was empty, which says nothing about what was played"),
    ],
)
def test_an_answer_that_is_not_spotifys_says_what_stands_in_the_way_and_whether_plays_are_lost(
    logged_in: Connected, brapped: Brapped, fault: tuple[Kind, int], said_of_it: str
) -> None:
    kind, status = fault
    logged_in.account.faults.add(kind, path=FEED, status=status, times=None)
    said = brapped("sync")
    assert said.code == 1
    assert said_of_it in said.output
    assert "Spotify keeps your last 50 plays: nothing is lost unless more than 50 come together before" in said.output
    assert "Traceback" not in said.output + said.errors
    logged_in.account.faults.clear()
    assert brapped("sync").code == 0
    assert len(plays(logged_in.database_url)) == 10


def test_a_spotify_that_is_down_fails_in_a_sentence(
    logged_in: Connected, brapped: Brapped, heartbeats: list[str]
) -> None:
    logged_in.account.faults.add("server_error", path="/", times=None)
    said = brapped("sync")
    assert said.code == 1
    assert "Spotify answered 503" in said.output or "the token endpoint answered 503" in said.output
    assert "Traceback" not in said.output + said.errors
    assert heartbeats == []
    logged_in.account.faults.clear()
    assert brapped("sync").code == 0
    assert len(plays(logged_in.database_url)) == 10


@pytest.mark.parametrize(
    ("name", "url", "sentence"),
    [
        ("DATABASE_URL", "postgresql://brapped:a-password@127.0.0.1:1/brapped", "The database does not answer"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not a PostgreSQL URL."),
        ("DATABASE_URL", "postgresql://me:a@pass:word@example.com/db", "DATABASE_URL is not a PostgreSQL URL."),
        ("DAGSTER_PG_URL", "postgresql://brapped:a-password@127.0.0.1:1/dagster", "The database does not answer"),
        ("DAGSTER_PG_URL", "nonsense", "DAGSTER_PG_URL is not a PostgreSQL URL."),
        ("DAGSTER_PG_URL", "postgresql://me:a@pass:word@example.com/db", "DAGSTER_PG_URL is not a PostgreSQL URL."),
    ],
)
def test_a_database_that_is_down_or_none_fails_in_a_sentence(
    *, logged_in: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch, name: str, url: str, sentence: str
) -> None:
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0.0)
    monkeypatch.setenv(name, url)
    said = brapped("sync")
    everything = said.output + said.errors
    assert said.code == (2 if "is not a" in sentence else 1)
    assert sentence in everything
    assert name in everything
    for never in ("Traceback", "a-password", "pass:word", "word@example"):
        assert never not in everything


@pytest.mark.usefixtures("dagster_url")
def test_four_settings_are_enough_and_a_deaf_heartbeat_fails_nothing(
    connected: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch, account: SimulatedAccount
) -> None:
    """No client id, no secret, nothing at home: for a stand-in that takes any app."""
    monkeypatch.setattr(AccountsHost, "_client", lambda *_: (account.client_id, True))
    for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "BRAPPED_TIMEZONE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("BRAPPED_HEARTBEAT_URL", "http://127.0.0.1:1/a-secret-path")
    said = brapped("sync")
    assert said.code == 0, said
    assert "10 added to your history" in said.output
    assert "The heartbeat URL did not answer (ConnectionError)." in said.output
    assert "a-secret-path" not in said.output


def test_an_ended_consent_is_told_once_and_its_renewal_once(
    logged_in: Connected, brapped: Brapped, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with logged_in.warehouse.transaction() as tx:
        token = os.environ["SPOTIFY_REFRESH_TOKEN"]
        listeners.save_listener(tx, refresh_token=token, time_zone="Asia/Kolkata", now=datetime.now(UTC))
    logged_in.account.tokens.revoke()
    first = brapped("sync")
    assert first.code == 3
    assert "1 notice sent." in first.output
    assert mailbox.texts() == [
        (
            "Brapped: Spotify's consent",
            "Spotify's consent has ended, so no play is collected. Renew it: brapped login",
        )
    ]
    assert brapped("sync").code == 3
    assert mailbox.texts() == []
    now = datetime.now(UTC)
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", logged_in.account.refresh_token(authorized_at=now))
    with logged_in.warehouse.transaction() as tx:
        token = os.environ["SPOTIFY_REFRESH_TOKEN"]
        listeners.save_listener(tx, refresh_token=token, time_zone="Asia/Kolkata", now=now, authorized_at=now)
    assert brapped("sync").code == 0
    assert mailbox.texts() == [("Brapped: all is well again", "Spotify's consent is renewed. Nothing to do.")]


def test_a_sync_with_nothing_to_tell_asks_hardly_more_and_one_whose_notice_is_lost_says_so(
    logged_in: Connected, brapped: Brapped, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert brapped("sync").code == 0
    with counted(logged_in.database_url) as wire:
        monkeypatch.setenv("DATABASE_URL", wire.url)
        assert brapped("sync").code == 0
        watched, wire.answered_at[:] = wire.round_trips, []
        url = os.environ.pop("BRAPPED_NOTIFY")
        assert brapped("sync").code == 0
        assert watched - wire.round_trips <= 4
    assert mailbox.asked == 0
    monkeypatch.setenv("DATABASE_URL", logged_in.database_url)
    monkeypatch.setenv("BRAPPED_NOTIFY", url)
    monkeypatch.setenv("BRAPPED_STORAGE_LIMIT_MB", "1")
    mailbox.behaves = "refuses"
    said = brapped("sync")
    assert said.code == 0
    assert "A notice could not be delivered; it is tried again. Try yourself: brapped notify --test" in said.output
