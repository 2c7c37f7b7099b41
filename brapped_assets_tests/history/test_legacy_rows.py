"""Rows of the old tables, as they are after years without a key or a type."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.legacy_rows import (
    ARTISTS,
    PLAYS,
    TRACKS,
    LegacyArtist,
    LegacyPlay,
    LegacyTrack,
    parse_kept,
    parse_row,
)
from brapped_assets.history.model import OddRow

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRACK, ARTIST = "t" * 22, "a" * 22
ROW = {
    "played_at": "2023-05-01T10:00:00.123+00:00",
    "track_id": TRACK,
    "track_name": "Song",
    "artist_name": "Alice",
    "aritst_id": ARTIST,
    "duration_ms": 200_000,
    "rowNum": 1,
}
PLAY = LegacyPlay(datetime(2023, 5, 1, 10, 0, 0, 123_000, tzinfo=UTC), TRACK, "Song", "Alice", ARTIST, 200_000)
VALUES = [
    *(None, True, 17, 1.5, 10**30, "", "NaN", "text", TRACK, "2023-05-01 10:00", "EP/SINGLE", "\x00"),
    *([], ["NaN", 1], {"a": 1}),
]
COLUMNS = [*ROW, "artist_id", "genre", "img_link", "explicit", "album_name", "ft_artists"]


def play(**columns: Any) -> Any:
    return parse_row(PLAYS, {**ROW, **columns}, now=NOW)


def test_a_row_of_the_right_types_is_a_play() -> None:
    assert play() == PLAY


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2023-05-01T10:00:00", datetime(2023, 5, 1, 4, 30, tzinfo=UTC)),
        ("2023-05-01 10:00:00.5", datetime(2023, 5, 1, 4, 30, 0, 500_000, tzinfo=UTC)),
        ("2023-05-01 10:00", datetime(2023, 5, 1, 4, 30, tzinfo=UTC)),
        ("2023-05-01T10:00:00Z", datetime(2023, 5, 1, 10, tzinfo=UTC)),
        ("2023-05-01 10:00:00+05:30", datetime(2023, 5, 1, 4, 30, tzinfo=UTC)),
        ("2023-05-01 10:00:00 UTC", datetime(2023, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_an_instant_without_a_zone_is_kolkatas_and_any_other_its_own(told: str, at: datetime) -> None:
    assert play(played_at=told).played_at == at


@pytest.mark.parametrize("nothing", [None, "", "  ", "NaN", "nan"])
def test_nan_and_empty_texts_are_nothing(nothing: str | None) -> None:
    columns = {name: nothing for name in ROW if name not in {"played_at", "track_name"}}
    assert play(**columns) == LegacyPlay(PLAY.played_at, None, "Song", "", None, None)
    bare = {"played_at": ROW["played_at"], "track_id": TRACK}
    assert parse_row(PLAYS, bare, now=NOW) == LegacyPlay(PLAY.played_at, TRACK, "", "", None, None)


@pytest.mark.parametrize(
    ("told", "length"),
    [("200000", 200_000), ("200000.0", 200_000), (200_000.7, 200_000), (0, None), (-1, None), ("long", None),
     ([], None), (10**30, None), ("infinity", None), (True, None)],
)  # fmt: skip
def test_a_length_is_a_number_of_milliseconds_or_unknown(told: Any, length: int | None) -> None:
    assert play(duration_ms=told).duration_ms == length


def test_an_id_may_be_a_uri_and_what_has_not_its_form_is_none() -> None:
    assert play(track_id=f"spotify:track:{TRACK}", aritst_id=f"spotify:artist:{ARTIST}") == PLAY
    assert play(track_id="17", aritst_id=ARTIST[:-1] + "/")[1:] == (None, "Song", "Alice", None, 200_000)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"played_at": None}, "the time is not an instant"),
        ({"played_at": "NaT"}, "the time is not an instant"),
        ({"played_at": "infinity"}, "the time is not an instant"),
        ({"played_at": "2023-05-01"}, "the time is not an instant"),
        ({"played_at": 1_682_935_200}, "the time is not an instant"),
        ({"played_at": "1970-01-01T00:00:00+00:00"}, "the time lies before Spotify existed"),
        ({"played_at": "2027-01-01T00:00:00+00:00"}, "the time lies in the future"),
        ({"track_id": None, "track_name": "NaN"}, "it names no track"),
        ({"track_name": ["Song"]}, "a name or a word is not a text"),
    ],
)
def test_a_row_nobody_understands_is_kept_whole_with_a_reason(columns: dict[str, Any], reason: str) -> None:
    odd = play(**columns)
    assert isinstance(odd, OddRow)
    assert odd.reason == reason
    assert json.loads(odd.payload_text) == {PLAYS: {**ROW, **columns}}
    assert parse_kept(odd.payload_text, now=NOW) == odd


def test_an_artist_has_a_picture_and_genres_in_any_spelling_of_a_list() -> None:
    for genre in (
        "folk, drum 'n' bass",
        ["folk", "drum 'n' bass"],
        "['folk', \"drum 'n' bass\"]",
        "{folk,drum 'n' bass}",
    ):
        row = {
            "artist_id": ARTIST,
            "aritst_name": "Alice",
            "popularity": "NaN",
            "genre": genre,
            "img_link": "https://i/a",
        }
        assert parse_row(ARTISTS, row, now=NOW) == LegacyArtist(ARTIST, "Alice", "folk, drum 'n' bass", "https://i/a")
    for nothing in (None, "", "[]", "NaN", ["NaN"], "{}"):
        assert parse_row(ARTISTS, {"artist_id": ARTIST, "genre": nothing}, now=NOW) == LegacyArtist(
            ARTIST, None, None, None
        )
    assert parse_row(ARTISTS, {"aritst_name": "Alice"}, now=NOW) == OddRow(
        '{"artist_table": {"aritst_name": "Alice"}}', "the artist has no id"
    )


def test_of_a_short_release_the_album_is_not_named() -> None:
    row = {
        "track_id": TRACK,
        "track_name": "Song",
        "explicit": "True",
        "album_name": "EP/SINGLE",
        "ft_artists": "Bob,Carol",
    }
    assert parse_row(TRACKS, row, now=NOW) == LegacyTrack(TRACK, "Song", True, None, True, None, "Bob, Carol")
    row |= {"album_name": "Album", "explicit": "maybe", "ft_artists": "NaN"}
    assert parse_row(TRACKS, row, now=NOW) == LegacyTrack(TRACK, "Song", None, "Album", False, None, None)
    odd = parse_row(TRACKS, {"track_id": "NaN"}, now=NOW)
    assert isinstance(odd, OddRow)
    assert odd.reason == "the track has no id"


@given(
    table=st.sampled_from([PLAYS, ARTISTS, TRACKS]),
    row=st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(VALUES)),
)
def test_whatever_stands_in_a_row_it_is_understood_or_kept(table: str, row: dict[str, Any]) -> None:
    found = parse_row(table, row, now=NOW)
    if isinstance(found, OddRow):
        assert json.loads(found.payload_text) == {table: row}
