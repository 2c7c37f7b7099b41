import os
import struct
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import (
    CutOff,
    Damaged,
    Encrypted,
    Forbidden,
    HistoryError,
    Missing,
    NotAnExport,
    TooLarge,
)
from brapped_assets.history.file_errors import explained
from brapped_assets_tests.history.export_builders import (
    AUDIO,
    FOLDER,
    account,
    document,
    extended,
    nameless,
    names,
    zipped,
)

PLAYS, MINUTES = document([extended()]), document([account()])


def test_a_zip_is_read_at_any_folder_depth(tmp_path: Path) -> None:
    members = {
        f"{FOLDER}/{AUDIO}": PLAYS,
        f"{FOLDER}/Streaming_History_Audio_2023_0.json": PLAYS,
        "deep/er/MyData/StreamingHistory_music_0.json": MINUTES,
        f"{FOLDER}/Streaming_History_Video_2023-2025.json": PLAYS,
        f"{FOLDER}/ReadMe.pdf": b"%PDF",
        f"__MACOSX/{FOLDER}/._{AUDIO}": b"\x00\x05\x16\x07",
    }
    path = zipped(tmp_path / "my_spotify_data.zip", members)
    found = find_histories(path)
    assert found.unusable == []
    assert {(Path(file.name).name, file.kind, file.running_number, file.is_video) for file in found.files} == {
        ("StreamingHistory_music_0.json", "account", 0, False),
        ("Streaming_History_Audio_2023_0.json", "extended", 0, False),
        (AUDIO, "extended", 3, False),
        ("Streaming_History_Video_2023-2025.json", "extended", None, True),
    }
    assert {file.archive for file in found.files} == {path}
    assert {file.size for file in found.files} == {len(PLAYS), len(MINUTES)}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Streaming_History_Audio_2019-2020_3.json", 3),
        ("Streaming_History_Audio_2024_12.json", 12),
        ("Streaming_History_Audio_2024.json", None),
        ("Streaming_History_Audio_2024_1 (2).json", 1),
        ("endsong_0.json", 0),
        ("StreamingHistory4.json", 4),
        ("StreamingHistory_music_2.json", 2),
        ("plays.json", None),
    ],
)
def test_the_running_number_is_the_one_behind_the_years(tmp_path: Path, name: str, number: int | None) -> None:
    (tmp_path / name).write_bytes(PLAYS)
    (file,) = find_histories(tmp_path / name).files
    assert file.running_number == number


def test_a_downloads_folder_gives_its_zips_and_unpacked_exports(tmp_path: Path) -> None:
    zipped(tmp_path / "my_spotify_data (1).ZIP", {f"{FOLDER}/{AUDIO}": PLAYS})
    (tmp_path / "unpacked" / FOLDER).mkdir(parents=True)
    (tmp_path / "unpacked" / FOLDER / "renamed by somebody.JSON").write_bytes(PLAYS)
    (tmp_path / "package.json").write_bytes(b'{"name": "x"}')
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "my_spotify_data.zip").write_bytes(b"<!doctype html><html>Log in</html>")
    zipped(tmp_path / "photos.zip", {"cat.jpg": b""})
    found = find_histories(tmp_path)
    assert names(found.files) == [f"{FOLDER}/{AUDIO}", "renamed by somebody.JSON"]
    assert len({file.content_hash() for file in found.files}) == 1
    assert {name: reason.split(":")[0].split(".")[0] for name, reason in found.unusable} == {
        "package.json": "it is not a Spotify history",
        "my_spotify_data.zip": "it is a web page",
        "photos.zip": "it is a zip without a Spotify history",
    }


def test_order_does_not_depend_on_the_disk(tmp_path: Path) -> None:
    numbers = [10, 2, 0, 1]
    path = zipped(tmp_path / "x.zip", {f"endsong_{number}.json": PLAYS for number in numbers})
    assert [file.running_number for file in find_histories(path).files] == sorted(numbers)


def test_a_name_is_only_a_name(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "x.zip",
        {"../../../etc/endsong_1.json": PLAYS, "C:\\x\\endsong_2.json": PLAYS, "a\x1b[2J.json": PLAYS},
    )
    before = sorted(tmp_path.rglob("*"))
    found = find_histories(path)
    assert [file.running_number for file in found.files] == [None, 1, 2]
    assert [len(list(file.read())) for file in found.files] == [1, 1, 1]
    assert all(file.name.isprintable() for file in found.files)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty, so the download was not finished"),
        (b" \n ", "it is empty"),
        (b"<!DOCTYPE html>", "a web page: the download was not finished, or you were logged out"),
        (b"\xef\xbb\xbf<html>", "a web page"),
        (b"endTime,artistName\n", "it is not a Spotify history"),
        (b'{"playlists": []}', "it is not a Spotify history"),
        (b"[1, 2, 3]", "it is other data, not a listening history"),
        (b'[{"searchTime": "x", "platform": "y"}]', "it is other data, not a listening history"),
        (b"[]", "it is other data, not a listening history"),
        (b"\x89PNG\r\n", "it is a picture or a video"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "something.json"
    path.write_bytes(content)
    with pytest.raises(NotAnExport, match=words):
        find_histories(path)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Spotify Account Data/Userdata.json": b"{}"}, "account data without music history"),
        ({"Spotify Technical Log Information/AddedToCollection.json": b"[]"}, "technical log"),
        ({"cat.jpg": b""}, "a zip without a Spotify history"),
    ],
)
def test_an_export_of_another_kind_says_what_to_ask_for(tmp_path: Path, members: dict[str, bytes], words: str) -> None:
    with pytest.raises(NotAnExport, match=f"{words}.*Extended streaming history"):
        find_histories(zipped(tmp_path / "x.zip", members))


def test_documents_beside_a_history_are_reported(tmp_path: Path) -> None:
    found = find_histories(zipped(tmp_path / "x.zip", {"a/Playlist1.json": b"{}", "a/StreamingHistory0.json": MINUTES}))
    assert names(found.files) == ["a/StreamingHistory0.json"]
    assert found.unusable == [("a/Playlist1.json", "it is not a Spotify history.")]


def test_a_history_by_name_is_a_history_whatever_its_rows(tmp_path: Path) -> None:
    # If Spotify renamed every field, its rows would be odd, and kept.
    for content, count in ((b"[]", 0), (b'[{"end": 1}, 5]', 2)):
        (tmp_path / AUDIO).write_bytes(content)
        (file,) = find_histories(tmp_path / AUDIO).files
        assert len(list(file.read())) == count
    (tmp_path / AUDIO).write_bytes(b'[{"ts": "2020')
    with pytest.raises(Damaged, match="ends in the middle"):
        find_histories(tmp_path / AUDIO)


def test_the_first_rows_may_be_odd_or_not_music(tmp_path: Path) -> None:
    rows: list[Any] = [None, {}, nameless(episode_name="One"), extended()]
    (tmp_path / "x.json").write_bytes(document(rows))
    (file,) = find_histories(tmp_path / "x.json").files
    assert file.kind == "extended"


def test_a_zip_that_is_cut_off_is_to_be_downloaded_again(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {AUDIO: PLAYS})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(CutOff, match=r"cut off.*Download it again"):
        find_histories(path)


def test_a_zip_with_a_password_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {AUDIO: PLAYS})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=r"has a password. Unpack it"):
        find_histories(path)


def claim(path: Path, size: int) -> Path:
    """Let the zip's directory claim that each member is so large."""
    content, at = bytearray(path.read_bytes()), -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


def test_a_zip_bomb_is_not_lit(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="200 times its size"):
        find_histories(zipped(tmp_path / "ratio.zip", {AUDIO: b"[" + b" " * 17_000_000 + b"]"}))
    two = zipped(tmp_path / "size.zip", {"endsong_0.json": PLAYS, "endsong_1.json": PLAYS})
    with pytest.raises(TooLarge, match="over 4 GB"):
        find_histories(claim(two, 3_000_000_000))
    assert find_histories(zipped(tmp_path / "fine.zip", {AUDIO: document([extended()] * 5000)})).files


def test_a_zip_that_lies_about_sizes_is_damaged(tmp_path: Path) -> None:
    path = claim(zipped(tmp_path / "x.zip", {AUDIO: document([extended()] * 500)}), 100_000)
    (file,) = find_histories(path).files
    with pytest.raises(Damaged):
        list(file.read())
    with pytest.raises(Damaged):
        file.content_hash()


def test_a_path_that_is_not_there_says_so(tmp_path: Path) -> None:
    for nothing in (tmp_path / "no.zip", tmp_path / "no\0path"):
        with pytest.raises(Missing, match="Check the path"):
            find_histories(nothing)
    with pytest.raises(NotAnExport, match="no Spotify export in this folder"):
        find_histories(tmp_path)


def test_a_folder_of_failed_downloads_says_why(tmp_path: Path) -> None:
    (tmp_path / "my_spotify_data.zip").write_bytes(b"<html>")
    with pytest.raises(NotAnExport, match=r"my_spotify_data.zip: it is a web page"):
        find_histories(tmp_path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Forbidden, match="may not read it"), explained("x.zip"):
        raise PermissionError
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / AUDIO).touch(mode=0)
    with pytest.raises(Forbidden):
        find_histories(tmp_path / AUDIO)


def test_every_error_has_its_file_and_its_remedy() -> None:
    for kind in (Missing, Forbidden, NotAnExport, CutOff, Encrypted, TooLarge, Damaged):
        error = kind("x.zip", "why. What to do.")
        assert isinstance(error, HistoryError)
        assert str(error) == "x.zip: why. What to do."


@pytest.mark.skipif(os.name == "nt", reason="no name of a file has two lines there")
def test_what_a_file_is_called_passes_for_no_line_of_ours(tmp_path: Path) -> None:
    (tmp_path / "Streaming_History_Audio_0\n✓ Everything is collected.json").write_text("[{")
    with pytest.raises(HistoryError) as refused:
        find_histories(tmp_path)
    assert "Streaming_History_Audio_0 ✓ Everything is collected.json: it ends in the middle" in str(refused.value)
    with pytest.raises(Missing) as missing:
        find_histories(tmp_path / "not\nhere")
    assert str(missing.value) == f"{tmp_path}/not here: there is no such file or folder. Check the path."
