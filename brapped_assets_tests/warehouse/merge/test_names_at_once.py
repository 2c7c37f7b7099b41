"""Artists and albums known by name, while merges and readers of payloads work at the same time."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

from brapped_assets.warehouse.check_queries import verify
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets_tests.warehouse.concurrent_work import in_transaction, wait_until_waiting
from brapped_assets_tests.warehouse.exported_plays import NOON, Told, after, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer, song

REAL = song("a", artists=["Alice"])


def _import(tx: Connection, listener_id: int, *refs: str, artist: str = "Alice", album: str = "Dawn") -> None:
    told = [
        Told(after(1000 * number), 60_000, ref, f"Song {ref}", artist, album=album) for number, ref in enumerate(refs)
    ]
    tell(tx, listener_id, [("extended", told)])


def _serve(tx: Connection, *tracks: dict[str, Any]) -> None:
    land_tracks(tx, [(track["id"], track) for track in tracks], NOON)
    apply_payloads(tx)


def _found(tx: Connection) -> dict[str, tuple[str | None, str | None]]:
    """Artist's and album's id by track."""
    rows = tx.execute("select track_id, artist_id, album_id from bi.tracks").fetchall()
    return {row["track_id"]: (row["artist_id"], row["album_id"]) for row in rows}


def _provisional(tx: Connection) -> tuple[int, int]:
    row = tx.execute(
        "select (select count(*)::int from star.artist_dim where artist_id is null) as artists,"
        " (select count(*)::int from star.album_dim where album_id is null) as albums"
    ).fetchone()
    assert row is not None
    return row["artists"], row["albums"]


def _offending(tx: Connection) -> int:
    claim = "every_play_has_track_and_artist"
    return verify(tx, claim, since=NOON - timedelta(days=1), now=NOON, budget=1).offending


def test_a_name_that_a_merge_has_found_stays_until_the_merge_is_done(warehouse: Warehouse, other: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        _import(tx, me, "a")
    with warehouse.transaction() as tx:
        _import(tx, me, "n")
        with other.transaction(lock_seconds=1) as theirs:
            # Nobody waits, and neither name goes: the new track is on both.
            _serve(theirs, REAL)
            assert _provisional(theirs) == (1, 1)
    with other.transaction() as tx:
        assert _found(tx) == {"a": ("id-Alice", "album-a"), "n": (None, None)}
        assert apply_payloads(tx) == 0
        assert _found(tx) == {"a": ("id-Alice", "album-a"), "n": ("id-Alice", None)}
        assert (_provisional(tx), _offending(tx)) == ((0, 1), 0)


def test_a_merge_that_begins_while_names_are_folded_finds_who_they_became(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        _import(tx, me, "a")
    with warehouse.transaction() as tx:
        _serve(tx, REAL)
        second: Future[None] = threads.submit(in_transaction, other, lambda theirs: _import(theirs, me, "n"))
        wait_until_waiting(tx, second)
    second.result()
    with warehouse.transaction() as tx:
        assert _found(tx) == {"a": ("id-Alice", "album-a"), "n": ("id-Alice", None)}
        assert (_provisional(tx), _offending(tx)) == ((0, 1), 0)


def test_imports_and_readers_of_payloads_in_any_entanglement_leave_nothing_dangling(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    names, refs = ["Alice", "Bob", "Carol"], [f"t{number}" for number in range(40)]
    artist_of = {ref: names[number % 3] for number, ref in enumerate(refs)}
    with warehouse.transaction() as tx:
        listeners = [newcomer(tx, f"listener {number}") for number in range(2)]

    def work(mine: Warehouse, listener_id: int) -> None:
        rng = Random(listener_id)
        for _ in range(40):
            some = rng.sample(refs, 3)
            with mine.transaction() as tx:
                if rng.random() < 0.5:
                    _serve(tx, *(song(ref, artists=[artist_of[ref]]) for ref in some))
                else:
                    album = rng.choice(["Dawn", "Dusk", "Noon"])
                    _import(tx, listener_id, *some, artist=artist_of[some[0]], album=album)

    runs = [threads.submit(work, one, who) for one, who in zip((warehouse, other), listeners, strict=True)]
    for run in runs:
        run.result()
    with warehouse.transaction() as tx:
        assert _offending(tx) == 0
        _serve(tx, *(song(ref, artists=[artist_of[ref]]) for ref in refs))
        assert _found(tx) == {ref: (f"id-{artist_of[ref]}", f"album-{ref}") for ref in refs}
        assert (_provisional(tx), _offending(tx)) == ((0, 0), 0)
