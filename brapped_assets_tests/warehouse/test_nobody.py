"""Nobody is called "Various Artists": not in an export, not in a payload, and not in what was stored before."""

from typing import Any
from unicodedata import normalize

import pytest

from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.lookup_queue import TRACKS
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import Told, after, natural, tell
from brapped_assets_tests.warehouse.polled_plays import NOON as TODAY
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, song
from brapped_assets_tests.warehouse.test_names import artists, serve, tracks

SPOTIFYS_ID = "0LyfQWJT6nXafLPZqxke9J"
NOBODIES = (
    "Various Artists", "Various", "Verschiedene Künstler", "Verschiedene Interpreten", "Varios Artistas",
    "Artistes Divers", "Multi-interprètes", "Vários Artistas", "Vários intérpretes", "Artisti Vari",
    "Diverse artiesten", "Diverse artister", "Eri esittäjiä", "Různí interpreti", "Różni wykonawcy",
    "Különböző előadók", "Razni izvođači", "Разные исполнители", "Різні виконавці", "Διάφοροι Καλλιτέχνες",
    "Çeşitli Sanatçılar",  # noqa: RUF001
    "فنانون متنوعون", "אמנים שונים", "विभिन्न कलाकार", "Nhiều nghệ sĩ", "Berbagai Artis",
    "群星", "合輯", "オムニバス", "ヴァリアス・アーティスト", "여러 아티스트", "V.A.", "Unknown Artist", "<unknown>",
)  # fmt: skip
SOMEBODIES = (
    "Alice", "The Various Artists Band", "Variety", "Unknown Mortal Orchestra", "Diversity", "AC/DC", "!!!", "群星會",
    "Artist", "Va Va Voom", "Anonymous", "オムニバス・バンド", "Разные люди", "Nobody",
)  # fmt: skip


def spellings(name: str) -> set[str]:
    """The same name as others write it."""
    plain = "".join(letter for letter in normalize("NFD", name) if letter.isascii()) if name.isascii() else name
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in plain)
    spaced = name.replace(" ", "\N{NO-BREAK SPACE} ")
    return {
        name, name.upper(), name.lower(), name.swapcase(), normalize("NFD", name), normalize("NFC", name), wide,
        f"  {spaced}\t", f"\N{ZERO WIDTH SPACE}{name}", name.replace("-", "\N{NON-BREAKING HYPHEN}"),
        name.replace(" ", ""),
    }  # fmt: skip


def told(ref: str | None, artist: str, *, at: float = 0, title: str = "", album: str | None = "Hits") -> Told:
    return Told(after(at), 60_000, ref, title or f"Song {ref}", artist, album=album)


def compiled(ref: str, *, title: str = "", album: str = "Hits", artists: list[dict[str, Any]] | None = None) -> Any:
    """A track of a compilation as Spotify serves it: its own credits, and nobody's for the album."""
    nobody = [{"id": SPOTIFYS_ID, "name": "Various Artists"}]
    of = {"id": f"album of {ref}", "name": album, "artists": nobody}
    found = {**song(ref), "name": title or f"Song {ref}", "album": of}
    return found if artists is None else {**found, "artists": artists}


def test_a_name_that_is_nobodys_is_known_however_it_is_written(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        written = sorted({spelling for name in NOBODIES for spelling in spellings(name)})
        others = sorted({spelling for name in SOMEBODIES for spelling in spellings(name)})
        asked = "select name, star.is_nobody(%s, name) as is_nobody from unnest(%s::text[]) name"
        for artist_id in (None, "id"):
            rows = tx.execute(asked, (artist_id, written)).fetchall()
            assert [row["name"] for row in rows if not row["is_nobody"]] == []
            rows = tx.execute(asked, (artist_id, others)).fetchall()
            assert [row["name"] for row in rows if row["is_nobody"]] == []
        # Without any name nobody is meant, but an id is somebody's whose name was not told; Spotify's own is nobody's.
        empty = [tx.execute(asked, (None, ["", " \N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"])).fetchall(),
                 tx.execute(asked, (SPOTIFYS_ID, ["", "Whatever"])).fetchall()]  # fmt: skip
        assert {row["is_nobody"] for rows in empty for row in rows} == {True}
        assert not any(row["is_nobody"] for row in tx.execute(asked, ("id", ["", " "])).fetchall())


def test_a_track_of_a_compilation_has_the_unknown_artist_until_its_own_credits_are_known(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        plays = [told("a", "Verschiedene Interpreten"), *(told("b", "群星", at=100 * n) for n in range(1, 4))]
        tell(tx, me, [("extended", plays), ("extended", [told("c", "Alice", at=900)])])
        assert tracks(tx) == {"a": (None, "Unknown artist"), "b": (None, "Unknown artist"), "c": (None, "Alice")}
        assert sorted(artists(tx)) == [(None, "Alice"), (None, "Unknown artist")]
        rows = tx.execute("select artist_name, is_known from bi.artists order by 1").fetchall()
        assert rows == [
            {"artist_name": "Alice", "is_known": True}, {"artist_name": "Unknown artist", "is_known": False},
        ]  # fmt: skip
        assert tx.execute("select count(*) as n from bi.plays where artist_key is null").fetchall() == [{"n": 0}]
        # Albums are still by whom they say they are.
        assert {row["artist_name"] for row in tx.execute("select artist_name from bi.albums").fetchall()} == {
            "Verschiedene Interpreten", "群星", "Alice",
        }  # fmt: skip
        assert TRACKS.due(tx, TODAY, 10) == ["b", "a", "c"]
        serve(tx, compiled("a", artists=[{"id": "id-Bob", "name": "Bob"}]))
        assert tracks(tx) == {"a": ("id-Bob", "Bob"), "b": (None, "Unknown artist"), "c": (None, "Alice")}


@pytest.mark.parametrize(
    ("credited", "expected"),
    [
        ([(SPOTIFYS_ID, "Various Artists")], [(None, "Unknown artist")]),
        ([(SPOTIFYS_ID, "Verschiedene Interpreten"), ("id-Carol", "Carol")], [("id-Carol", "Carol")]),
        ([("id-Carol", "Carol"), ("x", "VARIOUS"), ("id-Dan", "Dan")], [("id-Carol", "Carol"), ("id-Dan", "Dan")]),
        ([(None, "여러 아티스트"), (SPOTIFYS_ID, "")], [(None, "Unknown artist")]),
        ([("id-shy", None)], [("id-shy", "Unknown artist")]),
    ],
)  # fmt: skip
def test_who_is_credited_as_nobody_is_left_out_of_the_credits(
    warehouse: Warehouse, credited: list[tuple[str | None, str | None]], expected: list[tuple[str | None, str]]
) -> None:
    served = compiled("a", artists=[{"id": artist_id, "name": name} for artist_id, name in credited])
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx), [("poll", [Play(after(0), served)])])
        assert tracks(tx) == {"a": expected[0]}
        dimensions.apply_payloads(tx)
        rows = tx.execute("select a.artist_id, a.artist_name from star.track_artist c join star.artist_dim a"
                          " on a.artist_key = c.artist_key order by c.position").fetchall()  # fmt: skip
        assert [(row["artist_id"], row["artist_name"]) for row in rows] == expected
        assert sorted(artists(tx), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("exported_first", quick_of(1, [True, False]))
@pytest.mark.parametrize(
    ("exported", "rows"),
    [
        (("extended", told("a", "Various Artists", at=10)), 1),
        # Another id of it; the same album by nobody, in any language. Account data tells no album.
        (("extended", told("b", "Various Artists", at=10, title="Intro")), 1),
        (("extended", told("b", "Różni wykonawcy", at=10, title="intro", album="HITS")), 1),
        (("account", told(None, "Various Artists", at=-30, title="Intro")), 1),
        # Another track of that title, of another compilation.
        (("extended", told("b", "Various Artists", at=10, title="Intro", album="More Hits")), 2),
        (("extended", told("b", "Verschiedene Künstler", at=10, title="Intro", album="More Hits")), 2),
    ],
)
def test_a_compilations_exported_play_is_the_polled_one_of_the_same_track_and_of_no_other(
    warehouse: Warehouse, exported: Any, rows: int, *, exported_first: bool
) -> None:
    kind, play = exported
    play = play if kind == "extended" else Told(play.ended_at, 60_000, None, play.title, play.artist)
    polled = ("poll", [Play(after(0), compiled("a", title="Intro", artists=[{"id": "id-Bob", "name": "Bob"}]))])
    batches: list[Any] = [polled, (kind, [play])]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, reversed(batches) if exported_first else batches)
        found = natural(tx, me)
        assert len(found) == rows
        assert [row.api_at for row in found if row.api_at] == [after(0)]
        assert sum(row.export_at is not None for row in found) == 1
