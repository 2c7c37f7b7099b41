"""Brapped as its user meets it: a folder, a home, an environment, and commands."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brapped_assets import cli
from brapped_assets.console import runner
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, ScriptedListener
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets_tests.commands.subprocess_user import Said, User, kill_processes_of, processes_of, words
from brapped_assets_tests.databases import database

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def account(catalogue: Catalogue) -> SimulatedAccount:
    """Somebody who played ten tracks in the last day: few artists, so few calls."""
    now = datetime.now(UTC)
    day = Listener(catalogue, plays_per_day=200).plays_between(now - timedelta(days=2), now - timedelta(hours=1))
    shown = [play for play in day if play.ms_played >= 30_000 and not play.private and not play.offline][-10:]
    return SimulatedAccount(ScriptedListener(shown), catalogue=catalogue)


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    """An empty folder and an empty home of short path; afterwards nothing of theirs may run any more."""
    folder = Path(tempfile.mkdtemp(prefix="brapped-"))
    folder.chmod(0o755)
    try:
        yield User(folder)
        assert processes_of(folder) == []
    finally:
        kill_processes_of(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the source, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    shutil.copytree(
        CHECKOUT / "brapped_assets", source / "brapped_assets", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    build = ["wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(source)], check=True, stdout=subprocess.DEVNULL)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def dagster_template(postgres: embedded_server.EmbeddedServer) -> str:
    """A database with Dagster's tables, made once: they take a second."""
    before = dict(os.environ)
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    try:
        settings = Settings(brapped_home=home, dagster_pg_url=postgres.url("dagster"), _env_file=None)  # type: ignore[call-arg, arg-type]
        with open_instance(settings):
            return "dagster"
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(home)


@pytest.fixture
def dagster_url(
    postgres: embedded_server.EmbeddedServer, dagster_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Dagster's storage of the test's own, with no run in it; DAGSTER_PG_URL names it."""
    with database(postgres, dagster_template) as url:
        monkeypatch.setenv("DAGSTER_PG_URL", url)
        # Set by the commands themselves; named here, so that they are taken away again.
        monkeypatch.setenv("DAGSTER_HOME", "")
        yield url


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """A command makes its process write for its owner alone; the tests that come after share this process."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def brapped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command in this process, through the same `main` as the console script."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(runner.console, "_width", 200)

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["brapped", *arguments])
        before = os.umask(0o022)
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main()
        finally:
            os.umask(before)
        output, errors = capsys.readouterr()
        return Said(int(ended.value.code or 0), words(output), words(errors))

    return run
