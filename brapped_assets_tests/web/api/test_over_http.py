"""At a real port: floods, readers that never read and odd requests keep nobody out, and no token is anywhere after."""

import logging
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.web.api import gate
from brapped_assets.web.api.endpoints import endpoints
from brapped_assets_tests.databases import database
from brapped_assets_tests.warehouse.test_forgetting import scanned
from brapped_assets_tests.web.api.serving import Served, served

MANY = """
insert into star.streaming_fact (listener_id, played_at, played_at_local, api_at, api_track_key, track_key, ms_played,
                                 is_estimated)
select 1, at, at at time zone 'Europe/Berlin', at, 1 + n % 6, 1 + n % 6, 60000, true
from (select n, timestamptz '2026-03-01' - n * interval '4 minutes' as at from generate_series(1, 12000) n) one
"""


@pytest.fixture
def running(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(gate, "LATE_SECONDS", 0.02)
    with served(tmp_path, database_url) as running:
        yield running


def test_a_token_is_nowhere_after_it_was_used_in_every_way(
    running: Served, warehouse: Warehouse, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    token, said = running.token, ""
    wrong = read_tokens.PREFIX + "w" * 43
    for one in (token, wrong):
        bearer = {"Authorization": f"Bearer {one}"}
        for endpoint in endpoints()[::4]:
            said += running.get(f"/api/v1{endpoint.path.replace('{key}', '1')}", headers=bearer).text
        for path in (
            f"/api/v1/totals?token={one}", f"/api/v1/totals?rule={one}", f"/api/v1/totals?{one}=1", f"/api/v1/{one}",
            f"/api/v1/plays?before={one}", f"/{one}", f"/?rule={one}&range={one[:20]}", "/api/v1/artist/999",
        ):  # fmt: skip
            said += re.sub('href="[^"]*"|&#39;[^\']*&#39;', "", running.get(path, headers=bearer).text)
        said += running.get("/api/v1/totals", headers={"Authorization": f"Basic {one}"}).text
        said += requests.post(f"{running.url}/api/v1/totals", one, headers=bearer, timeout=60).text
        said += _raw(
            running, f"GET /api/v1/totals HTTP/9.9\r\nConnection: close\r\nAuthorization: Bearer {one}\r\n\r\n".encode()
        )
    printed = "".join(capfd.readouterr())
    with warehouse.transaction() as tx:
        for one in (token, wrong):
            secret = one.removeprefix(read_tokens.PREFIX)
            assert secret not in said
            assert secret not in printed
            assert secret not in _logged(caplog)
            assert scanned(tx, secret) == []


@pytest.mark.slow
def test_a_thousand_requests_that_open_nothing_leave_pages_and_programs_answered(
    running: Served, warehouse: Warehouse
) -> None:
    before = _written(warehouse)

    def ask(n: int) -> int:
        with requests.Session() as session:
            codes = {
                session.get(
                    f"{running.url}/api/v1/totals", headers={"Authorization": f"Bearer {n}{m}"}, timeout=30
                ).status_code
                for m in range(50)
            }
        return int(*codes) if len(codes) == 1 else 0

    with ThreadPoolExecutor(20) as pool:
        flood = [pool.submit(ask, n) for n in range(20)]
        assert running.get("/?range=year", headers={}).status_code == 200
        assert running.get("/api/v1/totals").status_code == 200
        assert {one.result() for one in flood} == {401}
    assert _written(warehouse) == before


@pytest.mark.slow
def test_readers_that_never_read_take_no_connection_of_the_database(running: Served, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        tx.execute(MANY)
    silent = []
    try:
        for path in ("/plays.csv", "/plays.csv?range=all", "/lists/days.csv?range=all", "/plays?limit=1000") * 2:
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", running.port))
            head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {running.token}\r\n\r\n"
            one.sendall(f"GET /api/v1{path} HTTP/1.1\r\n{head}".encode())
            silent.append(one)
        for _ in range(2):
            assert running.get("/api/v1/totals?range=all").json()["data"]["plays"] > 12_000
            assert running.get("/?range=all", headers={}).status_code == 200
        # Whoever reads gets all of it, however long it took.
        assert len(running.get("/api/v1/plays.csv").text.splitlines()) > 12_200
    finally:
        for one in silent:
            one.close()


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /api/v1/totals?range=\xff\xfe HTTP/1.1", b"GET /api/v1/totals?%00=%00 HTTP/1.1",
        b"GET /api/v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", b"GET /api/v1/../../health HTTP/1.1",
        b"GET /api/v1/lists/%00 HTTP/1.1", b"GET //api/v1/totals HTTP/1.1", b"GET /api/v1/totals%2ecsv HTTP/1.1",
        b"GET /api/v1/artist/%d9%a1 HTTP/1.1", b"GET /api/v1/totals?" + b"hour=1&" * 2_000 + b" HTTP/1.1",
        b"GET /api/v1/totals?range=%ed%a0%80 HTTP/1.1", b"TRACE /api/v1/totals HTTP/1.1",
        b"GET http://evil.example/api/v1/totals HTTP/1.1", b"GET /api/v1/totals?q=" + b"x" * 40_000 + b" HTTP/1.1",
    ],
)  # fmt: skip
def test_odd_requests_are_refused_in_words(running_once: Served, request_line: bytes) -> None:
    head = f"\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {running_once.token}\r\nConnection: close\r\n\r\n".encode()
    said = _raw(running_once, request_line + head)
    status = int(said.split()[1])
    assert status in ({200} if b"%2ecsv" in request_line else {400, 403, 404, 405})
    assert "Traceback" not in said
    assert "x-content-type-options: nosniff" in said.lower()


@pytest.fixture(scope="module")
def running_once(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with database(postgres) as url, served(tmp_path_factory.mktemp("home"), url) as running:
        yield running


def _raw(running: Served, request: bytes) -> str:
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        connection.sendall(request)
        said = b""
        try:
            while piece := connection.recv(65536):
                said += piece
        except ConnectionResetError:
            pass
    return said.decode("utf-8", "replace")


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged by whatever serves; urllib3 here is the program that asks."""
    return "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(("urllib3", "httpx")))


def _written(warehouse: Warehouse) -> int:
    """Rows there are of tokens' use and of everything that a page could change."""
    with warehouse.transaction() as tx:
        row = tx.execute(
            "select (select count(*) from insights.hidden) + (select count(*) from audit.rejected_row)"
            " + (select count(*) from star.streaming_fact) as rows"
        ).fetchone()
    assert row is not None
    return int(row["rows"])
