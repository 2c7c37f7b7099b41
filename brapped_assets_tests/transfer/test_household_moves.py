"""A household's exports into a new home: what is shared between its people comes back as it was, and in its order."""

from pathlib import Path

from brapped_assets.warehouse import exported_records
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.transfer.test_exporter import NOW, another, exported, imported
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import Play, at, newcomer, page, song

__all__ = ["another"]

SHARED = {"id": "shared", "name": "Shared", "artists": [{"id": "id-alice", "name": "alice"}], "total_tracks": 3}


def heard(tx: Connection, listener_id: int, *tracks: dict[str, object]) -> None:
    land(tx, page(listener_id, [Play(at(nth), track) for nth, track in enumerate(tracks)]))
    merge_plays(tx, listener_id, at(9))
    apply_payloads(tx)


def told(tx: Connection, listener_id: int) -> dict[str, list[str]]:
    """All records, in the order of an export."""
    return {table: list(exported_records.records(tx, table, listener_id)) for table in exported_records.PORTABLE}


def test_of_two_people_who_share_an_album_a_second_export_is_as_the_first_to_the_line(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        ann, bob = newcomer(tx, "ann"), newcomer(tx, "bob")
        # Known in another order than that of their ids.
        heard(tx, ann, song("a", album=SHARED), song("z", artists=["zoe"]))
        heard(tx, ann, song("m", artists=["ada"]), song("k", artists=["ida"]))
        heard(tx, bob, song("b", album=SHARED))
        for what in ("track", "artist"):
            tx.execute(f"insert into insights.hidden (listener_id, {what}_key, hidden_at)"
                       f" select %s, star.{what}s_of(%s), %s order by 2 desc", (ann, ann, NOW))  # fmt: skip
        before = {name: told(tx, who) for name, who in (("ann", ann), ("bob", bob))}
    assert len(before["ann"]["insights.hidden"]) == 8
    archives = {name: exported(warehouse, who, tmp_path / f"{name}.zip") for name, who in (("ann", ann), ("bob", bob))}
    there = {name: imported(another, path)[0] for name, path in archives.items()}
    with another.transaction() as tx:
        assert {name: told(tx, who) for name, who in there.items()} == before
        # What the album was read from is known again, and told by the one alone who played it.
        (album,) = tx.execute("select p.track_ref from star.album_dim join raw.track_payload p using (payload_key)"
                              " where album_ref = 'shared'").fetchall()  # fmt: skip
        assert album["track_ref"] == "b"


def test_an_album_known_by_name_alone_learns_the_rest_from_an_export_of_ours(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        ann = newcomer(tx, "ann")
        tell(tx, ann, [("extended", [Told(at(0), 40_000, album="Tape")])])
        tx.execute("update star.album_dim set image_url = 'https://i/x', album_type = 'single', total_tracks = 1")
        before = told(tx, ann)["star.album_dim"]
    with another.transaction() as tx:
        tell(tx, newcomer(tx, "bob"), [("extended", [Told(at(0), 40_000, album="Tape")])])
    restored, _ = imported(another, exported(warehouse, ann, tmp_path / "ann.zip"))
    with another.transaction() as tx:
        assert told(tx, restored)["star.album_dim"] == before


def test_of_two_artists_of_one_name_an_import_means_the_same_after_a_move(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        ann = newcomer(tx, "ann")
        heard(tx, ann, {**song("a"), "artists": [{"id": "z-first", "name": "Twin"}]})
        heard(tx, ann, {**song("b"), "artists": [{"id": "a-second", "name": "Twin"}]})
    imported(another, exported(warehouse, ann, tmp_path / "ann.zip"))
    for home in (warehouse, another):
        with home.transaction() as tx:
            (meant,) = tx.execute("select artist_id from star.artist_of(null, 'Twin')"
                                  " join star.artist_dim using (artist_key)").fetchall()  # fmt: skip
        assert meant["artist_id"] == "z-first"


def test_what_was_hidden_after_forgetting_stays_hidden_in_an_export_of_then(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        ann = newcomer(tx, "ann")
        heard(tx, ann, song("a"), song("b"))
    old = exported(warehouse, ann, tmp_path / "before.zip")
    forget(warehouse, ann, before=at(0.5), now=NOW)
    with warehouse.transaction() as tx:
        # A playlist that nobody played yet, and an hour that begins in what is forgotten.
        tx.execute("insert into insights.hidden (listener_id, context_uri, hidden_at)"
                   " values (%s, 'spotify:playlist:1', %s)", (ann, NOW))  # fmt: skip
        tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)"
                   " values (%s, %s, %s, %s)", (ann, at(0), at(60), NOW))  # fmt: skip
        before = told(tx, ann)
    since = exported(warehouse, ann, tmp_path / "since.zip")
    for home in (another, warehouse):
        me, _ = imported(home, since)
        with home.transaction() as tx:
            assert told(tx, me) == before
    # One of before tells what is forgotten, and that goes again.
    imported(warehouse, old)
    with warehouse.transaction() as tx:
        assert told(tx, ann)["star.track_dim"] == before["star.track_dim"]
