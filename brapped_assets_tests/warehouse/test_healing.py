"""What an older version stored by its older rules is healed: as if it had been told to this one."""

from datetime import timedelta
from pathlib import Path

import psycopg

from bench import old_schema
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.warehouse.exported_plays import Batch, Told, after, natural, tell
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.merge.test_exported_plays import minute, polled
from brapped_assets_tests.warehouse.polled_plays import NOON, at, newcomer

BEFORE = "0021"
SONG_MS = 149_073
UPLOAD = after(20_000)
# Each heard, though an older version marked every other one: it ends a little sooner than it lasts.
ON_REPEAT = [Told(after(45_000 + 146 * n), SONG_MS, "c", "Song c") for n in range(6)]


def offline(second: float, *, ms: int = 180_517, stamp_ms: int = 0, **more: object) -> Told:
    """An offline play that began so many seconds after noon, by a stamp in ms or (0) in s."""
    ended_at = after(second) + timedelta(milliseconds=stamp_ms + ms)
    return Told(ended_at, ms, offline=True, **more)  # type: ignore[arg-type]


def write_by_the_older_rules(tx: Connection) -> int:
    """Offline plays as endsong, as extended history of today, as account data by upload; and an impossible burst."""
    me = newcomer(tx)
    batches: list[Batch] = [
        ("poll", [polled(180.5)]),
        ("extended", [offline(200 * n, stamp_ms=137 + n, skipped=None) for n in range(4)]),
        ("extended", [offline(200 * n, skipped=False, platform="ios") for n in range(4)]),
        ("account", [minute(Told(UPLOAD, 180_517))] * 4),
        ("extended", [Told(after(40_000 + 6 * n), SONG_MS, "b", "Song b") for n in range(12)]),
        ("extended", ON_REPEAT),
    ]
    tell(tx, me, batches)
    begin, end = ((after(second) - NOON) / timedelta(minutes=1) for second in (0, 50_000))
    meet(tx, me, Imported("endsong_0.json", begin, end), when=at(2_000))
    return me


def test_doubles_of_offline_plays_become_one_and_impossible_repeats_are_marked(
    warehouse: Warehouse, database_url: str, empty_database: str, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        me = write_by_the_older_rules(tx)
        assert len(natural(tx, me)) == 4 + 4 + 4 + 12 + 6
        healthy = newcomer(tx, "healthy")
        uploaded_at = UPLOAD.replace(second=0, microsecond=0)
        tell(
            tx,
            healthy,
            [
                ("poll", [polled(180.5)]),
                ("extended", [offline(200 * n, skipped=None, uploaded_at=uploaded_at) for n in range(4)]),
                ("extended", [offline(200 * n, skipped=False, platform="ios") for n in range(4)]),
                ("account", [minute(Told(UPLOAD, 180_517))] * 4),
                ("extended", [Told(after(40_000 + 6 * n), SONG_MS, "b", "Song b") for n in range(12)]),
                ("extended", ON_REPEAT),
            ],
        )
        expected = natural(tx, healthy)
        assert len(expected) == 4 + 12 + 6
        assert sum(row.is_repeat for row in expected) == 11
    with psycopg.connect(database_url) as connection:
        connection.execute("update star.streaming_fact set repeat_of = null")
    old_schema.prepare_at(empty_database, BEFORE)
    old_schema.fill(empty_database, database_url)
    with Warehouse(tmp_path, empty_database) as upgraded, upgraded.transaction() as tx:
        assert natural(tx, me) == expected
        # And it goes on: neither export brings anything again.
        tell(tx, me, [("account", [minute(Told(UPLOAD, 180_517))] * 4)])
        tell(tx, me, [("extended", [offline(200 * n, uploaded_at=UPLOAD) for n in range(4)])])
        assert [row._replace(uploaded_at=None) for row in natural(tx, me)] == [
            row._replace(uploaded_at=None) for row in expected
        ]


def test_there_is_nothing_to_heal_in_a_warehouse_without_such_plays(
    warehouse: Warehouse, database_url: str, empty_database: str, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        told = [Told(NOON + timedelta(minutes=7 * n), 200_000 + n, offline=n % 2 == 0) for n in range(20)]
        tell(tx, me, [("extended", told), ("account", [minute(play) for play in told]), ("poll", [polled(2)])])
        expected = natural(tx, me)
    old_schema.prepare_at(empty_database, BEFORE)
    old_schema.fill(empty_database, database_url)
    with Warehouse(tmp_path, empty_database) as upgraded, upgraded.transaction() as tx:
        assert natural(tx, me) == expected
