"""One worked example per view of the public contract, compared whole."""

from datetime import date, datetime

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.warehouse.polled_plays import Row, at, listened, newcomer, plays, poll


def _rows(tx: Connection, view: str, order: str) -> list[Row]:
    return tx.execute(f"select * from bi.{view} order by {order}").fetchall()


def _without(row: Row, *columns: str) -> Row:
    assert all(row[column] is not None for column in columns)
    return {name: value for name, value in row.items() if name not in columns}


def test_plays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        _, known, local = _rows(tx, "plays", "played_at")
    nothing_reported = dict.fromkeys(
        ["skipped", "shuffle", "offline", "incognito", "platform", "country", "reason_start", "reason_end"]
    )
    assert _without(known, "play_key", "track_key", "artist_key") == {
        "listener_id": me,
        "played_at": at(0),
        "played_at_local": datetime(2026, 11, 21, 17, 30),  # noqa: DTZ001 - local time has no zone
        "played_on": date(2026, 11, 21),
        "played_hour": 17,
        "track_id": "a",
        "track_name": "Song a",
        "artist_id": "id-alice",
        "artist_name": "Alice",
        "album_id": "album-a",
        "album_name": "Album a",
        "duration_ms": 200_000,
        "ms_played": 200_000,
        "ms_played_basis": "estimated",
        "counts_as_play": True,
        **nothing_reported,
        "context_type": "playlist",
        "context_uri": "spotify:playlist:1",
        "source": "api",
    }
    assert _without(local, "play_key", "track_key", "artist_key") == {
        "listener_id": me,
        "played_at": at(0.25),
        "played_at_local": datetime(2026, 11, 21, 17, 30, 15),  # noqa: DTZ001 - local time has no zone
        "played_on": date(2026, 11, 21),
        "played_hour": 17,
        "track_id": None,
        "track_name": "demo",
        "artist_id": None,
        "artist_name": "bob",
        "album_id": None,
        "album_name": None,
        "duration_ms": 180_000,
        "ms_played": 30_000,
        "ms_played_basis": "estimated",
        "counts_as_play": True,
        **nothing_reported,
        "context_type": None,
        "context_uri": None,
        "source": "api",
    }


@pytest.mark.parametrize(
    ("halves", "source"),
    [
        ("api_at = null, export_at = played_at, in_extended = true", "export"),
        ("export_at = played_at, in_extended = true, legacy_at = played_at", "both"),
        ("legacy_at = played_at", "api"),
        ("api_at = null, legacy_at = played_at", "legacy"),
    ],
)
def test_a_play_says_who_told_of_it_and_counts_from_30_seconds_on(
    warehouse: Warehouse, halves: str, source: str
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]))
        merge_plays(tx, me, at(1))
        tx.execute(f"update star.streaming_fact set {halves}, is_estimated = false, ms_played = 29999")
        assert tx.execute("select source, ms_played_basis, counts_as_play from bi.plays").fetchall() == [
            {"source": source, "ms_played_basis": "reported", "counts_as_play": False}
        ]


def test_tracks(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
        known, local = _rows(tx, "tracks", "track_id")
    assert _without(known, "track_key", "artist_key") == {
        "track_id": "a",
        "track_name": "Song a",
        "artist_id": "id-alice",
        "artist_name": "Alice",
        "featured_artists": "ben, carol",
        "album_id": "album-a",
        "album_name": "Album a",
        "album_type": "compilation",
        "release_date": date(2019, 1, 1),
        "duration_ms": 200_000,
        "explicit": False,
        "isrc": "DEAB12345678",
        "image_url": "https://i/a",
        "first_played_at": at(-600),
        "last_played_at": at(0),
    }
    assert (local["track_id"], local["featured_artists"], local["album_name"]) == (None, None, None)


def test_artists(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
        found = [_without(row, "artist_key") for row in _rows(tx, "artists", "artist_id")]
    unknown = dict.fromkeys(("country", "area", "kind", "began", "ended"))
    featured = {
        "genres": None,
        "image_url": None,
        "first_played_at": None,
        "last_played_at": None,
        "is_known": True,
        **unknown,
    }
    assert found == [
        {
            "artist_id": "id-alice",
            "artist_name": "Alice",
            "genres": "folk, jazz",
            "image_url": "https://i/alice",
            "first_played_at": at(-600),
            "last_played_at": at(0),
            "is_known": True,
            **unknown,
        },
        {"artist_id": "id-ben", "artist_name": "ben", **featured},
        {"artist_id": "id-carol", "artist_name": "carol", **featured},
        {**featured, "artist_id": None, "artist_name": "bob", "first_played_at": at(0.25), "last_played_at": at(0.25)},
    ]


def test_albums(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
        assert _rows(tx, "albums", "album_id") == [
            {
                "album_id": "album-a",
                "album_name": "Album a",
                "artist_name": "Various",
                "album_type": "compilation",
                "release_date": date(2019, 1, 1),
                "total_tracks": 20,
                "image_url": "https://i/a",
            }
        ]


def test_track_artists(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
        found = [_without(row, "track_key", "artist_key") for row in _rows(tx, "track_artists", "track_id, position")]
    assert found == [
        {"track_id": "a", "artist_id": "id-alice", "position": 0, "role": "main"},
        {"track_id": "a", "artist_id": "id-ben", "position": 1, "role": "featured"},
        {"track_id": "a", "artist_id": "id-carol", "position": 2, "role": "featured"},
        {"track_id": None, "artist_id": None, "position": 0, "role": "main"},
    ]


def test_dates(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        assert _rows(tx, "dates", "day") == []
        listened(tx)
        days = _rows(tx, "dates", "day")
    assert [day["day"] for day in (days[0], days[-1])] == [date(2026, 1, 1), date(2026, 12, 31)]
    assert len(days) == 365
    assert days[324] == {
        "day": date(2026, 11, 21),
        "year": 2026,
        "quarter": 4,
        "month": 11,
        "month_name": "November",
        "iso_week": 47,
        "iso_weekday": 6,
        "weekday_name": "Saturday",
    }


def test_listeners(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        silent = newcomer(tx, "ben", zone="UTC")
        unknown = dict.fromkeys(["collected_since", "last_polled_at", "data_as_of"])
        assert _rows(tx, "listeners", "listener_id") == [
            {
                "listener_id": me,
                "display_name": "Listener",
                "time_zone": "Asia/Kolkata",
                "collected_since": at(-600),
                "last_polled_at": at(0.25),
                "data_as_of": at(0.25),
            },
            {"listener_id": silent, "display_name": "Listener", "time_zone": "UTC", **unknown},
        ]


def test_coverage_gaps(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        assert _rows(tx, "coverage_gaps", "gap_start") == [
            {
                "listener_id": me,
                "gap_start": at(-600),
                "gap_end": at(0),
                "reason": "page without overlap",
                "closed_at": None,
                "closed_by": None,
            }
        ]
