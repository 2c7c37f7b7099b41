"""The old scripts' tables, read from a database of their own and merged: whole rows, and what goes wrong."""

import re
from collections import Counter
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from brapped_assets.transfer.legacy_importer import TABLES, LegacySummary, import_legacy, old_tables
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads, save_artist
from brapped_assets.warehouse.errors import NoOldTables, NotAllowed, WarehouseError
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, merge_plays
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, page, song

NOON = datetime(2023, 5, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What the scripts' own tables looked like: ids of 22 characters, keys nowhere.
T1, T2, T3 = (f"{number:022d}" for number in (1, 2, 3))
A1, A2 = (f"{number:022d}" for number in (11, 12))
SCHEMA = """
    create table main_streaming_data (played_at timestamptz, track_id text, track_name text, artist_name text,
                                      aritst_id text, duration_ms double precision, "rowNum" bigint);
    create table artist_table (artist_id text, aritst_name text, popularity double precision, genre text,
                               img_link text, rn bigint);
    create table track_table (track_id text, track_name text, explicit boolean, popularity bigint, album_name text,
                              img_link text, ft_artists text, rn bigint);
"""


@pytest.fixture
def old_url(empty_database: str) -> str:
    """An empty database of the old scripts' own."""
    return empty_database


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, zone="UTC")


def there(url: str, *statements: str) -> None:
    """Whatever the old scripts, or their owner, did in their database."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def fill(url: str, table: str, *rows: tuple[Any, ...]) -> None:
    with psycopg.connect(url) as connection:
        places = ", ".join(["%s"] * len(rows[0]))
        connection.cursor().executemany(f"insert into {table} values ({places})", rows)


def lived(url: str) -> None:
    """Some plays, with everything that years without a key bring along."""
    there(url, SCHEMA)
    a_minute, second = timedelta(minutes=1), timedelta(seconds=1)
    fill(
        url,
        "main_streaming_data",
        (NOON, T1, "One", "Alice", A1, 200_000, 1),
        (NOON, T1, "One", "Alice", A1, 200_000, 2),
        (NOON + second, T1, "One", "Alice", A1, 200_000, 3),
        (NOON + 10 * a_minute, T2, "Two", "Bob", A2, float("nan"), 4),
        (NOON + 20 * a_minute, "NaN", "Three", "Alice", "NaN", 180_000, 5),
        (NOON + 30 * a_minute, None, "", "Alice", A1, 1, 6),
        (None, T1, "One", "Alice", A1, 200_000, 7),
        ("infinity", T1, "One", "Alice", A1, 200_000, 8),
    )
    fill(
        url,
        "artist_table",
        (A1, "Alice", 50, "folk, jazz", "https://i/alice", 1),
        (A1, "Alice", float("nan"), "NaN", "NaN", 2),
        (None, "Nobody", 1, "pop", None, 3),
    )
    fill(
        url,
        "track_table",
        (T1, "One", True, 40, "EP/SINGLE", "https://i/one", "Bob, Carol", 1),
        (T2, "Two", False, 40, "Twos", "https://i/twos", "NaN", 2),
        (T2, "Two", False, 41, "Twos", "https://i/twos", "NaN", 3),
        (T3, "Never played", False, 1, "None", "NaN", "NaN", 4),
    )


def imported(warehouse: Warehouse, listener_id: int, url: str, *, piece_rows: int = 50_000) -> LegacySummary:
    summary = LegacySummary()
    told: list[tuple[int, int]] = []
    with old_tables(url, TABLES) as tables:
        import_legacy(
            warehouse, listener_id, tables, summary, progress=lambda *at: told.append(at), piece_rows=piece_rows
        )
    assert told[-1] == (summary.rows, summary.rows)
    assert summary.rows == sum((*astuple(summary.plays), summary.artists, summary.tracks, *summary.odd.values()))
    return summary


def rows(tx: Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in tx.execute(query).fetchall()]


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All that the public views show of it, without keys, and what was kept aside."""
    queries = {
        "plays": "select played_at, track_id, track_name, artist_id, artist_name, album_name, duration_ms, ms_played,"
        " ms_played_basis, source from bi.plays order by 1, 3",
        "tracks": "select track_name, featured_artists, album_name, album_type, explicit, image_url from bi.tracks"
        " order by 1",
        "artists": "select artist_id, artist_name, genres, image_url from bi.artists order by 2, 1",
        "albums": "select album_id, album_name, artist_name, album_type, image_url from bi.albums order by 2",
        "odd": "select source, reason, times from audit.rejected_row order by 2, 3",
    }
    with warehouse.transaction() as tx:
        return {name: rows(tx, query) for name, query in queries.items()}


def test_what_the_old_tables_know_is_there_and_nothing_of_it_twice(warehouse: Warehouse, me: int, old_url: str) -> None:
    lived(old_url)
    summary = imported(warehouse, me, old_url)
    assert summary == LegacySummary(
        rows=15,
        plays=MergeOutcome(added=3, told_twice=2),
        artists=2,
        tracks=4,
        odd=Counter({"the time is not an instant": 2, "it names no track": 1, "the artist has no id": 1}),
    )
    found = everything(warehouse)
    assert found == {
        "plays": [
            (NOON, T1, "One", A1, "Alice", "One", 200_000, 200_000, "estimated", "legacy"),
            (NOON + timedelta(minutes=10), T2, "Two", A2, "Bob", "Twos", None, 30_000, "estimated", "legacy"),
            (NOON + timedelta(minutes=20), None, "Three", A1, "Alice", None, 180_000, 180_000, "estimated", "legacy"),
        ],
        "tracks": [
            ("One", "Bob, Carol", "One", "single", True, "https://i/one"),
            ("Three", None, None, None, None, None),
            ("Two", None, "Twos", None, False, "https://i/twos"),
        ],
        "artists": [
            (A1, "Alice", "folk, jazz", "https://i/alice"),
            (A2, "Bob", None, None),
            (None, "Carol", None, None),
        ],
        "albums": [
            (None, "One", "Alice", "single", "https://i/one"),
            (None, "Twos", "Bob", None, "https://i/twos"),
        ],
        "odd": [
            ("legacy", "it names no track", 1),
            ("legacy", "the artist has no id", 1),
            ("legacy", "the time is not an instant", 1),
            ("legacy", "the time is not an instant", 1),
        ],
    }
    again = imported(warehouse, me, old_url, piece_rows=2)
    assert (again.plays, again.odd) == (MergeOutcome(known=4, told_twice=1), summary.odd)
    assert everything(warehouse) == found
    # The old script runs on, and so does Brapped.
    fill(old_url, "main_streaming_data", (NOON + timedelta(hours=1), T1, "One", "Alice", A1, 200_000, 9))
    assert imported(warehouse, me, old_url).plays == MergeOutcome(added=1, known=4, told_twice=1)


def test_of_what_was_forgotten_the_old_tables_bring_no_name_back(warehouse: Warehouse, me: int, old_url: str) -> None:
    lived(old_url)
    imported(warehouse, me, old_url)
    forget(warehouse, me, before=NOON + timedelta(minutes=15), now=NOON + timedelta(days=1))
    left = everything(warehouse)
    assert [name for _, name, *_ in left["artists"]] == ["Alice"]
    assert imported(warehouse, me, old_url).plays.forgotten == 4
    assert everything(warehouse) == left


def test_the_old_database_stays_as_it_is_and_a_view_that_writes_is_refused(
    warehouse: Warehouse, me: int, old_url: str
) -> None:
    lived(old_url)
    there(
        old_url,
        "alter table main_streaming_data rename to kept",
        "create function touched() returns int language sql volatile as 'delete from kept returning 1'",
        "create view main_streaming_data as select k.*, touched() from kept k",
    )
    with pytest.raises(WarehouseError, match=r"could not be read to their end \(ReadOnlySqlTransaction\)"):
        imported(warehouse, me, old_url)
    with psycopg.connect(old_url) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (8,)


def test_columns_may_be_missing_or_texts_and_the_tables_in_a_schema_of_their_own(
    warehouse: Warehouse, me: int, old_url: str
) -> None:
    there(
        old_url,
        "create schema streams",
        "create table streams.main_streaming_data (played_at text, track_name text, artist_name text,"
        " duration_ms text)",
        # Of another schema, so none of ours.
        "create table public.artist_table (artist_id text, genre text)",
    )
    fill(
        old_url,
        "streams.main_streaming_data",
        ("2023-05-01 17:30:00", "One", "Alice", "200000.0"),
        ("2023-05-01T12:00:01Z", "One", "Alice", "NaN"),
        ("yesterday", "One", "Alice", ""),
    )
    with old_tables(old_url, TABLES) as tables:
        assert tables.names == ["main_streaming_data"]
    summary = imported(warehouse, me, old_url)
    assert summary.plays == MergeOutcome(added=1, told_twice=1)
    assert everything(warehouse)["plays"] == [
        (NOON, None, "One", None, "Alice", None, 200_000, 200_000, "estimated", "legacy")
    ]


def test_a_naive_column_is_kolkatas_time(warehouse: Warehouse, me: int, old_url: str) -> None:
    there(old_url, "create table main_streaming_data (played_at timestamp, track_id text)")
    fill(old_url, "main_streaming_data", (datetime(2023, 5, 1, 17, 30), T1))  # noqa: DTZ001 that is the point
    imported(warehouse, me, old_url)
    assert [row[:3] for row in everything(warehouse)["plays"]] == [(NOON, T1, T1)]


@pytest.mark.parametrize("piece_rows", [1, 3])
def test_in_any_pieces_it_is_the_same(warehouse: Warehouse, me: int, old_url: str, piece_rows: int) -> None:
    lived(old_url)
    with warehouse.transaction() as tx:
        other = newcomer(tx, "other", zone="UTC")
    imported(warehouse, me, old_url)
    first = everything(warehouse)
    with warehouse.transaction() as tx:
        tx.execute("delete from audit.listener where listener_id = %s", (me,))
    imported(warehouse, other, old_url, piece_rows=piece_rows)
    assert everything(warehouse) == first


@pytest.mark.parametrize("legacy_first", [True, False])
def test_what_spotify_says_of_a_track_or_artist_wins_whichever_came_first(
    warehouse: Warehouse, me: int, old_url: str, legacy_first: bool
) -> None:
    lived(old_url)
    track = song(T1, name="The One", explicit=False, artists=["alice"], duration_ms=201_000)
    track["artists"][0]["id"] = track["album"]["artists"][0]["id"] = A1
    if legacy_first:
        imported(warehouse, me, old_url)
    with warehouse.transaction() as tx:
        land(tx, page(me, [Play(NOON + timedelta(milliseconds=700), track)]))
        merge_plays(tx, me, NOW)
        apply_payloads(tx)
        save_artist(tx, A1, name="alice", genres=["chamber folk"], image_url=None, now=NOW)
        save_artist(tx, A2, name="bob", genres=[], image_url=None, now=NOW)
    if not legacy_first:
        assert imported(warehouse, me, old_url).plays == MergeOutcome(added=2, matched=1, told_twice=2)
    found = everything(warehouse)
    assert found["plays"][0] == (
        NOON + timedelta(milliseconds=700), T1, "The One", A1, "alice", f"Album {T1}", 201_000, 201_000, "estimated",
        "api",
    )  # fmt: skip
    assert ("The One", None, f"Album {T1}", None, False, None) in found["tracks"]
    assert (A1, "alice", "chamber folk", "https://i/alice") in found["artists"]


def test_what_an_older_parser_found_odd_is_read_again_even_when_the_tables_have_changed(
    warehouse: Warehouse, me: int, old_url: str
) -> None:
    lived(old_url)
    imported(warehouse, me, old_url)
    there(old_url, "delete from main_streaming_data", "delete from artist_table", "delete from track_table")
    with warehouse.transaction() as tx:
        tx.execute("update audit.rejected_row set parser_version = 0")
        # As if this parser understood it.
        tx.execute(
            """update audit.rejected_row set payload = replace(payload, '"infinity"', '"2023-05-02T12:00:00Z"')"""
        )
    imported(warehouse, me, old_url)
    found = everything(warehouse)
    assert (len(found["odd"]), found["plays"][-1][0]) == (3, NOON + timedelta(days=1))


def test_what_is_merged_stays_when_the_old_database_goes_away(warehouse: Warehouse, me: int, old_url: str) -> None:
    lived(old_url)
    summary = LegacySummary()

    def cut(done: int, _expected: int) -> None:
        if done:
            there(
                old_url,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and application_name = 'brapped'",
            )

    with (
        pytest.raises(WarehouseError, match="run the same command again"),
        old_tables(old_url, TABLES) as tables,
    ):
        import_legacy(warehouse, me, tables, summary, progress=cut, piece_rows=8)
    assert (summary.rows, len(everything(warehouse)["plays"])) == (8, 3)
    assert imported(warehouse, me, old_url).plays == MergeOutcome(known=4, told_twice=1)


def test_a_database_without_the_tables_is_a_sentence(old_url: str) -> None:
    there(old_url, "create table artist_table (artist_id text)")
    with (
        pytest.raises(NoOldTables, match="There is no table main_streaming_data in this database"),
        old_tables(old_url, TABLES),
    ):
        pass


def test_of_two_schemas_the_search_path_says_which(warehouse: Warehouse, me: int, old_url: str) -> None:
    for schema in ("this", "that"):
        there(old_url, f"create schema {schema}", f"create table {schema}.main_streaming_data (track_name text)")
    with (
        pytest.raises(NoOldTables, match=r"schemas that, this\. .*search_path%3Dthat"),
        old_tables(old_url, TABLES),
    ):
        pass
    there(old_url, "insert into this.main_streaming_data values ('One')")
    assert imported(warehouse, me, make_conninfo(old_url, options="-csearch_path=this")).rows == 1
    assert imported(warehouse, me, make_conninfo(old_url, options="-csearch_path=that")).rows == 0


def test_a_role_that_may_not_read_is_told_what_is_missing(old_url: str) -> None:
    lived(old_url)
    role = f"reader_{uuid4().hex[:8]}"
    there(old_url, f"create role {role} login", f"grant select on main_streaming_data, artist_table to {role}")
    try:
        with (
            pytest.raises(
                NotAllowed, match=r"may not read public\.track_table\. .*grant select on public\.track_table"
            ),
            old_tables(make_conninfo(old_url, user=role), TABLES),
        ):
            pass
    finally:
        there(old_url, f"drop owned by {role}", f"drop role {role}")


def test_the_query_that_compares_a_day_side_by_side_is_the_one_in_the_docs(
    warehouse: Warehouse, me: int, old_url: str
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "coming-from-the-scripts.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(.*?);\n```", text, re.DOTALL)
    seen = [Play(NOON + timedelta(minutes=minute), song(T1, artists=["Alice"])) for minute in (1, 10, 20, 30)]
    with warehouse.transaction() as tx:
        land(tx, page(me, seen))
        merge_plays(tx, me, NOW)
    there(old_url, SCHEMA)
    # One before Brapped, two seen by both, one that Brapped missed. It saw one alone, and one that is younger.
    for minute, track in ((0, T1), (1, T1), (20, T1), (25, T2)):
        fill(old_url, "main_streaming_data", (NOON + timedelta(minutes=minute), track, "Song", "Alice", A1, 1, 1))
    imported(warehouse, me, old_url)
    with warehouse.transaction() as tx:
        assert rows(tx, query) == [(NOON.date(), 2, 1, 1)]
