"""Tracks that only an export names are looked up one by one, most played first; never what anything has served."""

from datetime import timedelta
from typing import Any

from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets.warehouse.lookup_queue import ARTISTS, ASK_FAILED_AFTER, LEASE, REST, TRACKS, Backlog, backlog
from brapped_assets_tests.warehouse.exported_plays import NOON, Told, after, tell
from brapped_assets_tests.warehouse.polled_plays import Play, local_file, newcomer, poll, song

DAY = timedelta(days=1)


def exported(tx: Connection, tracks: str, listener_id: int | None = None) -> int:
    """An export with one play for each letter, which is the id of its track."""
    me = listener_id or newcomer(tx)
    told = [Told(after(1000 * number), 60_000, ref, f"Song {ref}") for number, ref in enumerate(tracks)]
    tell(tx, me, [("extended", told)])
    return me


def serve(tx: Connection, asked_for: str, track: dict[str, Any]) -> None:
    """An answer landed and read."""
    land_tracks(tx, [(asked_for, track)], NOON)
    dimensions.apply_payloads(tx)


def test_the_most_played_of_all_listeners_is_due_first_and_what_has_no_id_never(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = exported(tx, "abbc")
        exported(tx, "ccc", newcomer(tx, "you"))
        tell(tx, me, [("account", [Told(after(9000), 60_000, None, "Song z")])])
        tell(tx, me, [("poll", [Play(after(9100), local_file("demo"))])])
        assert TRACKS.due(tx, NOON, 10) == ["c", "b", "a"]
        assert TRACKS.due(tx, NOON, 2) == ["c", "b"]


def test_a_track_that_was_polled_is_never_due_whether_its_payload_is_read_or_not(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = exported(tx, "ab")
        poll(tx, me, [Play(after(5000), song("a"))])
        assert TRACKS.due(tx, NOON, 10) == ["b"]
        assert backlog(tx, NOON) == Backlog(payloads=1, tracks=1, artists=0, next_due_at=None)
        dimensions.apply_payloads(tx)
        assert TRACKS.due(tx, NOON, 10) == ["b"]
        assert not TRACKS.lease(tx, "a", NOON)


def test_a_track_is_leased_released_set_aside_and_marked_as_an_artist_is(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        exported(tx, "a")
        assert TRACKS.lease(tx, "a", NOON)
        assert not TRACKS.lease(tx, "a", NOON + LEASE - timedelta(seconds=1))
        assert TRACKS.due(tx, NOON, 1) == []
        assert TRACKS.due(tx, NOON + LEASE, 1) == ["a"]
        TRACKS.release(tx, "a", NOON)
        assert TRACKS.due(tx, NOON, 1) == ["a"]
        TRACKS.set_aside(tx, "a", NOON)
        assert backlog(tx, NOON) == Backlog(0, 0, 0, NOON + ASK_FAILED_AFTER)
        TRACKS.mark_unknown(tx, "a", NOON)
        assert backlog(tx, NOON) == Backlog(0, 0, 0, NOON + 30 * DAY)
        assert TRACKS.due(tx, NOON + 30 * DAY, 1) == ["a"]
        marked = tx.execute("select track_id, is_unknown, ask_again_at from star.track_dim").fetchall()
        assert marked == [{"track_id": "a", "is_unknown": True, "ask_again_at": NOON + 30 * DAY}]


def test_what_was_served_is_known_for_ever(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        exported(tx, "a")
        TRACKS.mark_unknown(tx, "a", NOON)
        serve(tx, "a", song("a", artists=["Alice"]))
        assert tx.execute("select track_id, is_unknown, ask_again_at from star.track_dim").fetchall() == [
            {"track_id": "a", "is_unknown": False, "ask_again_at": None}
        ]
        assert TRACKS.due(tx, NOON + 1000 * DAY, 1) == []
        # Too late: a run that asked for it all the same changes nothing.
        TRACKS.set_aside(tx, "a", NOON)
        TRACKS.mark_unknown(tx, "a", NOON)
        assert backlog(tx, NOON + 1000 * DAY) == Backlog(0, 0, 1, None)


def test_a_track_that_answers_with_another_id_keeps_its_own_beside_that_other_one(warehouse: Warehouse) -> None:
    answer = song("new", artists=["Alice"], external_ids={"isrc": "DEAB12345678"})
    known = {"track_name": "Song new", "album_name": "Album new", "isrc": "DEAB12345678", "artist_id": "id-Alice"}
    for order in (["new", "old"], ["old", "new"], ["old"]):
        with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
            tell(tx, newcomer(tx), [("extended", [Told(after(0), 60_000, "old", "Song new")])])
            for ref in order:
                # Letter for letter the same, asked for as two.
                serve(tx, ref, answer)
            assert TRACKS.due(tx, NOON, 10) == []
            rows = tx.execute(
                "select track_id, track_name, album_name, isrc, artist_id from bi.tracks order by 1 desc"
            ).fetchall()
            assert rows == [{"track_id": ref, **known} for ref in sorted(order, reverse=True)]
            assert tx.execute("select track_id, duration_ms from bi.plays").fetchall() == [
                {"track_id": "old", "duration_ms": 200_000}
            ]


def test_after_several_failures_all_of_a_kind_rest_for_an_hour_and_no_other(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        exported(tx, "ab")
        serve(tx, "a", song("a", artists=["Alice"]))
        TRACKS.rest(tx, NOON)
        assert (TRACKS.rests_until(tx, NOON), ARTISTS.rests_until(tx, NOON)) == (NOON + REST, None)
        assert (TRACKS.due(tx, NOON, 1), ARTISTS.due(tx, NOON, 1)) == ([], ["id-Alice"])
        assert TRACKS.due(tx, NOON + REST, 1) == ["b"]
        # What a clock stored that was ahead.
        assert TRACKS.due(tx, NOON - timedelta(seconds=1), 1) == ["b"]
        TRACKS.rest(tx, NOON + DAY)
        assert TRACKS.rests_until(tx, NOON + DAY) == NOON + DAY + REST
