"""Tracks, albums, credits and artists: read from payloads, or asked for one by one."""

from datetime import date, timedelta
from typing import Any

import pytest

from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.warehouse.polled_plays import (
    NOON,
    Play,
    Row,
    at,
    everything,
    local_file,
    newcomer,
    plays,
    poll,
    song,
)

DAY = timedelta(days=1)


def _read(tx: Connection, *tracks: dict[str, Any]) -> None:
    land_tracks(tx, [(str(track["id"] or track["uri"]), track) for track in tracks], NOON)
    dimensions.apply_payloads(tx)


def _credits(tx: Connection) -> list[tuple[str, int, str]]:
    return [(row["track_ref"], row["position"], row["artist_name"]) for row in everything(tx)["credit"]]


def _artists(tx: Connection, columns: str = "artist_id, artist_name") -> list[Row]:
    return tx.execute(f"select {columns} from star.artist_dim order by artist_id, artist_name").fetchall()


def test_a_payload_fills_track_album_and_credits(warehouse: Warehouse) -> None:
    served = song(
        "a",
        artists=["alice", "bob"],
        explicit=True,
        external_ids={"isrc": "DEAB12345678"},
        album={
            "id": "album-a",
            "name": "Album a",
            "artists": [{"name": "alice"}],
            "album_type": "single",
            "release_date": "2024-05",
            "release_date_precision": "month",
            "total_tracks": 12,
            "images": [{"url": "https://i/large"}, {"url": "https://i/small"}],
        },
    )
    with warehouse.transaction() as tx:
        poll(tx, newcomer(tx), [Play(at(0), served)])
        assert dimensions.apply_payloads(tx) == 1
        found = tx.execute("select * from bi.tracks").fetchall()
        albums = tx.execute("select * from star.album_dim").fetchall()
        credited = _credits(tx)
    assert credited == [("a", 0, "alice"), ("a", 1, "bob")]
    assert found == [
        {
            "track_key": found[0]["track_key"],
            "track_id": "a",
            "track_name": "Song a",
            "artist_key": found[0]["artist_key"],
            "artist_id": "id-alice",
            "artist_name": "alice",
            "featured_artists": "bob",
            "album_id": "album-a",
            "album_name": "Album a",
            "album_type": "single",
            "release_date": date(2024, 5, 1),
            "duration_ms": 200_000,
            "explicit": True,
            "isrc": "DEAB12345678",
            "image_url": "https://i/large",
            "first_played_at": None,
            "last_played_at": None,
        }
    ]
    assert [(a["release_date_precision"], a["total_tracks"], a["album_type"]) for a in albums] == [
        ("month", 12, "single")
    ]


def test_a_newer_payload_wins_and_what_it_leaves_out_stays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _read(tx, song("a", artists=["alice", "bob"], explicit=True, external_ids={"isrc": "X"}))
        newer = song("a", artists=["carol"], name="Renamed", duration_ms=None)
        newer["album"] = {"id": "album-a", "name": "Remaster", "release_date": "2025"}
        _read(tx, newer)
        track = tx.execute("select track_name, duration_ms, explicit, isrc from star.track_dim").fetchall()
        assert track == [{"track_name": "Renamed", "duration_ms": 200_000, "explicit": True, "isrc": "X"}]
        assert _credits(tx) == [("a", 0, "carol")]
        assert tx.execute("select album_name, artist_name from star.album_dim").fetchall() == [
            {"album_name": "Remaster", "artist_name": "alice"}
        ]


def test_of_two_payloads_in_one_batch_the_newer_wins(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        land_tracks(tx, [("a", song("a", name="Old"))], NOON)
        land_tracks(tx, [("a", song("a", name="New"))], NOON)
        assert dimensions.apply_payloads(tx) == 2
        assert [row["track_name"] for row in everything(tx)["track"]] == ["New"]


def test_reading_payloads_again_in_any_order_changes_nothing(warehouse: Warehouse) -> None:
    renamed = song("a", name="New", artists=["carol", "alice"])
    renamed["album"] = {"id": "album-a", "name": "Remaster"}
    with warehouse.transaction() as tx:
        _read(tx, song("a"), song("b", artists=[]), local_file("demo"))
        _read(tx, renamed)
        once = everything(tx)
        tx.execute("update raw.track_payload set is_applied = false where payload ->> 'name' <> 'New'")
        assert dimensions.apply_payloads(tx) == 3
        assert everything(tx) == once
        tx.execute("update raw.track_payload set is_applied = false")
        assert dimensions.apply_payloads(tx) == 4
        assert everything(tx) == once


def test_payloads_are_read_in_batches_and_nothing_waits_afterwards(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dimensions, "PAYLOADS_A_BATCH", 2)
    with warehouse.transaction() as tx:
        land_tracks(tx, [(ref, song(ref)) for ref in "abcde"], NOON)
        assert [dimensions.apply_payloads(tx) for _ in range(4)] == [2, 2, 1, 0]
        assert [row["track_ref"] for row in everything(tx)["track"]] == list("abcde")


def test_an_album_is_dated_by_year_month_or_day_and_not_by_nonsense(warehouse: Warehouse) -> None:
    dates: list[tuple[Any, date | None]] = [
        ("2024", date(2024, 1, 1)),
        ("2024-05", date(2024, 5, 1)),
        ("2024-05-17", date(2024, 5, 17)),
        (2024, date(2024, 1, 1)),
    ]
    nonsense = ["0000", "2024-13", "2023-02-29", "0000-00-00", "", "today", "infinity", "17.05.2024", None, [2024]]
    dates += [(served, None) for served in nonsense]
    with warehouse.transaction() as tx:
        for number, (served, _) in enumerate(dates):
            _read(tx, song(f"s{number}", album={"id": f"a{number}", "name": "X", "release_date": served}))
        found = tx.execute("select album_id, release_date from bi.albums").fetchall()
    assert {row["album_id"]: row["release_date"] for row in found} == {
        f"a{number}": expected for number, (_, expected) in enumerate(dates)
    }


def test_credits_keep_the_served_order_and_a_name_may_stand_twice(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _read(tx, song("a", artists=["bob", "alice", "bob"]))
        assert _credits(tx) == [("a", 0, "bob"), ("a", 1, "alice"), ("a", 2, "bob")]


@pytest.mark.parametrize("artists", [[], None, "alice", {"0": {"id": "x"}}, [None], [{"id": "", "name": ""}], [[]]])
def test_a_track_without_artists_has_an_unknown_one(warehouse: Warehouse, artists: Any) -> None:
    track = {**song("a"), "artists": artists}
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [Play(at(0), track)])
        merge_plays(tx, me, NOON)
        dimensions.apply_payloads(tx)
        assert _credits(tx) == [("a", 0, "Unknown artist")]
        assert _artists(tx) == [{"artist_id": None, "artist_name": "Unknown artist"}]


def test_artists_are_told_apart_by_id_and_a_name_alone_means_the_one_known_first(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _read(tx, song("a", artists=["alice"]))
        _read(
            tx,
            {**song("b"), "artists": [{"id": "id-other", "name": "alice"}]},
            {**song("c"), "artists": [{"id": None, "name": "alice"}, {"name": "id-alice"}]},
        )
        assert _artists(tx) == [
            {"artist_id": "id-alice", "artist_name": "alice"},
            {"artist_id": "id-other", "artist_name": "alice"},
            {"artist_id": None, "artist_name": "id-alice"},
        ]
        assert _credits(tx)[2:] == [("c", 0, "alice"), ("c", 1, "id-alice")]
        assert tx.execute("select artist_id from bi.tracks where track_id = 'c'").fetchall() == [
            {"artist_id": "id-alice"}
        ]


def test_a_local_file_has_neither_track_id_nor_album_id(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [Play(at(0), local_file("demo"))])
        merge_plays(tx, me, NOON)
        dimensions.apply_payloads(tx)
        rows = tx.execute(
            "select track_id, track_name, artist_id, artist_name, album_id, album_name from bi.plays"
        ).fetchall()
    assert rows == [
        {
            "track_id": None,
            "track_name": "demo",
            "artist_id": None,
            "artist_name": "bob",
            "album_id": None,
            "album_name": "tape",
        }
    ]


def test_a_play_that_came_twice_has_one_track(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        merge_plays(tx, me, NOON)
        dimensions.apply_payloads(tx)
        poll(tx, me, [Play(at(8), song("a", name="Renamed"))])
        merge_plays(tx, me, NOON)
        dimensions.apply_payloads(tx)
        assert tx.execute("select distinct track_name from bi.plays").fetchall() == [{"track_name": "Renamed"}]
