"""A program that asks the API with a token, over a site of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.dagster_runs import DagsterRuns
from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.read_tokens import SCOPES, Scope
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import NOW, Told, gap, know, label, play
from brapped_assets_tests.warehouse.imported_files import vouch

HERE = "http://127.0.0.1:3000"
OFTEN = 6_000


@dataclass
class Program:
    """`client` sends no token of itself."""

    client: TestClient
    token: str

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def answer(self, path: str) -> dict[str, Any]:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found


def make_token(tx: Connection, me: int, *scopes: Scope, per_minute: int = OFTEN) -> str:
    return read_tokens.make(tx, me, "a dashboard", scopes or SCOPES, NOW, per_minute=per_minute)


def live(tx: Connection) -> int:
    """Half a year of plays of all kinds, with a gap of two hours three days ago."""
    me = know(tx, "Europe/Berlin")
    told = [
        Told(NOW - timedelta(hours=17 * n, minutes=n), 1 + n % 6, (9_000, 60_000, 200_000)[n % 3], n % 5 == 0,
             n % 11 == 0, n % 2 == 0, "android", n % 7 == 0)
        for n in range(200)
    ]  # fmt: skip
    play(tx, me, told)
    label(tx)
    vouch(tx, me, NOW - timedelta(days=900), NOW - timedelta(days=4))
    gap(tx, me, NOW - timedelta(days=3, hours=2), NOW - timedelta(days=3))
    return me


@contextmanager
def program(
    home: Path,
    url: str,
    token: str,
    *,
    origins: tuple[str, ...] = (),
    key: str | None = None,
    runs: DagsterRuns | None = None,
) -> Iterator[Program]:
    site = Site(Reading(home, url), writing=Writing(home, url), clock=lambda: NOW, runs=runs)
    app = create_app(site, key=key, origins=origins)
    with TestClient(app, HERE, raise_server_exceptions=False, follow_redirects=False) as client:
        yield Program(client, token)


@contextmanager
def living(home: Path, url: str, *scopes: Scope, **more: Any) -> Iterator[Program]:
    """Of somebody with plays (`live`)."""
    with Warehouse(home, url) as warehouse, warehouse.transaction() as tx:
        token = make_token(tx, live(tx), *scopes)
    with program(home, url, token, **more) as asking:
        yield asking
