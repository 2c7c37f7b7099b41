"""A listener's records out of one warehouse and into another: nothing lost, nothing doubled, whatever is there."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from brapped_assets.history.brapped_manifest import Person
from brapped_assets.transfer.restore import returning_listener
from brapped_assets.warehouse import album_groups, artist_overrides, artist_tags, exported_records, restored_records
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.rows import one_value
from brapped_assets.warehouse.forgetting import OF_A_LISTENER, SHARED, remove
from brapped_assets.warehouse.merge.encoding import Kind
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import NOON, Batch, natural, obvious, tell
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear, histories
from brapped_assets_tests.warehouse.polled_plays import at, gaps, listened, newcomer, plays, poll


def copy(tx: Connection, one: int, other: int, size: int = 1_000) -> None:
    """All records of one listener into another."""
    who = returning_listener(Person.model_validate(exported_records.listener_record(tx, one)))
    for table, kind in _passes():
        lines = list(exported_records.records(tx, table, one))
        for first in range(0, len(lines), size):
            restored_records.restore_batch(tx, other, table, lines[first : first + size], NOON, kind=kind)
        if table == exported_records.POLLS:
            restored_records.note_hole(tx, other, who)
    restored_records.finish_restore(tx, other, who)


def _passes() -> Iterator[tuple[str, Kind]]:
    for table in exported_records.PORTABLE:
        yield table, "extended"
        if table == exported_records.FACT:
            yield table, "account"


def since(batches: list[Batch], cut: object) -> list[Batch]:
    """What of these ended at or after an instant."""
    return [
        (kind, [i for i in items if (i.ended_at if kind in ("extended", "account") else i.played_at) >= cut])
        for kind, items in batches
    ]


@examples(10)
@given(data=st.data())
def test_whatever_is_there_already_the_records_make_it_the_fact_of_all_that_was_told(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    batches = data.draw(histories())
    here = data.draw(st.lists(st.sampled_from(batches), max_size=3))
    later = data.draw(st.lists(st.sampled_from(batches), max_size=2))
    with warehouse.transaction() as tx:
        first, second = newcomer(tx, f"one-{id(data)}"), newcomer(tx, f"two-{id(data)}")
        tell(tx, first, batches)
        tell(tx, second, here)
        for _ in range(data.draw(st.integers(1, 2))):
            copy(tx, first, second, data.draw(st.sampled_from([1, 2, 1_000])))
        tell(tx, second, later)
        assert natural(tx, second) == obvious(batches) == natural(tx, first)
        clear(tx)


@examples(10)
@given(data=st.data())
def test_before_or_after_it_was_told_what_is_forgotten_leaves_the_fact_of_the_rest(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    batches = data.draw(histories())
    cut = NOON + timedelta(minutes=data.draw(st.integers(-1, 12)))
    again = data.draw(st.lists(st.sampled_from(batches), max_size=2))
    with warehouse.transaction() as tx:
        first, second = newcomer(tx, f"one-{id(data)}"), newcomer(tx, f"two-{id(data)}")
        tell(tx, first, batches)
        remove(tx, first, before=cut, now=NOON)
        tell(tx, first, again)
        remove(tx, second, before=cut, now=NOON)
        tell(tx, second, batches)
        expected = obvious(since(batches, cut))
        assert natural(tx, first) == expected
        assert natural(tx, second) == expected
        copied = newcomer(tx, f"three-{id(data)}")
        copy(tx, first, copied)
        assert natural(tx, copied) == expected
        # An export made before brings nothing back.
        tell(tx, copied, batches)
        copy(tx, copied, second)
        assert natural(tx, second) == expected
        clear(tx)


def test_every_table_about_a_listener_is_exported_and_forgotten_or_says_why_not(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        # By a key of its own, or by what it belongs to: a file, a poll.
        rows = tx.execute(
            """
            with recursive about (id) as (
                select 'audit.listener'::regclass::oid
                union
                select c.conrelid from pg_constraint c join about on c.confrelid = about.id where c.contype = 'f'
            )
            select n.nspname || '.' || c.relname as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in ('raw', 'star', 'audit', 'insights')
              and (c.oid in (select id from about)
                   or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'listener_id'))
            """
        ).fetchall()
    about_a_listener = {row["name"] for row in rows} - {"audit.listener"}
    assert about_a_listener == set(OF_A_LISTENER)
    assert about_a_listener <= {*exported_records.PORTABLE, *exported_records.NOT_PORTABLE}


def test_every_table_is_somebodys_or_shared_or_about_nobody(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        rows = tx.execute(
            "select schemaname || '.' || tablename as name from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
    # Credits go with their tracks, tags with their artists; a tombstone is what stays.
    others = {
        *("audit.listener", "audit.tombstone", "audit.api_call", "audit.api_quota", "audit.alembic_version"),
        *("audit.lookup_rest", "audit.lookup_counted", "audit.cover_lookup", "star.track_artist"),
        *("audit.changed_track", "audit.changed_artist", "audit.tag_call", "audit.tag_pace"),
        *("star.artist_tags", "star.artist_genre", "star.album_group"),
    }
    assert {row["name"] for row in rows} == {*OF_A_LISTENER, *SHARED, *others}


def test_every_table_that_is_forgotten_has_its_orphans_exported(warehouse: Warehouse) -> None:
    # Words are told by the plays that have them, and weights are counted from plays.
    assert set(SHARED) - set(exported_records.PORTABLE) == {"star.play_label", "audit.lookup_weight"}


def test_two_collections_that_do_not_meet_leave_a_gap_between_them(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        old, new = newcomer(tx, "old"), newcomer(tx, "new")
        poll(tx, old, plays([0, 4]))
        poll(tx, new, plays([100, 104]))
        for _ in range(2):
            copy(tx, old, new, 1)
            assert gaps(tx) == [(at(4), at(100))]
        row = tx.execute("select collected_since from audit.listener where listener_id = %s", (new,)).fetchone()
        assert row == {"collected_since": at(0)}


def test_two_collections_that_overlap_prove_each_other(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        old, new = newcomer(tx, "old"), newcomer(tx, "new")
        poll(tx, old, plays([0, 4, 8]))
        poll(tx, new, plays([6, 8, 12]))
        copy(tx, old, new)
        assert gaps(tx) == []


def test_a_file_that_comes_back_vouches_for_nothing_that_was_forgotten(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        old, new = newcomer(tx, "old"), newcomer(tx, "new")
        meet(tx, old, Imported("a.json", 0, 8), number=0, when=at(90))
        meet(tx, old, Imported("b.json", 9, 30), number=1, when=at(95))
        miss(tx, old, 5, 60)
        remove(tx, new, before=at(20), now=at(100))
        for _ in range(2):
            copy(tx, old, new, 1)
            rows = tx.execute(
                "select i.name, i.first_at, i.last_at, m.archive, m.running_number, m.met_at from audit.import_file i"
                " join audit.archive_member m using (file_id) where i.listener_id = %s", (new,)
            ).fetchall()  # fmt: skip
            assert [tuple(row.values()) for row in rows] == [
                ("folder/b.json", at(20), at(30), "my_spotify_data.zip", 1, at(95))
            ]
            holes = tx.execute(
                "select gap_start, gap_end, closed_at from bi.coverage_gaps where listener_id = %s order by 1", (new,)
            ).fetchall()
            assert [tuple(hole.values()) for hole in holes] == [(at(20), at(30), at(95)), (at(30), at(60), None)]


@pytest.mark.parametrize(
    "line", ["[]", "{", '"x"', "{}", '{"track_ref": 1, "payload": "\\u0000"}', '{"polled_at": "yesterday"}']
)
def test_damaged_records_are_refused_and_leave_nothing(warehouse: Warehouse, line: str) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    for table, kind in _passes():
        with warehouse.transaction() as tx:
            before = tx.execute(f"select array_agg(t::text) as rows from {table} t").fetchone()
        with suppress(restored_records.BadRecords), warehouse.transaction() as tx:
            restored_records.restore_batch(tx, me, table, [line], NOON, kind=kind)
            continue
        with warehouse.transaction() as tx:
            assert tx.execute(f"select array_agg(t::text) as rows from {table} t").fetchone() == before


def test_which_albums_are_one_comes_back_and_nobody_is_asked_again(warehouse: Warehouse) -> None:
    numbers = "select album_id, release_group, told_group, group_due_at from star.album_dim order by album_id"
    with warehouse.transaction() as tx:
        me = listened(tx)
        tx.execute(
            "insert into star.album_dim (album_ref, album_name) select 'a' || n, 'A' from generate_series(1, 4) n"
        )
        tx.execute("update star.track_dim t set album_key = a.album_key from star.album_dim a"
                   " where a.album_ref = 'a' || t.track_key % 4 + 1")  # fmt: skip
        tx.execute("delete from star.album_dim a where not exists (select from star.track_dim t"
                   " where t.album_key = a.album_key)")  # fmt: skip
        tx.execute("update star.album_dim set album_ref = 'id' || album_key, album_id = 'id' || album_key,"
                   " album_name = 'Same', artist_name = 'Somebody', album_type = 'album'")  # fmt: skip
        keys = [row["album_key"] for row in tx.execute("select album_key from star.album_in_doubt order by 1")]
        assert len(keys) >= 2
        for key in keys[1:]:
            mbid = str(UUID(int=key))
            album_groups.save(
                tx, key, NOON, release_mbid=mbid, group_mbid=mbid, group_title="Same", first_released="1994"
            )
        album_groups.save_unknown(tx, keys[:1], NOON)
        album_groups.tie(tx)
        before = tx.execute(numbers).fetchall()
        assert len({row["release_group"] for row in before}) >= len(keys) - 1
        lines = list(exported_records.records(tx, "star.album_group", me))
        assert len(lines) == len(keys)
        tx.execute("update star.album_dim set group_due_at = null, told_group = null")
        tx.execute("delete from star.album_group")
        who = returning_listener(Person.model_validate(exported_records.listener_record(tx, me)))
        for _ in range(2):
            restored_records.restore_batch(tx, me, "star.album_group", lines, NOON)
            restored_records.finish_restore(tx, me, who)
        assert tx.execute(numbers).fetchall() == before
        assert album_groups.backlog(tx, NOON).due == 0
        assert list(exported_records.records(tx, "star.album_group", me)) == lines


def test_what_is_told_of_artists_comes_back_and_nobody_is_asked_again(warehouse: Warehouse) -> None:
    tables = ("star.artist_tags", "insights.artist_override")
    told = "select genre, weight, source, country, began, tags_due_at from star.artist_dim left join bi.artist_genres"
    told += " using (artist_key) left join star.origin_of_artist using (artist_key) order by artist_key, genre"
    with warehouse.transaction() as tx:
        me = listened(tx)
        key = one_value(tx, "select min(artist_key) from star.artist_dim where artist_id is not null")
        artist_tags.save(tx, key, "musicbrainz", NOON, genres={"rock": 3, "pop": 1}, country="GB", began=1969)
        artist_tags.save(tx, key, "wikidata", NOON, genres={"polka": 1}, country="SE")
        artist_overrides.replace(tx, {"Nobody yet": artist_overrides.Override(["jazz"], None, 1950)}, NOON)
        before = tx.execute(told).fetchall()
        assert {(row["genre"], row["weight"], row["country"]) for row in before} >= {("rock", 0.75, "GB")}
        lines = {table: list(exported_records.records(tx, table, me)) for table in tables}
        tx.execute("update star.artist_dim set tags_due_at = null")
        for table in ("star.artist_tags", "star.artist_genre", "insights.artist_override"):
            tx.execute(SQL("delete from {}").format(Identifier(*table.split("."))))
        for _ in range(2):
            for table in tables:
                restored_records.restore_batch(tx, me, table, lines[table], NOON)
        assert tx.execute(told).fetchall() == before
        others = one_value(tx, "select count(*) from star.artist_dim where artist_id is not null") - 1
        assert artist_tags.backlog(tx, NOON).due == others
        assert [list(exported_records.records(tx, table, me)) for table in tables] == [lines[table] for table in tables]
        # The file of this home says nothing of what an export brought.
        artist_overrides.replace(tx, {}, NOON)
        assert list(exported_records.records(tx, tables[1], me)) == lines[tables[1]]
