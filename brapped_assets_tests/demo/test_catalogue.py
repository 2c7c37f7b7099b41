from datetime import date
from xml.etree.ElementTree import fromstring

import pytest

from brapped_assets.demo.art import cover
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.editions import TITLES, Kind
from brapped_assets.demo.ids import Ids, is_base62
from brapped_assets.demo.music import Track
from brapped_assets_tests.demo.editions import pairs_of


@pytest.fixture(scope="module")
def tracks(catalogue: Catalogue) -> list[Track]:
    return [track for number in range(catalogue.size) for _, album in catalogue.discography(number) for track in album]


def test_the_same_seed_makes_the_same_music_and_another_seed_other_music() -> None:
    one, same, other = Catalogue("a", 20), Catalogue("a", 20), Catalogue("b", 20)
    assert [one.discography(number) for number in range(20)] == [same.discography(number) for number in range(20)]
    assert one.discography(7) != other.discography(7)


def test_every_id_is_found_again_and_is_unique(catalogue: Catalogue, tracks: list[Track]) -> None:
    ids = [track.id for track in tracks]
    assert len(set(ids)) == len(ids)
    for track in tracks[::50]:
        assert track.id is not None
        assert is_base62(track.id)
        assert catalogue.track(track.id) == track
        assert track.album.id is not None
        assert catalogue.album(track.album.id) == track.album
        assert track in catalogue.tracks_of(track.album.id)
        assert track.artists[0].id is not None
        assert catalogue.artist(track.artists[0].id) == track.artists[0]


@pytest.mark.parametrize("stranger", ["", "abc", "0" * 22, "Z" * 22, "ü" * 22, Ids("another").make("track", 1, 0, 0)])
def test_an_id_that_was_never_made_is_unknown(catalogue: Catalogue, stranger: str) -> None:
    assert catalogue.track(stranger) is None
    assert catalogue.album(stranger) is None
    assert catalogue.artist(stranger) is None
    assert catalogue.tracks_of(stranger) == ()


def test_an_id_of_one_kind_is_not_one_of_another(catalogue: Catalogue, tracks: list[Track]) -> None:
    track = tracks[0]
    assert track.id is not None
    assert catalogue.album(track.id) is None
    assert catalogue.artist(track.id) is None


def test_one_recording_comes_out_twice_under_two_ids(tracks: list[Track]) -> None:
    by_isrc: dict[str | None, set[tuple[str, int]]] = {}
    ids: dict[str | None, set[str | None]] = {}
    for track in tracks:
        by_isrc.setdefault(track.isrc, set()).add((track.name, track.duration_ms))
        ids.setdefault(track.isrc, set()).add(track.id)
    assert all(len(recordings) == 1 for recordings in by_isrc.values())
    assert all(isrc is not None and len(isrc) == 12 for isrc in by_isrc)
    assert sum(len(each) > 1 for each in ids.values()) > 100


def test_of_some_artists_the_first_album_comes_out_again_or_another_one_looks_like_it(catalogue: Catalogue) -> None:
    found: dict[Kind, list[tuple[bool, bool]]] = {kind: [] for kind in TITLES}
    for kind, (first, songs), (other, tracks) in pairs_of(catalogue):
        has_its_songs = {song.isrc for song in songs} <= {track.isrc for track in tracks}
        found[kind].append((other.edition_of == first.id, has_its_songs))
    assert {kind: {*told} for kind, told in found.items()} == {
        "deluxe": {(True, True)}, "legacy": {(True, True)}, "namesake": {(False, False)}, "live": {(False, False)},
    }  # fmt: skip
    assert min(map(len, found.values())) > 5


def test_a_relinked_id_answers_with_another_track(catalogue: Catalogue, tracks: list[Track]) -> None:
    relinked = [track for track in tracks if track.relinked_from]
    assert len(relinked) > 50
    for track in relinked[:20]:
        assert track.relinked_from is not None
        assert catalogue.track(track.relinked_from) == track
        assert track.relinked_from != track.id


def test_release_dates_come_in_every_precision_and_releases_in_every_type(tracks: list[Track]) -> None:
    albums = {track.album for track in tracks}
    assert {album.album_type for album in albums} == {"album", "single", "compilation"}
    lengths = {"year": 4, "month": 7, "day": 10}
    seen = set()
    for album in albums:
        assert album.release_date_precision is not None
        assert album.release_date is not None
        assert len(album.release_date) == lengths[album.release_date_precision]
        seen.add(album.release_date_precision)
    assert seen == set(lengths)


def test_most_credits_are_alone_and_some_are_featured(tracks: list[Track]) -> None:
    featured = [track for track in tracks if len(track.artists) > 1]
    assert 0.1 < len(featured) / len(tracks) < 0.4
    assert any("(feat. " in track.name for track in featured)
    assert all(len(set(track.artists)) == len(track.artists) for track in featured)


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        ("Devanagari", "\u0900", "\u097f"),
        ("Hangul", "\uac00", "\ud7a3"),
        ("Arabic", "\u0600", "\u06ff"),
        ("emoji", "\U0001f300", "\U0001faff"),
    ],
)
def test_names_are_written_in_every_script(tracks: list[Track], what: str, low: str, high: str) -> None:
    assert any(low <= letter <= high for track in tracks for letter in track.name), what
    assert any(low <= letter <= high for track in tracks for letter in track.artists[0].name), what


def test_names_are_hostile(tracks: list[Track]) -> None:
    names = {track.name for track in tracks} | {track.artists[0].name for track in tracks}
    assert any(len(name) > 200 for name in names)
    for trick in ("<script>", '"', "'", "\\", "\u202e", "DROP TABLE", "%s"):
        assert any(trick in name for name in names), trick
    assert not any("\x00" in name for name in names)


def test_local_files_have_no_id_and_say_so_in_their_uri(catalogue: Catalogue) -> None:
    for track in catalogue.local_tracks:
        assert track.is_local
        assert track.id is None
        kind, place, *parts = track.uri.split(":")
        assert (kind, place, len(parts)) == ("spotify", "local", 4)
        assert int(parts[3]) == track.duration_ms // 1000


def test_an_artist_has_music_before_anybody_can_like_them(catalogue: Catalogue) -> None:
    day = date(2012, 6, 1)
    known = [number for number in range(catalogue.size) if catalogue.debuted(number, day)]
    assert catalogue.size / 2 <= len(known) < catalogue.size
    for number in known[:40]:
        assert all(album.released <= day for album, _ in catalogue.released(number, day))


def test_covers_differ_by_id_hold_no_name_but_as_text_and_are_small() -> None:
    hostile = cover("someid", "<script>alert(1)</script>")
    assert "<script>" not in hostile
    assert cover("someid", "x") == cover("someid", "x") != cover("other", "x")
    assert cover("someid", "x") != cover("someid", "x", is_artist=True)
    drawn = [cover(f"id{nth}", "x", is_artist=nth % 2 == 1) for nth in range(200)]
    assert max(map(len, drawn)) < 12_000
    assert len({fromstring(one)[1].get("fill") for one in drawn}) > 10
    assert all("<text" not in one for one in drawn)
