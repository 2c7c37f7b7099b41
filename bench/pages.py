"""The pages of `brapped up`, asked of the application in this process (Starlette's test client: no network in between).

Every page is computed anew, from the plays in memory; nothing is kept. First: the first page of a fresh process, the
plays loaded for it, connections and templates included. After a poll: the first look once fifteen plays came. Beside
each page that adds up plays what it asks first, asked of the fact in SQL (the history is the fact).
Then forty selections picked at random (selections.py), each page of theirs anew beside the same asked of the fact.
A question to the fact is asked once, and given up after some seconds: a baseline is never told as slower than it is.
100,000 and a million plays, or BENCH_ROWS (10000000 takes a quarter of an hour).
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from gzip import compress
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import psycopg

from bench.figures import Figure
from bench.selections import asked_of_the_fact, milliseconds, selections
from bench.sql_life import live
from bench.test_bed import Scene
from brapped_assets.insights.columns.heap import keep_little
from brapped_assets.warehouse.db import read_pool
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site

MILLION = 1_000_000
SIZES = [int(os.environ["BENCH_ROWS"])] if "BENCH_ROWS" in os.environ else [100_000, MILLION]
ROUNDS, ROUNDS_OF_SELECTIONS = 40 if max(SIZES) <= MILLION else 7, 3
# Milliseconds of a page, by plays: a million, ten.
BUDGETS_MS = {100_000: 50, MILLION: 50, 10 * MILLION: 250}
FIRST_SECONDS, AFTER_POLL_MS = {MILLION: 2.5}, 20
# Of the time that the same takes in SQL, by plays.
RATIOS = {MILLION: 0.1, 10 * MILLION: 0.1}
BUDGETS_MB = {MILLION: 200, 10 * MILLION: 700}
# Of the forty selections every second one is asked of the fact, too; at ten million plays five.
RAW_STEP = 8 if max(SIZES) > MILLION else 2
UNTIL = datetime(2026, 11, 22, 20, tzinfo=UTC)
CHECKOUT = str(Path(__file__).parents[1])
# {artist}, {track} and {album} are the most played ones.
PAGES = (
    "/", "/?range=all", "/?range=2024", "/?range=month", "/?range=2021-03-02..2023-05-06", "/today", "/artist/{artist}",
    "/artist/{artist}?range=2024", "/track/{track}", "/album/{album}", "/history", "/search?q=ab",
    "/search.json?q=song+1f", "/hidden", "/counted", "/wrapped?range=2024", "/wrapped?range=all", "/wrapped/choose",
    "/export.html?range=2024", "/explore", "/explore?range=all",
    "/genres?range=all", "/explore?range=all&genre=genre+7", "/explore?range=2024&weekday=6&artist={artist}",
    "/explore?range=all&rule=lastfm&hour=20", "/list/songs", "/list/artists?range=all&sort=last",
    "/list/songs?range=all&q=a", "/changes/songs?range=2024", "/places/songs?range=all",
    "/history?range=2024&weekday=6", "/?range=2024&weekday=6&hour=20",
)  # fmt: skip
# What the overview and Wrapped ask first, of the fact.
PERIOD = (
    """select t.artist_key, count(*), sum(p.ms_played)
        from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1 order by 2 desc limit 10""",
    """select p.track_key, count(*), sum(p.ms_played) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1 order by 2 desc limit 10""",
    """select extract(isodow from p.played_on), p.played_hour, count(*), sum(p.ms_played) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1, 2""",
    """select p.played_on, count(*), sum(p.ms_played) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1""",
    """select count(*) from (select p.track_key from bi.shown_plays p where p.listener_id = %(me)s and p.counts_as_play
        group by 1 having min(p.played_on) >= %(first)s) new""",
)
# An artist's rank, months and hours; and the plays of the names that hold two letters.
ARTIST = (
    """select t.artist_key, count(*), sum(p.ms_played)
        from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
        from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play and t.artist_key = %(artist)s group by 1, 2""",
)
SEARCH = (
    """select t.track_key, count(*)
        from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play and t.track_name ilike '%%ab%%'
       group by 1 order by 2 desc limit 8""",
)
# A track's rank, months and hours; an album's, over its releases; of late, by day, with all plays of those heard.
TRACK = (
    """select p.track_key, count(*), sum(p.ms_played) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
       from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play and p.track_key = %(track)s group by 1, 2""",
)
ALBUM = (
    """select al.release_group, count(*), sum(p.ms_played)
       from bi.shown_plays p join star.track_dim t using (track_key) join star.album_dim al using (album_key)
       where p.listener_id = %(me)s and p.counts_as_play group by 1""",
    """select date_trunc('month', p.played_on::timestamp), p.played_hour, count(*), sum(p.ms_played)
       from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play and t.album_key = %(album)s group by 1, 2""",
)
TODAY = (
    """select p.track_key, p.played_on, count(*) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play and p.played_on >= %(first)s and p.played_on < %(until)s
       group by 1, 2""",
    """select t.artist_key, count(*) from bi.shown_plays p join star.track_dim t using (track_key)
       where p.listener_id = %(me)s and p.counts_as_play group by 1""",
    """select p.track_key, count(*) from bi.shown_plays p
       where p.listener_id = %(me)s and p.counts_as_play group by 1""",
)
# Three genres of four hundred for nine artists of ten, and a country.
TAGS = """
with told as (
    insert into star.artist_genre (artist_key, source, genre, votes)
    select distinct artist_key, 'musicbrainz', 'genre ' || (artist_key * n * n) % 400, 4 - n
    from star.artist_dim, generate_series(1, 3) n where artist_key % 10 <> 0
    on conflict do nothing
)
insert into star.artist_tags (artist_key, country, began)
select artist_key, chr(65 + artist_key % 20) || chr(66 + artist_key % 7), 1950 + artist_key % 70
from star.artist_dim where artist_key % 10 <> 0
"""
NEW_HOUR = """
insert into star.streaming_fact (
    listener_id, played_at, played_at_local, api_at, api_track_key, track_key, ms_played, is_estimated)
select %(me)s, at, at at time zone 'Europe/Berlin', at, n * 997, n * 997, 200000, true
from (select n, %(until)s::timestamptz - n * interval '4 minutes' as at from generate_series(1, 15) n) h
"""
NEWEST = timedelta(hours=1)


def measure(scene: Scene) -> list[Figure]:
    return [figure for plays in SIZES for figure in _of(scene, plays)]


def _of(scene: Scene, plays: int) -> Iterator[Figure]:
    with scene.database(is_durable=False) as name:
        url = scene.postgres.url(name)
        with Warehouse(scene.folder, url) as warehouse:
            with warehouse.transaction() as tx:
                me = live(tx, plays, UNTIL)
                tx.execute(TAGS)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")
            with warehouse.transaction() as tx:
                addresses = _addresses(tx, me)
                raw = _asked_of_the_fact(tx, me, addresses)
                some = selections()
                raw_of_some = asked_of_the_fact(tx, me, some[::RAW_STEP])
            with _client(url) as ask:
                taken = {address: _times(ask, address) for address in addresses}
                of_some = [ms for one in some for ms in _times(ask, one.address, ROUNDS_OF_SELECTIONS)[0]]
                usual, after = _after_a_poll(warehouse, me, ask)
        for address, (anew, body) in taken.items():
            yield Figure(
                f"{plays:,} plays: {address}, p95",
                _p95(anew),
                "ms",
                budget=BUDGETS_MS.get(plays),
                baseline=raw.get(address),
                baseline_is="the same asked of the fact",
                ratio_budget=RATIOS.get(plays) if address in raw else None,
                note=f"p50 {median(anew):.0f} ms; {len(body) / 1000:.0f} kB, {len(compress(body)) / 1000:.0f} sent",
            )
        yield Figure(
            f"{plays:,} plays: {len(some)} random selections, p95",
            _p95(of_some),
            "ms",
            budget=BUDGETS_MS.get(plays),
            baseline=_p95(raw_of_some),
            baseline_is=f"p95 of {len(raw_of_some)} asked of the fact",
            ratio_budget=RATIOS.get(plays),
            note=f"p50 {median(of_some):.0f} ms, of the fact {median(raw_of_some):.0f} ms",
        )
        seconds, resident = _first(url, "/")
        yield Figure(f"{plays:,} plays: the first page of a process", seconds, "s", budget=FIRST_SECONDS.get(plays))
        yield Figure(
            f"{plays:,} plays: the overview after a poll, more than without", after - usual, "ms", budget=AFTER_POLL_MS
        )
        yield Figure(f"{plays:,} plays: memory of the pages", resident, "MB", budget=BUDGETS_MB.get(plays))


def _one(tx: Connection, query: str) -> int:
    row = tx.execute(query).fetchone()
    assert row is not None
    return int(next(iter(row.values())))


def _addresses(tx: Connection, me: int) -> list[str]:
    most = """select t.{0}_key from (select track_key, count(*) as plays from star.streaming_fact
                                     where listener_id = {1} group by 1) p join star.track_dim t using (track_key)
              group by 1 order by sum(p.plays) desc, 1 limit 1"""
    artist, track = _one(tx, most.format("artist", me)), _one(tx, most.format("track", me))
    album = _one(tx, f"select album_key from star.track_dim where track_key = {track}")
    return [page.format(artist=artist, track=track, album=album) for page in PAGES]


def _asked_of_the_fact(tx: Connection, me: int, addresses: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a page's main questions without totals, by its address; the same is asked once."""
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
        "/export.html?range=2024": (PERIOD, year), "/explore": (PERIOD, this_year),
        "/explore?range=all": (PERIOD, ever),
        "/list/songs": (PERIOD, this_year), "/list/artists?range=all&sort=last": (PERIOD, ever),
    }  # fmt: skip
    keys = {"artist": artist, "track": track, "album": album}
    tx.execute("set local jit = off")
    found = {}
    taken: dict[tuple[str, ...], float] = {}
    for address, (queries, (first, until)) in asked.items():
        values = {"me": me, "first": first, "until": until} | {k: a.rpartition("/")[2] for k, a in keys.items()}
        found[address] = 0.0
        for query in queries:
            question = (query, *(str(value) for name, value in values.items() if f"%({name})s" in query))
            if question not in taken:
                taken[question] = milliseconds(tx, query, values)
            found[address] += taken[question]
    return found


@contextmanager
def _client(url: str) -> Iterator[Any]:
    with warnings.catch_warnings(action="ignore"):
        from starlette.testclient import TestClient

    read_pool.PATIENCE_SECONDS = 60.0
    site = Site(read_pool.Reading(Path.cwd(), url), clock=lambda: UNTIL + timedelta(minutes=5))
    app = create_app(site)
    # As the pages' own process does.
    keep_little()
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client.get


def _times(ask: Any, address: str, rounds: int = ROUNDS) -> tuple[list[float], bytes]:
    """Milliseconds of each round but the first, and the page."""
    body: bytes = ask(address).content
    return [_timed(ask, address) for _ in range(rounds)], body


def _after_a_poll(warehouse: Warehouse, me: int, ask: Any) -> tuple[float, float]:
    """Milliseconds of the overview as it is mostly asked for, and right after each of some polls."""
    usual = median(_timed(ask, "/") for _ in range(ROUNDS))
    after = []
    for nth in range(1, 6):
        with warehouse.transaction() as tx:
            tx.execute(NEW_HOUR, {"me": me, "until": UNTIL + nth * NEWEST})
        after.append(_timed(ask, "/"))
    return usual, median(after)


def _timed(ask: Any, address: str) -> float:
    started = perf_counter()
    answer = ask(address)
    assert answer.status_code == 200, address
    return (perf_counter() - started) * 1000


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def _first(url: str, address: str) -> tuple[float, float]:
    """Seconds of the first page of a process that is ready to answer, and its resident megabytes after some more."""
    program = (
        "import sys, psutil\nfrom bench.pages import _client, _timed\n"
        "with _client(sys.argv[1]) as ask:\n"
        "    print(_timed(ask, sys.argv[2]))\n"
        "    for page in ('/?range=all', '/wrapped?range=all', '/today', '/history'): _timed(ask, page)\n"
        "    print(psutil.Process().memory_info().rss)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, url, address],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": CHECKOUT},
    )  # fmt: skip
    first, resident = ran.stdout.split()
    return float(first) / 1000, int(resident) / 1e6
