"""The pages of `brapped up`, asked of the application in this process (Starlette's test client: no network in between).

First: the first time a fresh process is asked for that page, connections and templates included. Anew: computed again,
nothing kept. Kept: asked for again while nothing changed, as most looks are. After a poll: asked for again once the
data changed and the pages of late were made ahead, which is how they are met where the database never sleeps. Beside
each page that adds up plays what it asks first, asked of the fact alone, without totals (the history is the fact).
100,000 and a million plays, or BENCH_ROWS (10000000 takes half an hour).
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any
from unittest.mock import patch

import psutil
import psycopg

from bench.figures import Figure
from bench.scene import Scene
from bench.sql_life import live
from brapped_assets.insights import rollup
from brapped_assets.insights.web import ahead, remembered
from brapped_assets.insights.web.app import create_app
from brapped_assets.insights.web.site import Site
from brapped_assets.warehouse import reading
from brapped_assets.warehouse.connections import Connection, Warehouse

MILLION = 1_000_000
SIZES = [int(os.environ["BENCH_ROWS"])] if "BENCH_ROWS" in os.environ else [100_000, MILLION]
ROUNDS, KEPT_ROUNDS, BUDGET_MS = 7, 20, 50
# At ten million plays one round takes minutes.
RAW_ROUNDS = 1 if max(SIZES) > MILLION else 3
UNTIL = datetime(2026, 11, 22, 20, tzinfo=UTC)
CHECKOUT = str(Path(__file__).parents[1])
# {artist}, {track} and {album} are the most played ones.
PAGES = (
    "/", "/?range=all", "/?range=2024", "/?range=month", "/?range=2021-03-02..2023-05-06", "/today", "/artist/{artist}",
    "/artist/{artist}?range=2024", "/track/{track}", "/album/{album}", "/history", "/search?q=ab",
    "/search.json?q=song+1f", "/hidden", "/counted", "/wrapped?range=2024", "/wrapped?range=all", "/wrapped/choose",
    "/export.html?range=2024",
)  # fmt: skip
# What the overview and Wrapped ask first, of the fact.
PERIOD = (
    """select t.artist_key, count(*), sum(p.ms_played)
        from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1 order by 2 desc limit 10""",
    """select p.track_key, count(*), sum(p.ms_played) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1 order by 2 desc limit 10""",
    """select extract(isodow from p.played_on), p.played_hour, count(*), sum(p.ms_played) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1, 2""",
    """select p.played_on, count(*), sum(p.ms_played) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts and p.played_on >= %(first)s and p.played_on < %(until)s group by 1""",
    """select count(*) from (select p.track_key from insights.shown_play p where p.listener_id = %(me)s and p.counts
        group by 1 having min(p.played_on) >= %(first)s) new""",
)
# An artist's rank, months and hours; and the plays of the names that hold two letters.
ARTIST = (
    """select t.artist_key, count(*), sum(p.ms_played)
        from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
        from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts and t.artist_key = %(artist)s group by 1, 2""",
)
SEARCH = (
    """select t.track_key, count(*)
        from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts and t.track_name ilike '%%ab%%' group by 1 order by 2 desc limit 8""",
)
# A track's rank, months and hours; an album's, over its releases; of late, by day, with all plays of those heard.
TRACK = (
    """select p.track_key, count(*), sum(p.ms_played) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
       from insights.shown_play p
       where p.listener_id = %(me)s and p.counts and p.track_key = %(track)s group by 1, 2""",
)
ALBUM = (
    """select al.release_group, count(*), sum(p.ms_played)
       from insights.shown_play p join star.track_dim t using (track_key) join star.album_dim al using (album_key)
       where p.listener_id = %(me)s and p.counts group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
       from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts and t.album_key = %(album)s group by 1, 2""",
)
TODAY = (
    """select p.track_key, p.played_on, count(*) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1, 2""",
    """select t.artist_key, count(*) from insights.shown_play p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts group by 1""",
    """select p.track_key, count(*) from insights.shown_play p
       where p.listener_id = %(me)s and p.counts group by 1""",
)
NEW_HOUR = """
insert into star.streaming_fact (
    listener_id, played_at, played_at_local, api_at, api_track_key, track_key, ms_played, is_estimated)
select %(me)s, at, at at time zone 'Europe/Berlin', at, n * 997, n * 997, 200000, true
from (select n, %(until)s::timestamptz - n * interval '4 minutes' as at from generate_series(1, 15) n) h
"""
NEWEST = timedelta(hours=1)
INSIGHTS_BYTES = """
select sum(pg_total_relation_size(c.oid))::bigint as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = 'insights'
"""


def measure(scene: Scene) -> list[Figure]:
    return [figure for plays in SIZES for figure in _of(scene, plays)]


def _of(scene: Scene, plays: int) -> Iterator[Figure]:
    with scene.database(is_durable=False) as name:
        url = scene.postgres.url(name)
        with Warehouse(scene.folder, url) as warehouse:
            with warehouse.transaction() as tx:
                me = live(tx, plays, UNTIL)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")
            everything = _rebuilt(warehouse, me)
            with warehouse.transaction() as tx:
                tx.execute(NEW_HOUR, {"me": me, "until": UNTIL})
            hour = _rebuilt(warehouse, me)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")
            with warehouse.transaction() as tx:
                addresses = _addresses(tx)
                raw = _asked_of_the_fact(tx, me, addresses)
                stored, known = _one(tx, INSIGHTS_BYTES), _one(tx, "select count(*) from star.streaming_fact")
        with _client(url) as ask:
            taken = {address: _times(ask, address) for address in addresses}
            resident = psutil.Process().memory_info().rss
            ready, after_poll = _after_a_poll(Warehouse(scene.folder, url), me, ask, addresses)
        for address, (anew, kept, size) in taken.items():
            first = _first(url, address)
            yield Figure(
                f"{plays:,} plays: {address}, computed anew, p95",
                _p95(anew),
                "ms",
                budget=BUDGET_MS,
                baseline=raw.get(address),
                baseline_is="the same asked of the fact",
                note=f"p50 {median(anew):.0f} ms; first of a process {first:.0f} ms; {size / 1000:.0f} kB",
            )
            yield Figure(f"{plays:,} plays: {address}, kept, p95", _p95(kept), "ms", budget=BUDGET_MS)
        yield Figure(f"{plays:,} plays: pages of late after a poll, p95", _p95(after_poll), "ms", budget=BUDGET_MS)
        yield Figure(
            f"{plays:,} plays: made ahead after a poll within",
            ready,
            "s",
            note=f"it is noticed within {ahead.LOOK_SECONDS:.0f} s",
        )
        yield Figure(f"{plays:,} plays: totals of one new hour", hour * 1000, "ms")
        yield Figure(f"{plays:,} plays: totals of all ten years", everything, "s")
        yield Figure(f"{plays:,} plays: totals, bytes a play", stored / known, "B")
        yield Figure(f"{plays:,} plays: this process, resident", resident / 1e6, "MB")


def _rebuilt(warehouse: Warehouse, me: int) -> float:
    started = perf_counter()
    with warehouse.transaction() as tx:
        rollup.rebuild(tx, me)
    return perf_counter() - started


def _one(tx: Connection, query: str) -> int:
    row = tx.execute(query).fetchone()
    assert row is not None
    return int(next(iter(row.values())))


def _addresses(tx: Connection) -> list[str]:
    artist = _one(tx, "select artist_key from insights.artist_life order by plays desc, artist_key limit 1")
    track = _one(tx, "select track_key from insights.track_life order by plays desc, track_key limit 1")
    album = _one(tx, f"select album_key from star.track_dim where track_key = {track}")
    return [page.format(artist=artist, track=track, album=album) for page in PAGES]


def _asked_of_the_fact(tx: Connection, me: int, addresses: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a page's main questions without totals, by its address."""
    artist, track, album = (
        next(address for address in addresses if address.startswith(f"/{kind}/"))
        for kind in ("artist", "track", "album")
    )
    ever, year, this_year = ("1900-01-01", "2100-01-01"), ("2024-01-01", "2025-01-01"), ("2026-01-01", "2027-01-01")
    asked = {
        "/": (PERIOD, this_year), "/?range=all": (PERIOD, ever), "/?range=2024": (PERIOD, year),
        "/?range=month": (PERIOD, ("2026-11-01", "2026-12-01")),
        "/?range=2021-03-02..2023-05-06": (PERIOD, ("2021-03-02", "2023-05-07")),
        "/today": (TODAY, ("2026-10-01", "2026-12-01")), artist: (ARTIST, ever), f"{artist}?range=2024": (ARTIST, year),
        track: (TRACK, ever), album: (ALBUM, ever),
        "/search?q=ab": (SEARCH, ever), "/search.json?q=song+1f": (SEARCH, ever),
        "/wrapped?range=all": (PERIOD, ever), "/wrapped?range=2024": (PERIOD, year),
        "/export.html?range=2024": (PERIOD, year),
    }  # fmt: skip
    keys = {"artist": artist, "track": track, "album": album}
    tx.execute("set local jit = off")
    found = {}
    for address, (queries, (first, until)) in asked.items():
        values = {"me": me, "first": first, "until": until} | {k: a.rpartition("/")[2] for k, a in keys.items()}
        times = []
        for _ in range(RAW_ROUNDS):
            started = perf_counter()
            for query in queries:
                tx.execute(query, values).fetchall()
            times.append(perf_counter() - started)
        found[address] = median(times) * 1000
    return found


@contextmanager
def _client(url: str) -> Iterator[Any]:
    with warnings.catch_warnings(action="ignore"):
        from starlette.testclient import TestClient

    reading.PATIENCE_SECONDS = 60.0
    site = Site(reading.Reading(Path.cwd(), url), is_awake=True, clock=lambda: UNTIL + timedelta(minutes=5))
    with TestClient(create_app(site), base_url="http://127.0.0.1") as client:
        yield client.get


def _times(ask: Any, address: str) -> tuple[list[float], list[float], int]:
    """Milliseconds anew and kept, and the bytes of the page."""
    most, remembered.LONGEST_QUERY = remembered.LONGEST_QUERY, -1  # nothing is kept
    anew = [_timed(ask, address) for _ in range(ROUNDS + 1)][1:]
    remembered.LONGEST_QUERY = most
    _timed(ask, address)
    return anew, [_timed(ask, address) for _ in range(KEPT_ROUNDS)], len(ask(address).content)


def _after_a_poll(warehouse: Warehouse, me: int, ask: Any, addresses: Sequence[str]) -> tuple[float, list[float]]:
    """Seconds from a poll's totals to the last page made ahead, and milliseconds of the pages asked for then."""
    late = [
        address
        for address in addresses
        if not address.startswith(("/search", "/history", "/hidden", "/counted", "/export"))
    ]
    for address in late:
        ask(address)
    made: list[float] = []
    put = remembered.Kept.put

    def told(self: remembered.Kept, key: Any, answer: Any) -> None:
        put(self, key, answer)
        made.append(perf_counter())

    with patch.object(remembered.Kept, "put", told):
        with warehouse, warehouse.transaction() as tx:
            tx.execute(NEW_HOUR, {"me": me, "until": UNTIL + NEWEST})
            rollup.rebuild(tx, me)
        changed = perf_counter()
        while len(made) < len(late):
            sleep(0.05)
    return made[-1] - changed, [_timed(ask, address) for _ in range(KEPT_ROUNDS) for address in late]


def _timed(ask: Any, address: str) -> float:
    started = perf_counter()
    answer = ask(address)
    assert answer.status_code == 200, address
    return (perf_counter() - started) * 1000


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def _first(url: str, address: str) -> float:
    """Milliseconds of the first request of a process, once it is ready to answer."""
    program = (
        "import sys\nfrom bench.pages import _client, _timed\n"
        "with _client(sys.argv[1]) as ask: print(_timed(ask, sys.argv[2]))"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, url, address],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": CHECKOUT},
    )  # fmt: skip
    return float(ran.stdout)
