"""The merge of 1,000 landed hours, beside writing the same rows once into an unlogged table with the same indexes."""

from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import psycopg

from bench.figures import Figure
from bench.landed_plays import land_plays, shown
from bench.test_bed import Scene
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.merge.play_merge import merge_plays

HOURS = 1_000
TIMES = 5
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def measure(scene: Scene) -> list[Figure]:
    plays = shown(Listener(Catalogue()), BEGIN, BEGIN + timedelta(hours=HOURS))
    with scene.database(is_durable=False) as landed:
        with Warehouse(scene.folder, scene.postgres.url(landed)) as warehouse:
            listener_id = land_plays(warehouse, plays)
        times = [_once(scene, landed, listener_id, len(plays)) for _ in range(TIMES)]
    merged, copied = (median(seconds) * 1000 for seconds in zip(*times, strict=True))
    return [
        Figure(
            f"merge of {HOURS:,} landed hours",
            merged,
            "ms",
            baseline=copied,
            baseline_is="one INSERT … SELECT into an unlogged copy",
            note=f"{len(plays):,} plays, their artists and tracks unknown before; median of {TIMES}",
        )
    ]


def _once(scene: Scene, landed: str, listener_id: int, plays: int) -> tuple[float, float]:
    """Seconds of the merge, and of the copy of what it made."""
    with scene.database(template=landed) as name:
        with Warehouse(scene.folder, scene.postgres.url(name)) as warehouse:
            with warehouse.transaction():
                pass  # connected
            started = perf_counter()
            with warehouse.transaction() as tx:
                added = merge_plays(tx, listener_id, datetime.now(UTC)).added
            merged = perf_counter() - started
        assert added == plays
        with psycopg.connect(scene.postgres.url(name), autocommit=True) as connection:
            connection.execute("create unlogged table copy (like star.streaming_fact including indexes)")
            started = perf_counter()
            connection.execute("insert into copy select * from star.streaming_fact")
            return merged, perf_counter() - started
