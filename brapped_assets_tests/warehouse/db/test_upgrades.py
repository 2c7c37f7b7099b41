"""From the first schema on, with data in place: forward, and nothing of it changes."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from brapped_assets.warehouse import exported_records
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.schema import migrations
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import OlderSchema
from brapped_assets_tests import old_schema
from brapped_assets_tests.databases import EMPTY, database
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import Batch, Old, Told, tell
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.polled_plays import Unread, at, everything, listened, plays, poll

q = Statements(str(Path(__file__).with_name("catalogue.py")))
VIEWS = "select table_name as name from information_schema.views where table_schema = 'bi' order by 1"
CHOSEN = """
insert into insights.hidden (listener_id, track_key, hidden_at, why)
select {me}, track_key, now(), 'tired of it' from star.track_dim where track_name = 'Other';
insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)
values ({me}, now(), now() + interval '1 day', now());
insert into insights.heard_time (listener_id, from_at, until_at, said_at)
values ({me}, now(), now() + interval '1 day', now());
insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)
select {me}, 'track', min(track_key), max(track_key), now() from star.track_dim;
insert into insights.counting_rule values ({me}, 'lastfm', now());
"""


def write_what_it_can_hold(tx: Connection) -> int:
    me = listened(tx)
    poll(tx, me, plays([60, 64, 68]), [Unread({"played_at": at(61).isoformat()})])
    miss(tx, me, 300, 500)
    meet(tx, me, Imported("a.json", 290, 510), number=1, when=at(900))
    meet(tx, me, Imported("b.json", 520, 600), number=2, when=at(901))
    batches: list[Batch] = [
        ("poll", plays([100, 104], "b")),
        ("extended", [Told(at(60), 199_000), Told(at(700), 31_000, title="Other", track_id="x", incognito=True)]),
        ("account", [Told(at(710), 60_000, title="By name", track_id=None)]),
        ("legacy", [Old(at(-900)), Old(at(0)), Old(at(-905), None, title="Gone", artist="Ben")]),
    ]
    tell(tx, me, batches)
    tx.execute(CHOSEN.format(me=me))
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


def catalogue(url: str) -> dict[tuple[str, str], tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return {(kind, name): (told, words) for kind, name, told, words in connection.execute(q.catalogue).fetchall()}


def test_a_database_of_the_first_schema_is_recognised_and_loses_nothing(
    warehouse: Warehouse, database_url: str, empty_database: str, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        me = write_what_it_can_hold(tx)
    old_schema.prepare(empty_database)
    copied = old_schema.fill(empty_database, database_url)
    assert copied["star.streaming_fact"] >= 8
    with psycopg.connect(empty_database) as old:
        assert old.execute("select * from audit.alembic_version").fetchall() == [("0030",)]
    with warehouse.transaction() as tx, Warehouse(tmp_path, empty_database) as upgraded, upgraded.transaction() as new:
        assert all_of_it(new, me) == all_of_it(tx, me)
        # And it goes on: the same page again is known, a new one is added.
        for each in (tx, new):
            tell(each, me, [("poll", plays([100, 104, 1_000], "b"))])
        assert everything(new) == everything(tx)


@pytest.mark.parametrize("server", quick_of(1, ["postgres", "postgresql_15"]))
def test_a_new_database_and_one_of_the_first_schema_are_the_same_in_every_definition(
    server: str, request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue(server)
    with database(where, EMPTY) as old, database(where, EMPTY) as new:
        old_schema.prepare(old)
        for url in (old, new):
            migrations.migrate(url)
        found = catalogue(new)
        assert len(found) > 800
        assert catalogue(old) == found


def test_a_database_from_before_the_first_schema_is_told_which_version_to_start_once(
    empty_database: str, tmp_path: Path
) -> None:
    old_schema.prepare(empty_database)
    with psycopg.connect(empty_database) as old:
        old.execute("update audit.alembic_version set version_num = '0027'")
    before = catalogue(empty_database)
    with (
        Warehouse(tmp_path, empty_database) as warehouse,
        pytest.raises(OlderSchema, match=rf"its schema is 0027.*`git checkout {migrations.LAST_BEFORE}`"),
        warehouse.transaction(),
    ):
        pass
    assert catalogue(empty_database) == before
