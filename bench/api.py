"""The API of `brapped up` over HTTP, asked with a token at a real port: each answer anew, from the plays in memory.

Then a page's time while programs ask on 300 connections as fast as they are refused: with a token that opens nothing,
with none, and with one beyond its limit. A refusal comes seconds late on purpose: there are fewer a second than
connections. A million plays, or BENCH_ROWS.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from statistics import median
from time import perf_counter, sleep
from urllib.parse import urlsplit

import psycopg
import requests

from bench.figures import Figure
from bench.pages import BUDGETS_MS, CHECKOUT, UNTIL, _p95
from bench.sql_life import live
from bench.test_bed import Scene
from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.read_tokens import SCOPES

PLAYS = int(os.environ.get("BENCH_ROWS", "1000000"))
ROUNDS = 20
ADDRESSES = (
    "/totals", "/totals?range=all", "/series/days?range=all", "/series/months?range=all", "/clock?range=all",
    "/facets?range=all", "/completeness", "/lists/artists?range=all", "/lists/songs?range=all&sort=last&limit=1000",
    "/plays", "/ranks/artists", "/wrapped?range=2024", "/totals?range=2024&weekday=6",
)  # fmt: skip
PAGE = "/?range=2024"
FLOOD_CONNECTIONS, FLOODED_ROUNDS = 300, 60
SERVER = """
import sys
from datetime import timedelta
from pathlib import Path
import uvicorn
from bench.pages import UNTIL
from brapped_assets.insights.columns.heap import keep_little
from brapped_assets.services.http_limits import limits
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.security import safe_headers
from brapped_assets.web.site import Site
site = Site(Reading(Path.cwd(), sys.argv[1]), clock=lambda: UNTIL + timedelta(minutes=5))
config = uvicorn.Config(create_app(site), port=0, log_level="warning", access_log=False, **limits(safe_headers(None)))
server = uvicorn.Server(config)
started = server.startup
async def startup(sockets=None):
    await started(sockets)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
server.startup = startup
keep_little()
server.run()
"""


def measure(scene: Scene) -> list[Figure]:
    return [*_measured(scene)]


def _measured(scene: Scene) -> Iterator[Figure]:
    with scene.database(is_durable=False) as name:
        url = scene.postgres.url(name)
        with Warehouse(scene.folder, url) as warehouse, warehouse.transaction() as tx:
            me = live(tx, PLAYS, UNTIL)
            token = read_tokens.make(tx, me, "bench", SCOPES, UNTIL, per_minute=6_000)
            limited = read_tokens.make(tx, me, "limited", SCOPES, UNTIL, per_minute=1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        with _served(url) as here, requests.Session() as asking:
            asking.headers["Authorization"] = f"Bearer {token}"
            for address in ADDRESSES:
                times = [_timed(asking, f"{here}/api/v1{address}") for _ in range(ROUNDS + 1)][1:]
                yield Figure(f"{PLAYS:,} plays: /api/v1{address}, p95", _p95(times), "ms", budget=BUDGETS_MS.get(PLAYS),
                             note=f"p50 {median(times):.0f} ms")  # fmt: skip
            with requests.Session() as browser:
                calm = [_timed(browser, here + PAGE) for _ in range(FLOODED_ROUNDS)]
                floods = {"a wrong token": "brapped_" + "x" * 43, "none": "", "one beyond its limit": limited}
                for what, brought in floods.items():
                    with _flood(f"{here}/api/v1/totals", brought) as refused:
                        while refused.value < 2 * FLOOD_CONNECTIONS:
                            # Until then they come all at once, or not at all.
                            sleep(0.1)
                        begun, so_far = perf_counter(), refused.value
                        times = [_timed(browser, here + PAGE) for _ in range(FLOODED_ROUNDS)]
                        a_second = (refused.value - so_far) / (perf_counter() - begun)
                    yield Figure(f"{PLAYS:,} plays: {PAGE} while the API is asked with {what}, p95", _p95(times), "ms",
                                 budget=BUDGETS_MS.get(PLAYS), baseline=_p95(calm), baseline_is="the same without",
                                 note=f"p50 {median(times):.0f} ms; {a_second:.0f} a second refused")  # fmt: skip


def _timed(session: requests.Session, address: str) -> float:
    started = perf_counter()
    answer = session.get(address, timeout=60)
    assert answer.status_code == 200, (address, answer.text[:200])
    return (perf_counter() - started) * 1000


@contextmanager
def _served(url: str) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, url], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": CHECKOUT},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@contextmanager
def _flood(address: str, token: str) -> Iterator["Synchronized[int]"]:
    """As many requests as some connections that stay can make, by a process of its own; how many were refused.

    In this process the flood would keep the reader of the page waiting, whatever the server does.
    """
    context = get_context("spawn")
    over, refused = context.Event(), context.Value("q", 0)
    flooding = context.Process(target=_ask_until, args=(over, refused, address, token))
    flooding.start()
    try:
        yield refused
    finally:
        over.set()
        flooding.join()


def _ask_until(over: Event, refused: "Synchronized[int]", address: str, token: str) -> None:
    where = urlsplit(address)
    brought = f"Authorization: Bearer {token}\r\n" if token else ""
    request = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n{brought}\r\n".encode()

    async def ask() -> None:
        # Whoever is sent away comes again.
        while not over.is_set():
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while not over.is_set():
                    writer.write(request)
                    head = (await reader.readuntil(b"\r\n\r\n")).lower()
                    await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
                    status = int(head.split()[1])
                    assert status in {200, 401, 429}, head
                    refused.value += status != 200
            writer.close()

    async def flood() -> None:
        await asyncio.gather(*(ask() for _ in range(FLOOD_CONNECTIONS)))

    asyncio.run(flood())
