"""Real parts for the tests: an embedded PostgreSQL, the simulated account over HTTP, an ephemeral Dagster instance."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import settings

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.warehouse.db import embedded_server, read_pool
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.databases import EMPTY, administered, database
from brapped_assets_tests.examples import IN_FULL  # and its profiles, before the first test is collected
from brapped_assets_tests.notifications.mailbox import mailbox  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# What the clocks of tests of Dagster show at the earliest, where they do not show what it is.
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
# Read when Brapped's definitions are imported, which a conftest of one folder may do before anything is configured.
# Dagster lists every hour since the first for each check of upkeep.
os.environ["BRAPPED_START"] = f"{min(datetime.now(UTC), NOVEMBER) - timedelta(days=60):%Y-%m-%dT00:00:00+00:00}"
OURS = ("SPOTIFY_", "BRAPPED_", "MUSICBRAINZ_", "WIKIDATA_", "DAGSTER_", "DATABASE_URL", "PGTZ")


def pytest_configure() -> None:
    """Whoever is started in the background ignores Ctrl-C, and so would everything that tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection() -> None:
    """What is imported and collected is no garbage: to look through it meanwhile takes an eighth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """It stays until the end: the garbage collector need not look at it each time."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    """What a test said that passes is shown to nobody, and Dagster's logs would go from process to process."""
    made = yield
    if (report := made.get_result()).passed:
        report.sections.clear()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests reaches them, and no `.env` of theirs either."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BRAPPED_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    # Remembered for the whole process; a test may live in another zone.
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", None)


@pytest.fixture(autouse=True)
def patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a page waits for its database as long as it takes; only tests of the waiting do not."""
    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 30.0)


@pytest.fixture(scope="session", autouse=True)
def revisions_read_once() -> Iterator[None]:
    """For every database Dagster makes, Alembic would read all its revisions, which takes longer than to make it."""
    read = ScriptDirectory.from_config
    known: dict[str | None, ScriptDirectory] = {}

    def known_or_read(config: Config) -> ScriptDirectory:
        place = config.get_main_option("script_location")
        return known.get(place) or known.setdefault(place, read(config))

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(ScriptDirectory, "from_config", known_or_read)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded_server.EmbeddedServer]:
    """One embedded server for the session; a short path, outside pytest's private folder."""
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    server = embedded_server.start(home)
    try:
        with administered(server) as admin:
            # What tests make is thrown away; without waiting for the disk a database is made five times as fast.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                admin.execute(f"alter system set {setting} = off")
            # Every merge makes temporary tables: a hundred examples leave catalogues that are read ten times as long.
            # After ten it is not worth a new process for each database again and again.
            admin.execute(f"alter system set autovacuum_naptime = '{3 if settings().max_examples >= IN_FULL else 60}s'")
            # The kernel copies the files (measured: 11 ms instead of 54 for a database).
            admin.execute("alter system set file_copy_method = clone")
            # A process for each connection begins with little to look after (measured: a seventh of its CPU).
            for setting, value in (
                ("shared_buffers", "'16MB'"), ("io_method", "sync"), ("wal_level", "minimal"), ("max_wal_senders", "0"),
            ):  # fmt: skip
                admin.execute(f"alter system set {setting} = {value}")
        embedded_server.stop_unless_held(home, but=os.getpid())
        server.restart()
        with administered(server):
            with Warehouse(home, server.url("brapped")) as warehouse, warehouse.transaction():
                pass  # migrated: the template of every test's database
            yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(postgres: embedded_server.EmbeddedServer) -> Iterator[str]:
    """A migrated, empty warehouse of the test's own."""
    with database(postgres) as url:
        yield url


@pytest.fixture
def empty_database(postgres: embedded_server.EmbeddedServer) -> Iterator[str]:
    """A database that nobody has prepared."""
    with database(postgres, EMPTY) as url:
        yield url


@pytest.fixture
def warehouse(database_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path, database_url) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture(scope="session")
def somebody(catalogue: Catalogue) -> Listener:
    """Whose days are made once: a ranking of a year takes sixty of them."""
    return Listener(catalogue)


@pytest.fixture
def account(catalogue: Catalogue, somebody: Listener) -> SimulatedAccount:
    """A simulated listener with everything at its default; tests set faults and clocks on it."""
    return SimulatedAccount(copy(somebody), catalogue=catalogue)


@pytest.fixture
def spotify_server(account: SimulatedAccount) -> Iterator[RunningServer]:
    with serve(account) as server:
        yield server


@dataclass(frozen=True)
class Connected:
    """Settings point at this account and this database: what a logged-in user's environment looks like."""

    account: SimulatedAccount
    server: RunningServer
    database_url: str
    warehouse: Warehouse


@pytest.fixture
def connected(
    account: SimulatedAccount,
    spotify_server: RunningServer,
    database_url: str,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> Connected:
    monkeypatch.setenv("SPOTIFY_API_URL", f"{spotify_server.url}/v1")
    monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", spotify_server.url)
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", account.client_id)
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", account.client_secret)
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", account.refresh_token(authorized_at=datetime.now(UTC)))
    monkeypatch.setenv("MUSICBRAINZ_URL", spotify_server.musicbrainz_url)
    monkeypatch.setenv("WIKIDATA_URL", spotify_server.wikidata_url)
    # As a mirror of one's own allows: nobody waits a second for a simulated answer.
    monkeypatch.setenv("MUSICBRAINZ_CALLS_A_SECOND", "1000")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BRAPPED_TIMEZONE", "Asia/Kolkata")
    return Connected(account, spotify_server, database_url, warehouse)


@pytest.fixture(scope="session")
def one_instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def instance(one_instance: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """One that has noted nothing: to forget takes a tenth of the time of making its databases."""
    yield one_instance
    one_instance.wipe()


@pytest.fixture(scope="session")
def new_dagster_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Dagster has made its databases, which takes half a second, and noted nothing."""
    folder = tmp_path_factory.mktemp("dagster")
    with dg.DagsterInstance.local_temp(str(folder)):
        return folder


@pytest.fixture
def kept_instance(new_dagster_home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with databases of its own, as the daemon has."""
    folder = tmp_path / "dagster"
    shutil.copytree(new_dagster_home, folder)
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance


@pytest.fixture(scope="module")
def playwright() -> Iterator["Playwright"]:
    """One for all tests of a module: it bears no second beside it, and no other loop while it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright
