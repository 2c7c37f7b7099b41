"""A history in any wrapping is read; what cannot be read is told in one sentence that says what to do."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.model import HistoryPlay
from brapped_assets.history.not_a_history import ASK
from brapped_assets.transfer.restore import check_records
from brapped_assets_tests.history.export_builders import AUDIO, FOLDER, document, extended, zipped

ROWS = [extended(ms_played=number) for number in range(300)]
PLAYS, NAME = document(ROWS), f"{FOLDER}/{AUDIO}"


def zip_with(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar_with(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


ZIP, TAR = zip_with({NAME: PLAYS}), tar_with({NAME: PLAYS})
WRAPPED = {
    "x.zip": ZIP,
    "X.ZIP": ZIP,
    "x": ZIP,
    "my_spotify_data.zip.1": ZIP,
    "zip in zip.zip": zip_with({"my_spotify_data.zip": ZIP}),
    "zip in zip in zip.zip": zip_with({"mail/x.zip": zip_with({"my_spotify_data.zip": ZIP})}),
    "x.tar": TAR,
    "ustar.tar": tar_with({NAME: PLAYS}, tarfile.USTAR_FORMAT),
    "gnu.tar": tar_with({f"{'long/' * 60}{NAME}": PLAYS}, tarfile.GNU_FORMAT),
    "pax.tar": tar_with({f"{'länger/' * 60}{NAME}": PLAYS}, tarfile.PAX_FORMAT),
    "x.tgz": gzip.compress(TAR),
    "x.tar.gz": gzip.compress(TAR),
    "X.TAR.GZ": gzip.compress(TAR),
    "x.tar.bz2": bz2.compress(TAR),
    "x.tar.xz": lzma.compress(TAR),
    "zip in a tar.tgz": gzip.compress(tar_with({"my_spotify_data.zip": ZIP})),
    "tgz in a zip.zip": zip_with({"x.tgz": gzip.compress(TAR)}),
    "x.json.gz": gzip.compress(PLAYS),
    "x.json.bz2": bz2.compress(PLAYS),
    "x.json.xz": lzma.compress(PLAYS),
    "two streams.json.gz": gzip.compress(PLAYS[:1000]) + gzip.compress(PLAYS[1000:]),
    "gz in a zip.zip": zip_with({f"{NAME}.gz": gzip.compress(PLAYS)}),
    f"{AUDIO}.txt": PLAYS,
    "x.txt": PLAYS,
    "x.json.txt": PLAYS,
    "x.JSON": PLAYS,
    "plays": PLAYS,
    "Streaming_History_Audio_2024_0": PLAYS,
    "txt in a zip.zip": zip_with({f"{AUDIO}.txt": PLAYS}),
    "no suffix in a zip.zip": zip_with({"endsong_0": PLAYS}),
    "whole.zip.crdownload": ZIP,
    "whole.json.part": PLAYS,
}


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.parametrize("in_a_folder", [False, True])
def test_a_history_is_read_in_any_wrapping_by_its_path_and_in_a_folder(
    tmp_path: Path, name: str, in_a_folder: bool
) -> None:
    path = tmp_path / "downloads" / name
    path.parent.mkdir()
    path.write_bytes(WRAPPED[name])
    (tmp_path / "downloads" / "notes.txt").write_text("[not a list of plays]")
    (tmp_path / "downloads" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    with find_histories(path.parent if in_a_folder else path) as found:
        (file,) = found.files
        rows = list(file.read())
        assert [row.ms_played for row in rows if isinstance(row, HistoryPlay)] == list(range(300))
        assert len(file.content_hash()) == 64
        assert (file.size, found.unusable, found.archives) == (len(PLAYS), [], [])
    assert sorted(each.name for each in path.parent.iterdir()) == sorted([name, "notes.txt", "photo.jpg"])


def test_a_history_is_the_same_in_every_wrapping(tmp_path: Path) -> None:
    for name, content in WRAPPED.items():
        (tmp_path / name).write_bytes(content)
    with find_histories(tmp_path) as found:
        assert len(found.files) == len(list(tmp_path.iterdir()))
        assert len({file.content_hash() for file in found.files}) == 1
        # Files of one export are told by what they lie in: no two of these are one export.
        archives = [file.archive for file in found.files if file.archive != tmp_path]
        assert len(set(archives)) == len(archives)


UNPACK = "Unpack it and import the folder with the history in it."
SENTENCES = {
    "x.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(64), f"it is a 7z archive, which this program cannot open. {UNPACK}"),
    "7z by another name.zip": (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive, which this program cannot open."),
    "x.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(64), f"it is a RAR archive, which this program cannot open. {UNPACK}"),
    "rar without a suffix": (b"Rar!\x1a\x07\x00", "it is a RAR archive, which this program cannot open."),
    "7z in a zip.zip": (zip_with({"x.7z": b"7z\xbc\xaf\x27\x1c"}), "x.7z: it is a 7z archive, which"),
    "x.tar.zst": (b"\x28\xb5\x2f\xfd", "it is a Zstandard archive, which this program cannot open."),
    ".my_spotify_data.zip.icloud": (b"bplist00", "it is still in iCloud, and only its name is here. Click the cloud"),
    "x.zip.crdownload": (ZIP[:2000], "its download is not finished. Let the browser finish it"),
    "x.zip.part": (ZIP[:2000], "its download is not finished. Let the browser finish it"),
    "empty.zip.part": (b"", "its download is not finished. Let the browser finish it"),
    "page.webarchive": (b"bplist00\xd1\x01\x02_\x10\x0fWebMainResource", "it is a web page that Safari saved. Import"),
    "page.html": (b"<!DOCTYPE html><html>", "it is a web page: the download was not finished"),
    "ReadMeFirst.pdf": (b"%PDF-1.7", "it is a PDF. The history is in the JSON files beside it"),
    "Apple Music Play Activity.csv": (
        b"Album Name,Apple ID Number,Apple Music Subscription,Artist Name\n",
        "it is a table of Apple Music's. Only Spotify's own export can be imported",
    ),
    "scrobbles.csv": (
        b"uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n",
        "it is a table of Last.fm's.",
    ),
    "lastfm.csv": (b'Portishead,"Dummy","Roads, live",05 Jan 2024 14:23\n', "it is a table of Last.fm's."),
    "mine.csv": (
        b"endTime,artistName,trackName,msPlayed\n",
        "it is a Spotify history that was made a table (CSV). Import the JSON files or the zip it was made of.",
    ),
    "apple in a zip.zip": (
        zip_with({"Apple_Media_Services/Apple Music Play Activity.csv": b"Apple ID,Song Name,Event Type\n"}),
        "Apple_Media_Services/Apple Music Play Activity.csv: it is a table of Apple Music's.",
    ),
    "takeout.zip": (
        zip_with({"Takeout/YouTube/history.html": b"<html>", "Takeout/archive_browser.html": b"<html>"}),
        f"it is a Google Takeout, without a Spotify history. {ASK}",
    ),
    "empty.zip": (zip_with({}), "it is empty. Pack it again, or import the folder it was made of."),
    "sheet.xlsx": (zip_with({"xl/workbook.xml": b"<"}), "it is a document of an office program."),
    "cut.tar": (TAR[:3000], "it is a tar that is cut off or damaged. Download it again"),
    "cut.tgz": (gzip.compress(TAR)[:500], "the archive is damaged. Download it again"),
    "cut.zip": (ZIP[:3000], "it is a zip that is cut off or damaged. Download it again"),
    "cut in a zip.zip": (zip_with({"my_spotify_data.zip": ZIP[:3000]}), "my_spotify_data.zip: it is a zip that is cut"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_cannot_be_read_says_what_it_is_or_what_to_do(tmp_path: Path, name: str) -> None:
    content, sentence = SENTENCES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(HistoryError) as refused:
        find_histories(path)
    assert refused.value.reason.startswith(sentence)
    # Thirty days of waiting are for those who have nothing in their hands.
    assert (ASK in refused.value.reason) == (ASK in sentence)
    with pytest.raises(HistoryError) as refused:
        find_histories(tmp_path)
    assert f"{name}: {sentence}" in refused.value.reason
    (tmp_path / AUDIO).write_bytes(PLAYS)
    with find_histories(tmp_path) as found:
        assert [file.name for file in found.files] == [AUDIO]
        assert all(each[0] == name and each[1].startswith(sentence) for each in found.unusable)


def test_a_zip_that_lost_some_bytes_in_its_middle_is_damaged_and_the_disk_is_not_blamed(tmp_path: Path) -> None:
    content = zip_with({"my_spotify_data.zip": ZIP})
    (tmp_path / "x.zip").write_bytes(content[:200] + content[260:])
    with pytest.raises(HistoryError, match=r"damaged\. Download it again from Spotify"):
        find_histories(tmp_path / "x.zip")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda ours: {"brapped.json": ours["brapped.json"]},
        lambda ours: {"in a folder/brapped.json": ours["brapped.json"]},
    ],
)
def test_an_export_of_ours_is_found_in_any_wrapping_too(
    tmp_path: Path, wrap: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    manifest = (
        b'{"format": "brapped export", "version": 1, "brapped": "1", "exported_at": "2025-01-01T00:00:00Z",'
        b' "listener": {"spotify_user_id": "a", "display_name": "A", "time_zone": "UTC"}, "records": {}}'
    )
    members = wrap({"brapped.json": manifest}) | {f"{FOLDER}/endsong_0.json": PLAYS}
    archives = {
        "x.zip": zip_with(members),
        "x.tgz": gzip.compress(tar_with(members)),
        "zip in zip.zip": zip_with({"a.zip": zip_with(members)}),
    }
    for name, content in archives.items():
        (tmp_path / name).write_bytes(content)
        with find_histories(tmp_path / name) as found:
            (ours,) = found.archives
            assert (ours.manifest.listener.display_name, found.files) == ("A", [])
            check_records(ours, 100)
    with find_histories(tmp_path) as found:
        assert (len(found.archives), found.files) == (3, [])


def test_an_archive_beside_a_history_in_a_zip_is_read_too(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "x.zip", {"endsong_0.json": document([extended()]), "older.zip": ZIP, "x.7z": b"7z\xbc\xaf\x27\x1c"}
    )
    with find_histories(path) as found:
        assert sorted((file.archive.name, file.name) for file in found.files) == [
            ("older.zip", NAME),
            ("x.zip", "endsong_0.json"),
        ]
        assert [name for name, _ in found.unusable] == ["x.7z"]
