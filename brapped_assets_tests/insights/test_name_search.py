"""Search: any script, without accents, the best name first and then the most played."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.name_search import cleaned, is_enough, search
from brapped_assets.insights.viewer import viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.items_plays import MOMENTS, NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer


def titles(tx: Connection, me: int, names: dict[str, int]) -> None:
    """Tracks of these titles, played so many times; nothing else has a name."""
    tx.execute("delete from star.track_artist")
    tx.execute("delete from star.track_dim")
    tx.execute("update star.artist_dim set artist_name = '—' || artist_key")
    tx.execute("update star.album_dim set album_name = '—'")
    for key, (name, times) in enumerate(names.items(), 1):
        tx.execute(
            "insert into star.track_dim (track_key, track_ref, track_name, artist_key) overriding system value"
            " values (%s, %s, %s, 1)",
            (key, f"t{key}", name),
        )
        play(tx, me, [Told(MOMENTS[0] + timedelta(minutes=n), key, 60_000) for n in range(times)])


def found(tx: Connection, typed: str, limit: int = 8) -> list[str]:
    who = viewer(tx, NOW)
    assert who is not None
    return [hit.name for hit in search(tx, who, cleaned(typed), limit)]


@pytest.mark.parametrize(
    ("name", "typed"),
    quick_of(
        12,
        [
            ("Beyoncé", "beyonce"),
            ("Beyonce", "BEYONCÉ"),
            ("Ólafur Arnalds", "olafur"),
            ("Mø", "mo"),
            ("Straße", "strasse"),
            ("STRASSE", "straße"),
            ("Æther", "aether"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("ΟΔΟΣ", "οδός"),
            ("Чайковский", "чайковскии"),
            ("सितारे", "सित"),
            ("ज़िन्दगी", "जिन्दगी"),
            ("夜に駆ける", "夜に"),
            ("ﾊﾟｰﾃｨｰ", "パーティー"),
            ("사랑", "사라"),
            ("حُبّ", "حب"),
            ("أحبك", "احبك"),
            ("שָׁלוֹם", "שלום"),
            ("🔥💜", "💜"),
            ("Ｆｕｌｌ", "full"),  # noqa: RUF001 - wide letters
            ("Don’t Stop", "don't"),
            (r"100%_\o/", r"%_\o"),
            ("AC/DC", "dc"),
            ("爱", "爱"),
            ("no\u00a0break", "no break"),
        ],
    ),
)
def test_a_name_is_found_in_any_script_with_or_without_accents(warehouse: Warehouse, name: str, typed: str) -> None:
    with warehouse.transaction() as tx:
        titles(tx, know(tx, "UTC"), {name: 1, "Something else": 1})
        assert found(tx, typed) == [name]


def test_the_whole_name_comes_first_then_its_beginning_then_a_words_then_any_place(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        names = {"Rain": 0, "Rainy": 1, "The (Rain)": 2, "Train": 5, "Raindrops": 2, "Purple Rain": 2, "Grain": 5}
        titles(tx, know(tx, "UTC"), names)
        assert found(tx, "rain") == ["Rain", "Raindrops", "Rainy", "The (Rain)", "Purple Rain", "Train", "Grain"]
        assert found(tx, "rain", 3) == ["Rain", "Raindrops", "Rainy"]


def test_what_patterns_are_made_of_is_text(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        titles(tx, know(tx, "UTC"), {"100% pure": 1, "100 pure": 1, "snake_case": 1, "snakeXcase": 1, "back\\slash": 1})
        assert [found(tx, typed) for typed in ("0%", "e_c", "\\s", "%%", "__", "'; drop table")] == [
            ["100% pure"], ["snake_case"], ["back\\slash"], [], [], [],
        ]  # fmt: skip


def test_artists_and_albums_are_found_too_and_artists_without_a_credit_are_not(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        play(tx, me, [Told(MOMENTS[0], 1, 60_000), Told(MOMENTS[0], 4, 60_000), Told(MOMENTS[0], 4, 29_999)])
        tx.execute("insert into star.artist_dim (artist_name) values ('Artist orphan')")
        who = viewer(tx, NOW)
        assert who is not None
        hits = [
            (hit.kind, hit.key, hit.name, hit.by, hit.plays)
            for text in ("artist", "album")
            for hit in search(tx, who, text, 8)
        ]
    assert hits == [
        ("artist", 1, "Artist 1", None, 1),
        ("artist", 2, "Artist 2", None, 1),
        ("artist", 3, "Artist 3", None, 0),
        # Two releases of one.
        ("album", 1, "Album 1", "Artist 1", 1),
        ("album", 3, "Album 3", "Artist 2", 1),
    ]


def test_what_only_others_play_keeps_nothing_from_being_found(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        titles(tx, me, {**{f"Rain {n}": 0 for n in range(20)}, "Train": 1})
        assert found(tx, "rain", 1) == ["Rain 0"]
        newcomer(tx, "other")
        assert found(tx, "rain", 1) == ["Train"]


@pytest.mark.parametrize(
    ("typed", "enough"),
    [("", False), ("a", False), ("é", False), ("  a ", False), ("ab", True), ("愛", True), ("🔥", True)],
)
def test_two_characters_are_enough_or_one_that_is_a_word(typed: str, enough: bool) -> None:
    assert is_enough(cleaned(typed)) == enough


@examples(12)
@given(typed=st.text(max_size=200))
def test_whatever_is_typed_is_answered(warehouse: Warehouse, typed: Any) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        play(tx, know(tx, "UTC"), [Told(MOMENTS[0], 1, 60_000)])
        text = cleaned(typed)
        assert len(text) <= 100
        assert all(isinstance(name, str) for name in found(tx, typed))
