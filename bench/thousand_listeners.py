"""A thousand listeners polled three times in an hour into one PostgreSQL, by four workers at once.

Each poll is what the assets make of one: the call reserved in the ledger, the page landed, merged, its totals counted
again, each in a transaction of its own; tracks and the checks of a poll come once a worker and round, as once a run.
Nothing is asked over HTTP: pages are made and parsed beforehand, so that the workers keep PostgreSQL busy.
`BENCH_LISTENERS` for another number.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import psutil
import psycopg

from bench.figures import Figure
from bench.landed_plays import PAGE, SERVED_BY, shown
from bench.test_bed import Scene
from brapped_assets.assets.check_runs import BEFORE_THE_RANGE
from brapped_assets.checks import POLL_CHECKS
from brapped_assets.demo import payloads
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, Play
from brapped_assets.resources.shared_call_ledger import SharedCallLedger
from brapped_assets.spotify import PARSER_VERSION, RECENTLY_PLAYED, PlayedItem, parse_item, parse_kept
from brapped_assets.warehouse import dimensions, landing, listeners, polled_page, rejected_items
from brapped_assets.warehouse.check_queries import verify
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listeners import Listener as Known
from brapped_assets.warehouse.merge.play_merge import merge_plays

LISTENERS, WORKERS, ROUNDS = 1_000, 4, 3
# Evening in India, when they listen.
FIRST = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
BETWEEN = timedelta(minutes=20)
UNLIMITED = 10**9
WAYS = 100
TRUTH = """
select (select count(*) from raw.recently_played) as landed, (select count(*) from star.streaming_fact) as kept,
       (select count(distinct (listener_id, api_at, track_key)) from star.streaming_fact) as different
"""


# Of this worker: by the instant of the poll, each listener's page.
PAGES: dict[datetime, dict[int, list[PlayedItem]]] = {}


@dataclass
class Work:
    """What one worker did in one round."""

    polls: int = 0
    cpu_seconds: float = 0
    trouble: Counter[str] = field(default_factory=Counter)


def measure(scene: Scene) -> list[Figure]:
    many = int(os.environ.get("BENCH_LISTENERS", LISTENERS))
    with (
        scene.database() as name,
        ExitStack() as stack,
        psycopg.connect(scene.postgres.url(name), autocommit=True) as watching,
    ):
        url = scene.postgres.url(name)
        # A pool each, so that a worker finds the pages it made.
        workers = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), _make_pages, (worker, many)))
            for worker in range(WORKERS)
        ]

        def everybody(at: datetime) -> list[Work]:
            asked = [worker.submit(_round, str(scene.folder), url, at) for worker in workers]
            return [each.result() for each in asked]

        everybody(FIRST)  # everybody's first page: tracks, artists and plays before the hour
        server, before = _server(watching), _state(watching)
        cpu, started = _cpu(server), perf_counter()
        with _waits(url) as waits:
            done = [work for number in range(ROUNDS) for work in everybody(FIRST + (number + 1) * BETWEEN)]
        seconds, cpu, after = perf_counter() - started, _cpu(server) - cpu, _state(watching)
        row = watching.execute(TRUTH).fetchone()
    assert row is not None
    polls = sum(work.polls for work in done)
    clients = sum(work.cpu_seconds for work in done)
    trouble = sum((work.trouble for work in done), Counter[str]())
    samples = sum(waits.values())
    longest = ", ".join(f"{what} {count / samples:.0%}" for what, count in waits.most_common(6))
    return [
        Figure(
            f"{many:,} listeners x {ROUNDS} polls, {WORKERS} workers",
            seconds,
            "s",
            budget=3600,
            note=f"{polls / seconds:.1f} polls a second: it fits into the hour {3600 / seconds:.0f} times",
        ),
        Figure(
            "a poll: CPU of PostgreSQL",
            cpu / polls * 1000,
            "ms",
            note=f"the workers' own: {clients / polls * 1000:.0f} ms",
        ),
        Figure("a poll: WAL", (after[0] - before[0]) / polls, "B"),
        Figure("a poll: growth of the database", (after[1] - before[1]) / polls, "B", note="dead rows included"),
        Figure("a poll: transactions", (after[2] - before[2]) / polls),
        Figure(
            "deadlocks, and polls that failed",
            after[3] - before[3] + trouble.total(),
            budget=0,
            note=str(dict(trouble)),
        ),
        Figure(
            "share of busy moments spent waiting for a lock",
            100 * sum(count for what, count in waits.items() if what.startswith("Lock")) / samples,
            note=f"in per cent; {samples:,} looks at busy connections: {longest}",
        ),
        Figure("plays landed and not merged", row[0] - row[1], budget=0, note=f"{row[1]:,} plays"),
        Figure("plays doubled", row[1] - row[2], budget=0),
    ]


def _make_pages(worker: int, many: int) -> None:
    """Every page this worker's listeners will show: a hundred ways to listen, each that of several listeners."""
    catalogue, ways = Catalogue(), dict[int, list[Play]]()
    for number in range(worker, many, WORKERS):
        way = number % WAYS
        if way not in ways:
            listener = Listener(catalogue, f"listener {way}", plays_per_day=62)
            ways[way] = shown(listener, FIRST - timedelta(days=3), FIRST + ROUNDS * BETWEEN)
        for at in (FIRST + turn * BETWEEN for turn in range(ROUNDS + 1)):
            plays = [play for play in ways[way] if play.played_at <= at][-PAGE:]
            items = [parse_item(payloads.restricted(payloads.play(play, SERVED_BY))) for play in plays]
            PAGES.setdefault(at, {})[number] = [item for item in items if isinstance(item, PlayedItem)]


def _round(folder: str, url: str, at: datetime) -> Work:
    """One poll of every listener of this worker, and what a run does once."""
    work, started = Work(), time.process_time()
    with Warehouse(Path(folder), url) as warehouse:
        for number, page in PAGES[at].items():
            try:
                _poll(warehouse, number, page, at)
            except WarehouseError as error:
                work.trouble[type(error).__name__] += 1
            work.polls += 1
        with warehouse.transaction() as tx:
            dimensions.apply_payloads(tx)
        with warehouse.transaction() as tx:
            for spec in POLL_CHECKS:
                verify(tx, spec.name, since=at - BEFORE_THE_RANGE, now=at, budget=UNLIMITED)
    work.cpu_seconds = time.process_time() - started
    return work


def _poll(warehouse: Warehouse, number: int, page: list[PlayedItem], at: datetime) -> None:
    SharedCallLedger(warehouse, UNLIMITED).reserve(RECENTLY_PLAYED, purpose="poll", now=at)
    listener = _known(warehouse, number, at)
    with warehouse.transaction() as tx:
        rejected_items.retry_rejected(tx, listener.listener_id, parser_version=PARSER_VERSION, parse=parse_kept, now=at)
        landing.land(tx, polled_page.Page(listener.listener_id, f"{number:036}", at, page, [], PARSER_VERSION))
    with warehouse.transaction() as tx:
        merge_plays(tx, listener.listener_id, at)


def _known(warehouse: Warehouse, number: int, at: datetime) -> Known:
    with warehouse.transaction() as tx:
        return listeners.by_token(tx, f"token {number}") or listeners.save_listener(
            tx, refresh_token=f"token {number}", time_zone="Asia/Kolkata", now=at, spotify_user_id=f"listener{number}"
        )


@contextmanager
def _waits(url: str) -> Iterator[Counter[str]]:
    """What busy connections waited for, looked at fifty times a second; *CPU* is who waited for nothing."""
    seen: Counter[str] = Counter()
    over = Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.02):
                rows = connection.execute(
                    "select coalesce(wait_event_type || ' ' || wait_event, 'CPU') from pg_stat_activity"
                    " where state = 'active' and datname = current_database() and pid <> pg_backend_pid()"
                )
                seen.update(what for (what,) in rows)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _server(connection: psycopg.Connection) -> psutil.Process:
    """The postmaster: the parent of whoever serves this connection."""
    parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return parent


def _cpu(server: psutil.Process) -> float:
    """Seconds of the server and of everything it has started, those that ended included."""
    every = [server, *server.children()]
    ended = server.cpu_times()
    running = sum(times.user + times.system for times in (process.cpu_times() for process in every))
    return float(running + ended.children_user + ended.children_system)


def _state(connection: psycopg.Connection) -> tuple[int, int, int, int]:
    """Bytes of WAL ever written, bytes of the database, its transactions and its deadlocks."""
    row = connection.execute(
        "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_database_size(datname),"
        " xact_commit + xact_rollback, deadlocks from pg_stat_database where datname = current_database()"
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]
