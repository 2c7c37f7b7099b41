"""Artists are asked for one by one, most played first; and Spotify's own ranking of them."""

from datetime import date, datetime, timedelta
from typing import Any

from brapped_assets.warehouse import dimensions, forgetting
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets.warehouse.lookup_queue import ARTISTS, LEASE, Backlog, backlog
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.warehouse.polled_plays import NOON, Play, Row, at, local_file, newcomer, poll, song

DAY = timedelta(days=1)


def _artists(tx: Connection, columns: str) -> list[Row]:
    return tx.execute(f"select {columns} from star.artist_dim order by artist_id, artist_name").fetchall()


def _two_artists(tx: Connection) -> int:
    """Bob is played twice, alice once; carol is only featured."""
    me = newcomer(tx)
    poll(tx, me, [Play(at(0), song("a", artists=["alice", "carol"])), *_by_bob(at(4), at(8))])
    merge_plays(tx, me, NOON)
    dimensions.apply_payloads(tx)
    return me


def _by_bob(*instants: datetime) -> list[Play]:
    return [Play(instant, song("b", artists=["bob"])) for instant in instants]


def test_whoever_is_played_most_is_asked_for_first(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _two_artists(tx)
        poll(tx, 1, [Play(at(12), local_file("demo"))])
        merge_plays(tx, 1, NOON)
        assert ARTISTS.due(tx, NOON, 10) == ["id-bob", "id-alice", "id-carol"]
        assert ARTISTS.due(tx, NOON, 1) == ["id-bob"]


def test_an_artist_is_leased_to_one_run_at_a_time_and_due_again_when_the_lease_ends(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _two_artists(tx)
        assert ARTISTS.lease(tx, "id-bob", NOON)
        assert not ARTISTS.lease(tx, "id-bob", NOON + timedelta(minutes=9))
        assert ARTISTS.due(tx, NOON, 10) == ["id-alice", "id-carol"]
        assert ARTISTS.lease(tx, "id-bob", NOON + LEASE)


def test_a_released_artist_is_due_at_once(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _two_artists(tx)
        ARTISTS.lease(tx, "id-bob", NOON)
        ARTISTS.release(tx, "id-bob", NOON)
        assert ARTISTS.due(tx, NOON, 1) == ["id-bob"]


def test_a_saved_artist_is_due_again_after_90_days_and_keeps_what_is_left_out(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _two_artists(tx)
        dimensions.save_artist(tx, "id-bob", name="Bob", genres=["folk", "jazz"], image_url="https://i/b", now=NOON)
        assert "id-bob" not in ARTISTS.due(tx, NOON + 90 * DAY - timedelta(seconds=1), 10)
        assert "id-bob" in ARTISTS.due(tx, NOON + 90 * DAY, 10)
        dimensions.save_artist(tx, "id-bob", name=None, genres=[], image_url=None, now=NOON + 90 * DAY)
        assert _artists(tx, "artist_name, genres, image_url, asked_at, ask_again_at, is_unknown")[1] == {
            "artist_name": "Bob",
            "genres": "folk, jazz",
            "image_url": "https://i/b",
            "asked_at": NOON + 90 * DAY,
            "ask_again_at": NOON + 180 * DAY,
            "is_unknown": False,
        }


def test_an_artist_spotify_does_not_know_is_asked_for_again_after_a_month(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _two_artists(tx)
        ARTISTS.mark_unknown(tx, "id-bob", NOON)
        assert "id-bob" not in ARTISTS.due(tx, NOON + 29 * DAY, 10)
        assert "id-bob" in ARTISTS.due(tx, NOON + 30 * DAY, 10)
        dimensions.save_artist(tx, "id-bob", name="Bob", genres=[], image_url=None, now=NOON + 30 * DAY)
        assert _artists(tx, "is_unknown")[1] == {"is_unknown": False}


def test_the_backlog_counts_what_waits_and_says_when_the_next_falls_due(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        assert backlog(tx, NOON) == Backlog(0, 0, 0, None)
        _two_artists(tx)
        land_tracks(tx, [("z", song("z"))], NOON)
        assert backlog(tx, NOON) == Backlog(1, 0, 3, None)
        ARTISTS.mark_unknown(tx, "id-bob", NOON)
        dimensions.save_artist(tx, "id-alice", name=None, genres=[], image_url=None, now=NOON)
        assert backlog(tx, NOON) == Backlog(1, 0, 1, NOON + 30 * DAY)
        assert backlog(tx, NOON + 30 * DAY) == Backlog(1, 0, 2, NOON + 90 * DAY)


def test_spotifys_ranking_asked_for_twice_a_day_keeps_one_answer(warehouse: Warehouse) -> None:
    today, before = date(2026, 11, 21), date(2026, 11, 20)

    def ranked(tx: Connection) -> list[tuple[Any, ...]]:
        rows = tx.execute(
            "select taken_on, kind, time_range, rank, coalesce(artist_id, track_ref) as id from star.spotify_top"
            " left join star.artist_dim using (artist_key) left join star.track_dim using (track_key)"
            " order by 1, 2, 3, 4"
        ).fetchall()
        return [tuple(row.values()) for row in rows]

    with warehouse.transaction() as tx:
        me = _two_artists(tx)
        first = [("artists", "short_term", 1, "id-bob"), ("artists", "short_term", 2, "id-alice")]
        second = [("artists", "short_term", 1, "id-alice"), ("tracks", "long_term", 1, "a")]
        assert dimensions.save_top(tx, me, before, first) == 2
        assert dimensions.save_top(tx, me, today, first) == 2
        assert dimensions.save_top(tx, me, today, second) == 2
        assert ranked(tx) == [
            (before, "artists", "short_term", 1, "id-bob"),
            (before, "artists", "short_term", 2, "id-alice"),
            (today, "artists", "short_term", 1, "id-alice"),
            (today, "tracks", "long_term", 1, "a"),
        ]
        assert tx.execute("select count(*) as n from star.streaming_fact").fetchone() == {"n": 3}


def test_what_is_played_most_comes_first_however_its_plays_came_in(warehouse: Warehouse) -> None:
    """Each look counts the plays since the last one; a listener who is forgotten is counted out again."""
    with warehouse.transaction() as tx:
        me = _two_artists(tx)
        assert ARTISTS.due(tx, NOON, 10) == ["id-bob", "id-alice", "id-carol"]
        you = newcomer(tx, "yours")
        poll(tx, you, [Play(at(100 + n), song("a", artists=["alice", "carol"])) for n in range(3)])
        merge_plays(tx, you, NOON)
        for _ in range(2):
            assert ARTISTS.due(tx, NOON, 10) == ["id-alice", "id-bob", "id-carol"]
        weights = "select track_ref, plays from audit.lookup_weight join star.track_dim using (track_key) order by 1"
        assert tx.execute(weights).fetchall() == [{"track_ref": "a", "plays": 4}, {"track_ref": "b", "plays": 2}]
        forgetting.remove(tx, you, before=None, now=NOON)
        assert ARTISTS.due(tx, NOON, 10) == ["id-bob", "id-alice", "id-carol"]
        forgetting.remove(tx, me, before=None, now=NOON)
        assert ARTISTS.due(tx, NOON, 10) == []
        assert tx.execute(weights).fetchall() == []
