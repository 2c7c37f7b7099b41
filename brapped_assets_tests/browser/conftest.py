"""One browser, one server and one database for all tests here; every test has windows of its own."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, Playwright, sync_playwright
from pydantic import SecretStr

from brapped_assets.insights.cover_cache import Covers
from brapped_assets.settings import Settings
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets.web.login_worker import BackgroundLogin, NotNow
from brapped_assets.web.site import Site
from brapped_assets_tests.browser import fonts
from brapped_assets_tests.browser.listened import HOSTILE, NOW, keep_cover, listen, listen_absent, listen_together
from brapped_assets_tests.browser.visitor import Visitor
from brapped_assets_tests.databases import database

KEYS = """
select (select min(artist_key) from bi.plays where artist_name = any(%(hostile)s)) as artist,
       (select max(artist_key) from bi.plays where artist_name <> all(%(hostile)s)) as other_artist,
       (select min(track_key) from bi.plays) as track,
       (select min(al.album_key) from star.album_dim al join star.track_dim t using (album_key)
          join bi.plays p on p.track_key = t.track_key) as album
"""
# The first is the same engine without a desktop's windows, at two thirds of the CPU.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (Debian: apt install chromium)"))
            elif reason := fonts.lacking(fonts.DEJAVU):
                item.add_marker(pytest.mark.skip(reason=reason))


def launched(playwright: Playwright, configuration: Path) -> Browser:
    """A browser with the fonts of a fontconfig file and no other."""
    # In a container there is neither a sandbox for root nor much shared memory.
    return playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        env={**os.environ, "FONTCONFIG_FILE": str(configuration)},
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all of these tests: no other loop runs in their process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """As on bare Debian: the only font of the machine is DejaVu, whose letters are the widest of the usual ones."""
    found = fonts.configuration(tmp_path_factory.mktemp("dejavu"), fonts.DEJAVU, "DejaVu Sans")
    browser = launched(playwright, found)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def with_noto(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """With letters for Devanagari, Arabic, Han, Kana and Hangul."""
    if reason := fonts.lacking(fonts.NOTO):
        pytest.skip(reason)
    browser = launched(playwright, fonts.configuration(tmp_path_factory.mktemp("noto"), fonts.NOTO, "Noto Sans"))
    yield browser
    browser.close()


@contextmanager
def _served(home: Path, url: str, renewing: BackgroundLogin | None = None) -> Iterator[str]:
    """The pages as `up` serves them, over one database, at a morning of its own."""
    settings = Settings(brapped_home=home, database_url=SecretStr(url), brapped_timezone="Asia/Kolkata")
    site = Site(
        Reading(home, url), writing=Writing(home, url), incoming=BackgroundImport(settings),
        covers=Covers(home / "covers"), renewing=renewing, clock=lambda: NOW,
    )  # fmt: skip
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(create_app(site), log_level="warning", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@dataclass(frozen=True)
class Pages:
    """Where they are, and the keys of some things on them: `artist` has a hostile name."""

    url: str
    keys: dict[str, int]


@pytest.fixture(scope="session")
def years(postgres: embedded_server.EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages with two years of plays."""
    home = tmp_path_factory.mktemp("years")
    with database(postgres) as url:
        with Warehouse(home, url) as warehouse:
            listen(warehouse)
            with warehouse.transaction() as tx:
                keys = tx.execute(KEYS, {"hostile": list(HOSTILE)}).fetchone()
        assert keys is not None
        keep_cover(home / "covers")
        with _served(home, url) as address:
            yield Pages(address, keys)


@pytest.fixture(scope="session")
def nobody(postgres: embedded_server.EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of pages that nobody has connected anything to."""
    with database(postgres) as url, _served(tmp_path_factory.mktemp("nobody"), url) as address:
        yield address


@pytest.fixture
def together(postgres: embedded_server.EmbeddedServer, tmp_path: Path) -> Iterator[str]:
    """The address of the pages of two."""
    with database(postgres) as url:
        with Warehouse(tmp_path, url) as warehouse:
            listen_together(warehouse)
        with _served(tmp_path, url) as address:
            yield address


@pytest.fixture
def absent(postgres: embedded_server.EmbeddedServer, tmp_path: Path) -> Iterator[str]:
    """The address of pages with plays that nobody may have heard."""
    with database(postgres) as url:
        with Warehouse(tmp_path, url) as warehouse:
            listen_absent(warehouse)
        with _served(tmp_path, url) as address:
            yield address


class Elsewhere(BackgroundLogin):
    """A login that cannot be begun here."""

    def begin(self) -> str:
        raise NotNow("No Spotify app is set up here yet. In a terminal: brapped login")


@pytest.fixture
def ending(postgres: embedded_server.EmbeddedServer, tmp_path: Path) -> Iterator[str]:
    """The address of pages whose listener's consent ends within days."""
    with database(postgres) as url:
        with Warehouse(tmp_path, url) as warehouse, warehouse.transaction() as tx:
            given = NOW - timedelta(days=180)
            listeners.save_listener(tx, refresh_token="t", time_zone="Asia/Kolkata", now=given, authorized_at=given)
        with _served(tmp_path, url, Elsewhere()) as address:
            yield address


@pytest.fixture(scope="session")
def regular(chromium: Browser, years: Pages) -> Iterator[Visitor]:
    visitor = Visitor(chromium, years.url, years.keys)
    yield visitor
    visitor.leave()


@pytest.fixture
def visitor(regular: Visitor) -> Iterator[Visitor]:
    """At the pages with two years of plays. Nothing may be asked elsewhere, complained of, popped up or run."""
    regular.troubles.clear()
    yield regular
    regular.rest()
    assert regular.troubles == []
