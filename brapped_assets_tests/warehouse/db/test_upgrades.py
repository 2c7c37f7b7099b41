"""From every version there ever was, with data in place: forward, and nothing of it changes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import old_schema
from brapped_assets.warehouse import exported_records
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.warehouse.exported_plays import Batch, Old, Told, tell
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.polled_plays import Unread, at, everything, listened, plays, poll

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
VIEWS = "select table_name as name from information_schema.views where table_schema = 'bi' order by 1"


def write_what_it_could_hold(tx: Connection, revision: str) -> int:
    """Everything that a version could know of a listener, written as it is today."""
    me = listened(tx)
    poll(tx, me, plays([60, 64, 68]), [Unread({"played_at": at(61).isoformat()})])
    batches: list[Batch] = [("poll", plays([100, 104], "b"))]
    miss(tx, me, 300, 500)
    if revision >= "0002":
        batches += [
            ("extended", [Told(at(60), 199_000), Told(at(700), 31_000, title="Other", track_id="x", incognito=True)]),
            ("account", [Told(at(710), 60_000, title="By name", track_id=None)]),
        ]
        meet(tx, me, Imported("a.json", 290, 510), number=1, when=at(900))
        meet(tx, me, Imported("b.json", 520, 600), number=2, when=at(901))
    if revision >= "0005":
        batches.append(("legacy", [Old(at(-900)), Old(at(0)), Old(at(-905), None, title="Gone", artist="Ben")]))
    tell(tx, me, batches)
    if revision < "0006":
        tx.execute("update audit.import_file set plays_forgotten = 0")
    if revision >= "0008":
        tx.execute(
            "insert into insights.hidden (listener_id, track_key, hidden_at)"
            " select %s, track_key, now() from star.track_dim where track_name = 'Other'",
            [me],
        )
    return me


def all_of_it(tx: Connection, listener_id: int) -> dict[str, Any]:
    """What is public, and every record by its natural names."""
    names = [row["name"] for row in tx.execute(VIEWS).fetchall()]
    found: dict[str, Any] = {
        name: tx.execute(f"select * from bi.{name} v order by v::text").fetchall() for name in names
    }
    for table in exported_records.PORTABLE:
        found[table] = sorted(exported_records.records(tx, table, listener_id))
    found["listener"] = exported_records.listener_record(tx, listener_id)
    return found


@pytest.mark.parametrize("revision", old_schema.REVISIONS[:-1])
def test_what_a_version_left_is_whole_in_todays(
    warehouse: Warehouse, database_url: str, empty_database: str, revision: str, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        me = write_what_it_could_hold(tx, revision)
    old_schema.prepare_at(empty_database, revision)
    copied = old_schema.fill(empty_database, database_url)
    assert copied["star.streaming_fact"] >= 8
    with warehouse.transaction() as tx, Warehouse(tmp_path, empty_database) as upgraded, upgraded.transaction() as new:
        assert all_of_it(new, me) == all_of_it(tx, me)
        # And it goes on: the same page again is known, a new one is added.
        for each in (tx, new):
            tell(each, me, [("poll", plays([100, 104, 1_000], "b"))])
        assert everything(new) == everything(tx)
