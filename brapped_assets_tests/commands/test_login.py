"""`brapped login` against the simulated account, with a browser that presses the button."""

import os
import socket
import stat
import webbrowser
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values

from brapped_assets.commands import login as login_module
from brapped_assets.console.runner import console
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.listeners import Listener
from brapped_assets_tests.commands.browser import Browser
from brapped_assets_tests.commands.subprocess_user import Said, free_port
from brapped_assets_tests.examples import quick_of

Brapped = Callable[..., Said]


@pytest.fixture(autouse=True)
def new_user(
    account: SimulatedAccount, spotify_server: RunningServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Has an app, and no login yet."""
    monkeypatch.setenv("SPOTIFY_API_URL", spotify_server.api_url)
    monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", spotify_server.url)
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", account.client_id)
    monkeypatch.setenv("SPOTIFY_REDIRECT_URI", f"http://127.0.0.1:{free_port()}/callback")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TZ", "Asia/Kolkata")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    browser = Browser()
    monkeypatch.setattr(webbrowser, "open", browser.open)
    yield browser
    browser.wait()


@pytest.fixture
def with_secret(account: SimulatedAccount, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", account.client_secret)
    return account.client_secret


def env_file() -> Path:
    return Path(os.environ["BRAPPED_HOME"]) / ".env"


def everybody(warehouse: Warehouse) -> list[Listener]:
    with warehouse.transaction() as tx:
        return listeners.listeners(tx)


def test_a_login_keeps_the_token_greets_by_name_and_prints_no_secret(
    brapped: Brapped, browser: Browser, account: SimulatedAccount, warehouse: Warehouse, with_secret: str
) -> None:
    before = datetime.now(UTC)
    said = brapped("login")
    assert (said.code, said.errors) == (0, "")
    oldest = min(play.played_at for play in account.feed()).astimezone()
    assert (
        f"Hello, Scripted Listener! Spotify shows 10 plays, reaching back to {oldest:%A %d %B, %H:%M}." in said.output
    )
    assert "Your days are counted in Asia/Kolkata" in said.output
    assert "request both exports now at https://www.spotify.com/account/privacy/" in said.output
    browser.wait()
    assert "You can close this page" in browser.page_at_the_end

    kept = dotenv_values(env_file())
    first_hour = (before - timedelta(hours=72)).replace(minute=0, second=0, microsecond=0)
    assert kept == {
        "SPOTIFY_CLIENT_ID": account.client_id,
        "SPOTIFY_CLIENT_SECRET": account.client_secret,
        "SPOTIFY_REFRESH_TOKEN": kept["SPOTIFY_REFRESH_TOKEN"],
        "BRAPPED_START": first_hour.isoformat(),
    }
    assert stat.S_IMODE(env_file().stat().st_mode) == 0o600
    for secret in (kept["SPOTIFY_REFRESH_TOKEN"], with_secret):
        assert secret
        assert secret not in said.output
    (listener,) = everybody(warehouse)
    assert (listener.display_name, listener.time_zone) == ("Scripted Listener", "Asia/Kolkata")
    assert listener.authorized_at is not None
    assert before <= listener.authorized_at <= datetime.now(UTC)


def test_without_a_client_secret_the_login_is_a_pkce_one(
    brapped: Brapped, browser: Browser, account: SimulatedAccount
) -> None:
    assert brapped("login").code == 0
    assert "code_challenge_method=S256" in browser.opened[0]
    kept = dotenv_values(env_file())
    assert "SPOTIFY_CLIENT_SECRET" not in kept
    # Spotify takes the token without a secret.
    answer = account.tokens.refresh(
        kept["SPOTIFY_REFRESH_TOKEN"] or "", client_id=account.client_id, authenticated=False
    )
    assert answer["access_token"]


@pytest.mark.usefixtures("with_secret")
def test_a_second_login_renews_the_consent_and_keeps_zone_and_first_hour(
    brapped: Brapped,
    browser: Browser,
    account: SimulatedAccount,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert brapped("login").code == 0
    first = dotenv_values(env_file())
    (before,) = everybody(warehouse)
    env_file().write_text("# mine\nSPOTIFY_DAILY_CALL_BUDGET=900\n" + env_file().read_text())
    env_file().write_text(env_file().read_text().replace(first["BRAPPED_START"] or "", "2026-03-01T00:00:00+00:00"))
    browser.wait()
    # The machine has moved; the listener has not.
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("BRAPPED_TIMEZONE", "America/New_York")
    assert brapped("login").code == 0
    kept = dotenv_values(env_file())
    assert env_file().read_text().startswith("# mine\n")
    assert kept["SPOTIFY_DAILY_CALL_BUDGET"] == "900"
    assert kept["BRAPPED_START"] == "2026-03-01T00:00:00+00:00"
    assert kept["SPOTIFY_REFRESH_TOKEN"] != first["SPOTIFY_REFRESH_TOKEN"]
    assert stat.S_IMODE(env_file().stat().st_mode) == 0o600
    (after,) = everybody(warehouse)
    assert after.time_zone == "Asia/Kolkata"
    assert after.authorized_at is not None
    assert before.authorized_at is not None
    assert after.authorized_at > before.authorized_at


@pytest.mark.usefixtures("with_secret")
def test_an_address_pasted_from_another_machine_is_a_login(brapped: Brapped, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    show = console.print

    def read_by_somebody(*objects: object, **options: object) -> None:
        shown.extend(str(each) for each in objects)
        show(*objects, **options)  # type: ignore[arg-type]

    def paste(*_: object, **__: object) -> str:
        (url,) = [line for line in shown if "/authorize?" in line]
        return Browser().address(url)

    monkeypatch.setattr(console, "print", read_by_somebody)
    monkeypatch.setattr(console, "input", paste)
    said = brapped("login", "--paste")
    assert said.code == 0
    assert "Open this address and agree: http://127.0.0.1" in said.output
    assert "The page there need not open. Paste the whole address here." in said.output
    assert "Hello, Scripted Listener!" in said.output


@pytest.mark.usefixtures("with_secret")
@pytest.mark.parametrize(
    ("browser_does", "sentence"),
    quick_of(
        1,
        [
            (
                Browser("cancel"),
                "the request was declined on Spotify's page; run `brapped login` again and choose Agree",
            ),
            (Browser(tampered=True), "the answer belongs to another login (its state differs)"),
        ],
    ),
)
def test_a_login_that_came_to_nothing_keeps_nothing(
    brapped: Brapped,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    browser_does: Browser,
    sentence: str,
) -> None:
    monkeypatch.setattr(webbrowser, "open", browser_does.open)
    said = brapped("login")
    browser_does.wait()
    assert said.code == 1
    assert sentence in said.errors
    assert not env_file().exists()
    assert everybody(warehouse) == []


@pytest.mark.usefixtures("with_secret")
def test_a_spotify_that_refuses_the_new_listener_is_told_and_keeps_nothing(
    brapped: Brapped, browser: Browser, account: SimulatedAccount
) -> None:
    account.faults.add("not_on_user_list", path="/v1/me", times=None)
    said = brapped("login")
    assert said.code == 1
    assert "this listener is not on the app's user list" in said.errors
    assert not env_file().exists()


def test_nobody_coming_back_names_the_likely_mistakes(brapped: Brapped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_module, "WAIT", timedelta(seconds=0.3))
    said = brapped("login", "--no-browser")
    assert said.code == 1
    redirect = os.environ["SPOTIFY_REDIRECT_URI"]
    for mistake in (
        f"INVALID_CLIENT: Invalid redirect URI → add {redirect} to the app, to the letter",
        "INVALID_CLIENT: Insecure redirect URI → use http://127.0.0.1, not localhost",
        "INVALID_CLIENT: Invalid client → check the Client ID",
        "brapped login --paste",
    ):
        assert mistake in said.errors


def test_a_callback_port_in_use_is_named_with_ways_out(brapped: Brapped, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        redirect = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        monkeypatch.setenv("SPOTIFY_REDIRECT_URI", redirect)
        said = brapped("login", "--no-browser")
    assert said.code == 1
    assert f"Nobody can listen at {redirect} (Address already in use)" in said.errors
    assert "brapped login --paste" in said.errors


def test_without_a_client_id_and_without_a_terminal_there_is_no_question(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_CLIENT_ID")
    said = brapped("login")
    assert said.code == 2
    assert "SPOTIFY_CLIENT_ID is not set. Run `brapped login` in a terminal: it shows how to get one." in said.errors


def test_a_terminal_is_shown_how_to_get_a_client_id(
    brapped: Brapped, browser: Browser, account: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_CLIENT_ID")
    monkeypatch.setattr(console, "_force_terminal", True)
    monkeypatch.setattr(console, "no_color", True)
    monkeypatch.setattr(console, "input", lambda *_, **__: f" {account.client_id} ")
    said = brapped("login")
    assert said.code == 0
    for step in (
        "https://developer.spotify.com/dashboard",
        "The app's owner needs Spotify Premium.",
        "Tick",
        os.environ["SPOTIFY_REDIRECT_URI"],
        "copy the Client ID",
        "User Management",
    ):
        assert step in said.output
    assert dotenv_values(env_file())["SPOTIFY_CLIENT_ID"] == account.client_id


def test_a_database_that_does_not_answer_is_known_before_anybody_agrees(
    brapped: Brapped, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    said = brapped("login")
    assert said.code == 2
    assert "DATABASE_URL is not a PostgreSQL URL" in said.errors
    assert browser.opened == []


def test_a_login_says_so_where_the_environment_names_another_token(
    brapped: Brapped, browser: Browser, account: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a container its settings are its environment: the new token would lie in a file that nobody reads.
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "of half a year ago")
    said = brapped("login")
    assert said.code == 0
    assert "! Polls go on with another token: SPOTIFY_REFRESH_TOKEN is set in the environment" in said.output
    assert f"wins over {env_file()}" in said.output
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "")
    assert "another token" not in brapped("login").output
