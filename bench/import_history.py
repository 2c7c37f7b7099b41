"""The import of a life: 1,000,000 plays (BENCH_ROWS), 95 in 100 of them exported, the newest polled.

In a process of its own, beside a floor (parse, COPY and one INSERT … SELECT of the same files) and pandas.to_sql on a
sample; then 100,000 rows more, which should cost what 100,000 rows cost and not what is stored.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pandas as pd
import psutil
import psycopg
from sqlalchemy import create_engine

from bench.exported_life import BEGIN, life, poll, row, write
from bench.figures import Figure
from bench.import_process import Imported, cpu_seconds, imported
from bench.test_bed import Scene
from brapped_assets.warehouse.db.connections import Warehouse

PLAYS = int(os.environ.get("BENCH_ROWS", "1000000"))
EXPORTED, POLLED_FROM = PLAYS * 95 // 100, PLAYS * 94 // 100
MORE, SAMPLE = PLAYS // 10, min(20_000, PLAYS)
LATER = timedelta(days=365)
KEYS = tuple(row(next(life(BEGIN, 1))))
FLOOR = """
create temporary table floor_staged (ts timestamptz, platform text, ms_played int, conn_country text, ip_addr text,
    master_metadata_track_name text, master_metadata_album_artist_name text, master_metadata_album_album_name text,
    spotify_track_uri text, episode_name text, episode_show_name text, spotify_episode_uri text, audiobook_title text,
    audiobook_uri text, audiobook_chapter_uri text, audiobook_chapter_title text, reason_start text, reason_end text,
    shuffle boolean, skipped boolean, offline boolean, offline_timestamp bigint, incognito_mode boolean);
create table floor_fact (play_key bigint generated always as identity primary key, played_at timestamptz not null,
    track_id text, track_name text, artist_name text, album_name text, ms_played int not null, platform text,
    country text, reason_start text, reason_end text, shuffle boolean, skipped boolean, offline boolean,
    incognito boolean, episode_id text, episode_name text, show_name text, chapter_id text, chapter_name text,
    book_id text, book_name text);
create index on floor_fact (played_at);
create index on floor_fact (track_id)
"""
FLOOR_INSERT = """
insert into floor_fact (played_at, track_id, track_name, artist_name, album_name, ms_played, platform, country,
                        reason_start, reason_end, shuffle, skipped, offline, incognito, episode_id, episode_name,
                        show_name, chapter_id, chapter_name, book_id, book_name)
select ts, spotify_track_uri, master_metadata_track_name, master_metadata_album_artist_name,
       master_metadata_album_album_name, ms_played, platform, conn_country, reason_start, reason_end, shuffle, skipped,
       offline, incognito_mode, spotify_episode_uri, episode_name, episode_show_name, audiobook_chapter_uri,
       audiobook_chapter_title, audiobook_uri, audiobook_title
from floor_staged order by ts
"""


def measure(scene: Scene) -> list[Figure]:
    export, again, later = scene.folder / "export", scene.folder / "again", scene.folder / "later"
    size = write(islice(life(BEGIN, PLAYS), EXPORTED), export)
    newest = list(islice(life(BEGIN, PLAYS), POLLED_FROM, PLAYS))
    # The newest tenth once more, as the next year's export would hold it, and a tenth nobody has seen.
    write(islice(life(BEGIN, PLAYS), EXPORTED - MORE, EXPORTED), again)
    write(life(newest[-1].ended_at + LATER, MORE, seed="later"), later)
    mixed = scene.folder / "mixed"
    write(islice(life(BEGIN, PLAYS), EXPORTED), mixed, spoken_every=10)
    with scene.database() as name:
        url = scene.postgres.url(name)
        empty = scene.bytes_of(name)
        with Warehouse(scene.folder, url) as warehouse:
            listener_id = poll(warehouse, newest, vacuum=lambda: scene.bytes_of(name))
        whole = _alone(imported, export, url, listener_id)
        full = scene.bytes_of(name) - empty
        more = [_alone(imported, folder, url, listener_id) for folder in (later, again)]
    with scene.database() as name:
        url = scene.postgres.url(name)
        with Warehouse(scene.folder, url) as warehouse:
            first = _alone(imported, later, url, poll(warehouse, newest[:100]))
        floor, floor_cpu = _alone(_floor, export, url)
        pandas = _alone(_pandas, url)
    with scene.database() as name:
        url = scene.postgres.url(name)
        with Warehouse(scene.folder, url) as warehouse:
            spoken = _alone(imported, mixed, url, poll(warehouse, newest[:100]))
        _, mixed_floor_cpu = _alone(_floor, mixed, url)
    return [
        Figure(
            f"import of {whole.rows:,} rows, {size / 1e6:,.0f} MB: rows a second",
            whole.rows / whole.seconds,
            baseline=pandas,
            baseline_is=f"pandas.to_sql, rows a second, {SAMPLE:,} rows",
            note=_told(whole),
        ),
        Figure(
            "the same, seconds",
            whole.seconds,
            "s",
            baseline=floor,
            baseline_is="parse, COPY, one INSERT … SELECT",
            ratio_budget=1.25,
        ),
        Figure(
            "the same, processor seconds of both processes",
            whole.own_cpu + whole.database_cpu,
            "s",
            baseline=floor_cpu,
            baseline_is="the floor's",
            ratio_budget=1.6,
            note="what it takes whatever else the machine does",
        ),
        Figure(
            f"{spoken.rows:,} rows, a tenth of them podcasts and audiobooks: processor seconds",
            spoken.own_cpu + spoken.database_cpu,
            "s",
            baseline=mixed_floor_cpu,
            baseline_is="the floor's of the same files",
            ratio_budget=1.6,
            note=_told(spoken),
        ),
        Figure("peak memory of the importing process", whole.peak_bytes / 1e6, "MB", budget=300),
        Figure(
            f"{more[0].rows:,} new rows into a fact of {PLAYS:,}",
            more[0].seconds,
            "s",
            baseline=first.seconds,
            baseline_is="the same rows into an empty one",
            note=_told(more[0]),
        ),
        Figure(f"{more[1].rows:,} rows that are there already", more[1].seconds, "s", note=_told(more[1])),
        Figure(f"warehouse of {PLAYS:,} plays: a play, all in", full / PLAYS, "B", budget=200),
    ]


def _told(took: Imported) -> str:
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in took.by_stage.items())
    became = took.plays
    return (
        f"seconds: {stages}; CPU seconds: {took.own_cpu:.1f} here, {took.database_cpu:.1f} in PostgreSQL; "
        f"{became.added:,} added, {became.matched:,} matched, {became.known:,} known"
    )


def _alone(work: Callable[..., Any], *args: Any) -> Any:
    """In a process of its own, which begins with nothing."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *args).result()


def _floor(folder: Path, url: str) -> tuple[float, float]:
    """Seconds, and CPU seconds, of the least that any import must do, file by file in one transaction."""
    started, own = perf_counter(), process_time()
    with psycopg.connect(url) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        connection.execute(FLOOR)
        for path in sorted(folder.iterdir()):
            with connection.cursor() as cursor, cursor.copy("copy floor_staged from stdin") as copy:
                for told in json.loads(path.read_bytes()):
                    copy.write_row([told[key] for key in KEYS])
        connection.execute(FLOOR_INSERT)
        connection.commit()
        return perf_counter() - started, process_time() - own + cpu_seconds(backend)


def _pandas(url: str) -> float:
    """Rows a second of DataFrame.to_sql, whose rows are at hand already."""
    frame = pd.DataFrame(row(play) for play in life(BEGIN, SAMPLE))
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    started = perf_counter()
    frame.to_sql("by_pandas", engine, index=False)
    seconds = perf_counter() - started
    engine.dispose()
    return SAMPLE / seconds
