"""What only names tell: artists and albums of exports, until payloads say who and what they are."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import NOON, Told, after, tell
from brapped_assets_tests.warehouse.polled_plays import Play, Row, local_file, newcomer, song

NOBODY: dict[str, Any] = {"artist_id": None}


def told(ref: str | None, *, artist: str = "Alice", album: str | None = None, at: float = 0) -> Told:
    return Told(after(at), 60_000, ref, f"Song {ref or 'x'}", artist, album=album)


def serve(tx: Connection, *tracks: dict[str, Any]) -> None:
    land_tracks(tx, [(track["id"], track) for track in tracks], NOON)
    dimensions.apply_payloads(tx)


def tracks(tx: Connection) -> dict[str, tuple[str | None, str]]:
    """Artist's id and name by track."""
    rows = tx.execute(
        "select track_ref, artist_id, artist_name from star.track_dim join star.artist_dim using (artist_key)"
    ).fetchall()
    return {row["track_ref"]: (row["artist_id"], row["artist_name"]) for row in rows}


def artists(tx: Connection) -> list[tuple[str | None, str]]:
    rows = tx.execute("select artist_id, artist_name from star.artist_dim order by artist_key").fetchall()
    return [(row["artist_id"], row["artist_name"]) for row in rows]


def albums(tx: Connection) -> list[Row]:
    return tx.execute("select album_id, album_name, artist_name from bi.albums order by 2, 1, 3").fetchall()


def test_a_name_becomes_the_artist_as_soon_as_one_of_their_tracks_is_read(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [told("a"), told("b", at=1000)]), ("account", [told(None, at=2000)])])
        bobs = {**local_file("demo"), "artists": [{"id": None, "name": "Alice"}]}
        tell(tx, me, [("poll", [Play(after(3000), bobs)])])
        dimensions.apply_payloads(tx)
        assert artists(tx) == [(None, "Alice")]
        before = tx.execute("select artist_id, artist_name, count(*) as n from bi.plays group by 1, 2").fetchall()
        assert before == [{"artist_id": None, "artist_name": "Alice", "n": 4}]
        serve(tx, song("a", artists=["Alice", "Bob"]))
        assert artists(tx) == [("id-Alice", "Alice"), ("id-Bob", "Bob")]
        assert tx.execute("select artist_id, artist_name, count(*) as n from bi.plays group by 1, 2").fetchall() == [
            {"artist_id": "id-Alice", "artist_name": "Alice", "n": 4}
        ]
        assert tx.execute("select track_id, position, artist_id from bi.track_artists order by 1, 2").fetchall() == [
            {"track_id": "a", "position": 0, "artist_id": "id-Alice"},
            {"track_id": "a", "position": 1, "artist_id": "id-Bob"},
            {"track_id": None, "position": 0, "artist_id": "id-Alice"},
        ]
        # Another play of the local file brings no name back.
        tell(tx, me, [("poll", [Play(after(4000), bobs)])])
        assert artists(tx) == [("id-Alice", "Alice"), ("id-Bob", "Bob")]


def test_whoever_is_hidden_by_name_alone_stays_hidden_under_their_id(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [told("a"), told("b", at=1000), told("c", artist="Various Artists", at=2000)])])
        hide = "insert into insights.hidden (listener_id, artist_key, hidden_at) select %s, artist_key, %s"
        tx.execute(f"{hide} from star.artist_dim", (me, NOON))
        assert tx.execute("select from bi.shown_plays").rowcount == 0
        # The second is somebody's who was never hidden, so nobody is left by that name.
        serve(tx, song("a", artists=["Alice"]), song("c", artists=["Carol"]))
        rows = tx.execute(
            "select artist_id, hidden_at from insights.hidden left join star.artist_dim using (artist_key)"
        )
        assert [tuple(row.values()) for row in rows] == [("id-Alice", NOON)]
        shown = tx.execute("select track_ref from bi.shown_plays join star.track_dim using (track_key)").fetchall()
        assert shown == [{"track_ref": "c"}]


def test_whoever_counts_as_another_by_name_alone_does_so_under_their_id(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [told(name, artist=name, at=n) for n, name in enumerate(("Ann", "Bob", "Cid"))])])
        for heard, other in (("Ann", "Bob"), ("Cid", "Bob")):
            tx.execute(
                "insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
                " select %s, 'artist', h.artist_key, o.artist_key, %s from star.artist_dim h, star.artist_dim o"
                " where h.artist_name = %s and o.artist_name = %s",
                (me, NOON, heard, other),
            )
        serve(tx, song("Ann", artists=["Ann"]), song("Bob", artists=["Bob"]))
        rows = tx.execute(
            "select h.artist_id as heard, h.artist_name, o.artist_id from insights.alias s"
            " join star.artist_dim h on h.artist_key = s.from_key join star.artist_dim o on o.artist_key = s.to_key"
            " order by h.artist_name"
        )
        assert [tuple(row.values()) for row in rows] == [("id-Ann", "Ann", "id-Bob"), (None, "Cid", "id-Bob")]
        shown = tx.execute("select distinct artist_id from bi.shown_plays").fetchall()
        assert shown == [{"artist_id": "id-Bob"}]


def test_an_album_artist_who_is_nobodys_main_artist_goes_when_the_last_track_has_left(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        tell(
            tx,
            newcomer(tx),
            [("extended", [told("a", artist="Various Artists"), told("b", artist="Various Artists", at=1000)])],
        )
        serve(tx, song("a", artists=["Bob", "Alice"]))
        assert tracks(tx) == {"a": ("id-Bob", "Bob"), "b": (None, "Unknown artist")}
        serve(tx, song("b", artists=["Carol"]))
        assert tracks(tx) == {"a": ("id-Bob", "Bob"), "b": ("id-Carol", "Carol")}
        assert sorted(artists(tx)) == [("id-Alice", "Alice"), ("id-Bob", "Bob"), ("id-Carol", "Carol")]


def test_of_two_artists_of_one_name_the_first_known_has_what_only_a_name_tells_and_each_their_own(
    warehouse: Warehouse,
) -> None:
    def alice(ref: str, artist_id: str) -> dict[str, Any]:
        return {**song(ref), "artists": [{"id": artist_id, "name": "Alice"}]}

    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [told("a"), told("b", at=1000), told("c", at=2000)])])
        serve(tx, alice("z", "first"))
        assert set(tracks(tx).values()) == {("first", "Alice")}
        serve(tx, alice("b", "second"))
        tell(tx, me, [("account", [replace(told(None, at=3000), title="Song y")])])
        assert tracks(tx) == {
            **dict.fromkeys(["a", "c", "z", "name:Alice\x1fSong y"], ("first", "Alice")),
            "b": ("second", "Alice"),
        }
        serve(tx, alice("a", "second"), alice("c", "second"))
        assert {tracks(tx)[ref] for ref in "abc"} == {("second", "Alice")}


@pytest.mark.parametrize("nameless_first", [True, False])
def test_nobody_is_taken_for_the_unknown_artist(warehouse: Warehouse, *, nameless_first: bool) -> None:
    nameless = {**song("a"), "artists": [{"id": "id-nameless", "name": None}]}
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        if nameless_first:
            serve(tx, nameless)
        tell(tx, me, [("poll", [Play(after(5000), {**local_file("demo"), "artists": []})])])
        tell(tx, me, [("extended", [told("b", artist="")])])
        serve(tx, nameless)
        assert tracks(tx) == {
            "a": ("id-nameless", "Unknown artist"),
            "b": (None, "Unknown artist"),
            "spotify:local:bob:tape:demo:180": (None, "Unknown artist"),
        }


def test_an_album_is_there_from_the_import_on_and_its_own_row_replaces_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        files = [told("a", album="Dawn"), told("b", album="Dawn", at=1000), told("c", at=2000)]
        tell(tx, newcomer(tx), [("extended", files)])
        provisional = {"album_id": None, "album_name": "Dawn", "artist_name": "Alice"}
        assert albums(tx) == [provisional]
        for view in ("plays", "tracks"):
            assert tx.execute(f"select track_id, album_id, album_name from bi.{view} order by track_id").fetchall() == [
                {"track_id": "a", "album_id": None, "album_name": "Dawn"},
                {"track_id": "b", "album_id": None, "album_name": "Dawn"},
                {"track_id": "c", "album_id": None, "album_name": None},
            ]
        served = {"id": "id-dawn", "name": "Dawn (Deluxe)", "artists": [{"name": "Alice"}]}
        serve(tx, song("a", artists=["Alice"], album=served))
        real = {"album_id": "id-dawn", "album_name": "Dawn (Deluxe)", "artist_name": "Alice"}
        assert albums(tx) == [provisional, real]
        serve(tx, song("b", artists=["Alice"], album=served))
        assert albums(tx) == [real]
        # A later export's other opinion counts no more.
        tell(tx, newcomer(tx, "you"), [("extended", [replace(files[0], album="Alpha")])])
        assert albums(tx) == [real]


EXPORTED = [told(ref, artist=artist, album=album) for ref, artist in (("a", "Alice"), ("b", "Alice"), ("c", "Bob"))
            for album in ("Dawn", "Dusk", "Noon", None)]  # fmt: skip
SERVED = [
    song("a", artists=["Alice"]),
    song("a", artists=["Alice", "Bob"], album=None),
    song("b", artists=["Carol", "Alice"]),
    song("c", artists=["Bob"], album=None),
    song("d", artists=["Bob"]),
]
STEPS = st.lists(
    st.one_of(st.lists(st.sampled_from(EXPORTED), min_size=1, max_size=4), st.sampled_from(SERVED)),
    min_size=2,
    max_size=6,
)


def known(tx: Connection) -> list[Row]:
    """What the public views say of tracks and their albums, but for what only plays tell."""
    return tx.execute(
        "select track_id, artist_id, artist_name, featured_artists, album_id, album_name from bi.tracks order by 1"
    ).fetchall()


@examples(8)
@given(data=st.data())
def test_albums_and_artists_are_the_same_whatever_comes_first(warehouse: Warehouse, data: st.DataObject) -> None:
    # Of two payloads of one track the newer counts, so here is only one of them.
    other = data.draw(st.sampled_from(SERVED[:2]))
    steps = [step for step in data.draw(STEPS) if step != other]
    outcomes = []
    for order in (steps, data.draw(st.permutations(steps))):
        with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
            me = newcomer(tx)
            for step in order:
                if isinstance(step, dict):
                    serve(tx, step)
                else:
                    tell(tx, me, [("extended", [one]) for one in step])
            dimensions.apply_payloads(tx)
            outcomes.append((known(tx), albums(tx), sorted(artists(tx), key=str)))
    assert outcomes[0] == outcomes[1]
