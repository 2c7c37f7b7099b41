"""What every benchmark happens in: a PostgreSQL of its own, a simulated account over HTTP, and settings for both."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import ScriptedListener, nonstop
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse

OURS = ("SPOTIFY_", "BRAPPED_", "DAGSTER_", "DATABASE_URL")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Scene:
    """A running embedded server whose database `brapped` is migrated and empty, and a folder for homes."""

    folder: Path
    postgres: embedded_server.EmbeddedServer
    _numbers: Iterator[int]

    @contextmanager
    def database(self, *, template: str = "brapped", is_durable: bool = True) -> Iterator[str]:
        """A copy of a database, as its name; dropped afterwards.

        Not durable: commits do not wait for the disk, for whatever is simulated and not timed.
        """
        name = f"bench_{next(self._numbers)}"
        target = sql.Identifier(name)
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(target, sql.Identifier(template))
            )
            if not is_durable:
                connection.execute(sql.SQL("alter database {} set synchronous_commit = off").format(target))
            yield name
            connection.execute(sql.SQL("drop database {} with (force)").format(target))

    def bytes_of(self, database: str) -> int:
        """pg_database_size, after what is dead has been cleared and everything written."""
        with psycopg.connect(self.postgres.url(database), autocommit=True) as connection:
            connection.execute("vacuum")
            row = connection.execute("select pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def opened() -> Iterator[Scene]:
    """The scene, with no setting of whoever runs it in sight: neither of the environment nor of a `.env` here."""
    folder = Path(tempfile.mkdtemp(prefix="brapped-"))
    here = Path.cwd()
    with (
        environment({name: None for name in os.environ if name.startswith(OURS)}),
        warnings.catch_warnings(action="ignore"),  # Dagster's, of betas that are known
    ):
        os.environ["BRAPPED_HOME"] = str(folder / "home")
        os.chdir(folder)
        server = embedded_server.start(folder / "home")
        try:
            with Warehouse(folder / "home", server.url("brapped")) as warehouse, warehouse.transaction():
                pass  # migrated
            yield Scene(folder, server, count())
        finally:
            server.stop()
            os.chdir(here)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """These variables set (None: absent); afterwards the whole environment is as it was."""
    before = dict(os.environ)
    for name, value in values.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def connected(account: SimulatedAccount, database_url: str | None) -> Iterator[RunningServer]:
    """The account answers over HTTP, and the settings are those of somebody who connected it."""
    with serve(account) as server:
        settings = {
            "SPOTIFY_API_URL": server.api_url,
            "SPOTIFY_ACCOUNTS_URL": server.url,
            "SPOTIFY_CLIENT_ID": account.client_id,
            "SPOTIFY_CLIENT_SECRET": account.client_secret,
            "SPOTIFY_REFRESH_TOKEN": account.refresh_token(),
            "DATABASE_URL": database_url,
        }
        with environment(settings):
            yield server


def hurried_account(seconds: int = 1) -> SimulatedAccount:
    """An account whose listener ends a play every second (or so many), from ten minutes ago on: polls find new ones."""
    catalogue = Catalogue()
    # Whole seconds: Spotify tells milliseconds, and whoever compares should not have to.
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    plays = nonstop(catalogue, start, seconds=180, count=3600).plays
    ends = (start + number * seconds * SECOND for number in range(len(plays)))
    hurried = [replace(play, played_at=end, served_from=end) for play, end in zip(plays, ends, strict=True)]
    return SimulatedAccount(ScriptedListener(hurried), catalogue=catalogue)
