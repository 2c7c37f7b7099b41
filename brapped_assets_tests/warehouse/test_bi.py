"""The public contract: what BI tools, notebooks and outside tests read."""

import psycopg
import pytest

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.warehouse.heard_episodes import hear
from brapped_assets_tests.warehouse.polled_plays import listened

INSTANT, LOCAL = "timestamp with time zone", "timestamp without time zone"
# design.md, section 3, "Public contract", with the type of every column.
CONTRACT = {
    "plays": f"play_key bigint, listener_id integer, played_at {INSTANT}, played_at_local {LOCAL}, played_on date, "
    "played_hour integer, track_key integer, track_id text, track_name text, artist_key integer, artist_id text, "
    "artist_name text, album_id text, album_name text, duration_ms integer, ms_played integer, ms_played_basis text, "
    "counts_as_play boolean, skipped boolean, shuffle boolean, offline boolean, incognito boolean, platform text, "
    "country text, reason_start text, reason_end text, context_type text, context_uri text, source text",
    "tracks": "track_key integer, track_id text, track_name text, artist_key integer, artist_id text, "
    "artist_name text, featured_artists text, album_id text, album_name text, album_type text, release_date date, "
    f"duration_ms integer, explicit boolean, isrc text, image_url text, first_played_at {INSTANT}, "
    f"last_played_at {INSTANT}",
    "artists": "artist_key integer, artist_id text, artist_name text, genres text, image_url text, "
    f"first_played_at {INSTANT}, last_played_at {INSTANT}, is_known boolean, country text, area text, "
    "kind text, began integer, ended integer",
    "artist_genres": "artist_key integer, artist_id text, artist_name text, genre text, weight double precision, "
    "source text",
    "albums": "album_id text, album_name text, artist_name text, album_type text, release_date date, "
    "total_tracks integer, image_url text",
    "track_artists": "track_key integer, artist_key integer, track_id text, artist_id text, position integer, "
    "role text",
    "dates": "day date, year integer, quarter integer, month integer, month_name text, iso_week integer, "
    "iso_weekday integer, weekday_name text",
    "listeners": f"listener_id integer, display_name text, time_zone text, collected_since {INSTANT}, "
    f"last_polled_at {INSTANT}, data_as_of {INSTANT}",
    "coverage_gaps": f"listener_id integer, gap_start {INSTANT}, gap_end {INSTANT}, reason text, "
    f"closed_at {INSTANT}, closed_by text",
}
# Besides, for tools that shall show what the pages show: the plays without what is private or hidden, what counts as
# what, the releases that are one album, and the zones that local time goes by.
CONTRACT["aliases"] = "listener_id integer, kind text, from_key integer, to_key integer"
CONTRACT["listener_zones"] = f"listener_id integer, holds_from {INSTANT}, holds_until {INSTANT}, time_zone text"
CONTRACT["shown_plays"] = CONTRACT["plays"]
CONTRACT["spoken_plays"] = (
    f"spoken_key bigint, listener_id integer, played_at {INSTANT}, played_at_local {LOCAL}, played_on date, "
    "played_hour integer, kind text, title text, show_name text, uri text, ms_played integer, ms_played_basis text, "
    "platform text, country text, reason_end text, skipped boolean, offline boolean, incognito boolean, source text"
)
CONTRACT["track_albums"] = (
    "track_key integer, release_group bigint, album_id text, album_name text, artist_name text, release_date date"
)


def test_every_view_has_exactly_the_columns_and_types_of_the_contract(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        found = tx.execute(
            "select c.relname as view, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', '"
            " order by a.attnum) as columns, c.relkind from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'bi'::regnamespace and a.attnum > 0 group by c.oid"
        ).fetchall()
    assert {row["view"]: row["columns"] for row in found} == CONTRACT
    assert {row["relkind"] for row in found} == {"v"}


def test_every_view_and_column_says_what_it_is(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        silent = tx.execute(
            "select c.relname, a.attname from pg_class c left join pg_attribute a on a.attrelid = c.oid and attnum > 0"
            " where c.relnamespace = 'bi'::regnamespace"
            " and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)"
        ).fetchall()
    assert silent == []


def test_a_role_that_may_read_bi_reads_all_of_it_and_nothing_else(warehouse: Warehouse, database_url: str) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        hear(tx, me)
        tx.execute("insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
                   " values (%s, 'artist', 1, 2, now())", (me,))  # fmt: skip
        tx.execute("create role reader login")
        tx.execute("grant usage on schema bi to reader")
        tx.execute("grant select on all tables in schema bi to reader")
        tables = tx.execute(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_schema in ('raw', 'star', 'audit')"
        ).fetchall()
    try:
        with psycopg.connect(database_url, user="reader", autocommit=True) as reader:
            for view in CONTRACT:
                assert reader.execute(f"select * from bi.{view}").fetchall() != []
            assert len(tables) >= 15
            for table in tables:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(f"select * from {table['name']}")
            for forbidden in ("delete from bi.albums", "create table bi.mine ()", "create schema mine"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(forbidden)
    finally:
        with warehouse.transaction() as tx:
            tx.execute("drop owned by reader")
            tx.execute("drop role reader")
