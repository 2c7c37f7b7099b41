"""Spotify's consent, renewed by a click on the page; the page says when it ends."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from dotenv import dotenv_values
from starlette.testclient import TestClient

from brapped_assets.accounts.loopback_server import wait_for_callback
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.settings_file import write_env
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web import login_worker
from brapped_assets.web.app import create_app
from brapped_assets.web.login_worker import BackgroundLogin, NotNow
from brapped_assets.web.site import Site
from brapped_assets_tests.commands.browser import Browser
from brapped_assets_tests.commands.subprocess_user import free_port
from brapped_assets_tests.examples import quick_of

HERE = "http://127.0.0.1"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SIX_MONTHS_AGO = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def login() -> Iterator[BackgroundLogin]:
    login = BackgroundLogin()
    yield login
    login.join(60)


@pytest.fixture
def site(
    account: SimulatedAccount, spotify_server: RunningServer, database_url: str, login: BackgroundLogin,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:  # fmt: skip
    """A home that has an app."""
    home = Path(os.environ["BRAPPED_HOME"])
    write_env(
        home / ".env",
        {
            "SPOTIFY_API_URL": spotify_server.api_url,
            "SPOTIFY_ACCOUNTS_URL": spotify_server.url,
            "SPOTIFY_CLIENT_ID": account.client_id,
            "SPOTIFY_REDIRECT_URI": f"http://127.0.0.1:{free_port()}/callback",
        },
    )
    monkeypatch.setenv("DATABASE_URL", database_url)
    site = Site(Reading(home, database_url), writing=Writing(home, database_url), renewing=login, clock=lambda: NOW)
    yield site
    site.close()


@pytest.fixture
def browser(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(site, ["10.0.0.7"]), HERE) as browser:
        browser.headers["origin"] = HERE
        yield browser


def welcome(warehouse: Warehouse, authorized_at: datetime | None) -> int:
    with warehouse.transaction() as tx:
        return listeners.save_listener(
            tx,
            refresh_token="old",
            time_zone="Europe/Berlin",
            now=NOW,
            authorized_at=authorized_at,
            spotify_user_id="me",
        ).listener_id


def banner(page: str) -> str | None:
    found = re.search(r"<aside class=\"consent\".*?</aside>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found.group()).split()) if found else None


@pytest.mark.parametrize(
    ("days", "said"),
    quick_of(
        3,
        [
            # May has 31 days.
            (16, None),
            (15, "Spotify's consent ends in 14 days. Renew at Spotify"),
            (1, "Spotify's consent ends in 1 day. Renew at Spotify"),
            (0, "Spotify's consent ends today. Renew at Spotify"),
            (-9, "Spotify's consent has ended : no play is collected until it is renewed. Renew at Spotify"),
            (None, None),
        ],
    ),
)
def test_the_page_says_when_the_consent_ends(
    warehouse: Warehouse, browser: TestClient, days: int | None, said: str | None
) -> None:
    welcome(warehouse, None if days is None else SIX_MONTHS_AGO + timedelta(days=days))
    for page in ("/", "/today", "/hidden"):
        assert banner(browser.get(page).text) == said


def test_where_it_cannot_be_renewed_the_command_is_named(warehouse: Warehouse, site: Site, browser: TestClient) -> None:
    welcome(warehouse, SIX_MONTHS_AGO)
    site.renewing = None
    assert banner(browser.get("/").text) == "Spotify's consent ends today. In a terminal: brapped login ."


def test_a_click_renews_the_consent(
    warehouse: Warehouse, site: Site, browser: TestClient, login: BackgroundLogin
) -> None:
    listener_id = welcome(warehouse, SIX_MONTHS_AGO)
    with warehouse.transaction() as tx:
        listeners.end_consent(tx, listener_id, NOW)
    assert str(banner(browser.get("/").text)).startswith("Spotify's consent has ended")
    answer = browser.post("/renew", data={"token": site.token})
    assert answer.status_code == 200
    found = re.search(r'href="([^"]+)">Continue to Spotify', answer.text)
    assert found is not None
    url = unescape(found.group(1))
    assert f'content="1; url={found.group(1)}"' in answer.text
    # Another click leads to the same place: one login at a time.
    assert found.group(1) in browser.post("/renew", data={"token": site.token}).text
    listener = Browser()
    listener.open(url)
    listener.wait()
    login.join(60)
    assert banner(browser.get("/").text) is None
    with warehouse.transaction() as tx:
        (one,) = listeners.listeners(tx)
        assert one.consent_ended_at is None
        assert one.authorized_at is not None
        token = dotenv_values(Path(os.environ["BRAPPED_HOME"]) / ".env")["SPOTIFY_REFRESH_TOKEN"]
        assert listeners.by_token(tx, str(token)) == one


def test_nobody_else_begins_a_login(warehouse: Warehouse, site: Site, browser: TestClient) -> None:
    welcome(warehouse, SIX_MONTHS_AGO)
    assert browser.post("/renew", data={"token": "another"}).status_code == 403
    elsewhere = {"host": "10.0.0.7", "origin": "http://10.0.0.7"}
    answer = browser.post("/renew", data={"token": site.token}, headers=elsewhere)
    assert "Spotify sends the browser back to the machine that collects." in answer.text
    assert "Continue to Spotify" not in answer.text


def test_what_stands_in_the_way_is_said(
    warehouse: Warehouse, site: Site, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFY_REDIRECT_URI", "http://203.0.113.1:1/callback")
    answer = browser.post("/renew", data={"token": site.token})
    assert "The address Spotify sends the browser back to is taken." in answer.text
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", " ")
    monkeypatch.setenv("BRAPPED_HOME", str(Path(os.environ["BRAPPED_HOME"]) / "empty"))
    monkeypatch.delenv("SPOTIFY_CLIENT_ID")
    assert "No Spotify app is set up here yet." in browser.post("/renew", data={"token": site.token}).text


def test_a_machine_too_busy_to_listen_is_told_so_and_the_next_click_leads_to_the_same_login(
    login: BackgroundLogin, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever listens late listens for the address that is given then: no other login's, and never none."""
    may_listen = Event()
    real = wait_for_callback

    def late(*arguments: Any, **more: Any) -> str:
        may_listen.wait(60)
        return real(*arguments, **more)

    monkeypatch.setattr(login_worker, "wait_for_callback", late)
    monkeypatch.setattr(login_worker, "OPENING_SECONDS", 0.1)
    for _ in range(2):
        with pytest.raises(NotNow, match="nobody listens for Spotify's answer yet"):
            login.begin()
    may_listen.set()
    monkeypatch.setattr(login_worker, "OPENING_SECONDS", 10)
    url = login.begin()
    assert "/authorize?" in url
    assert login.begin() == url
    (state,) = parse_qs(urlsplit(url).query)["state"]
    (back,) = parse_qs(urlsplit(url).query)["redirect_uri"]
    assert requests.get(back, params={"state": state, "error": "access_denied"}, timeout=60).ok
    assert site.renewing is login
