"""Whatever is in a file, reading it takes memory that is bounded, and time that grows no faster than the file."""

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from zipfile import ZipFile

import pytest
from upath import UPath

from brapped_assets.history import archive_limits, discovery, folders
from brapped_assets.history.archive_limits import UNPACK
from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import AGAIN, HistoryError, NotAnExport
from brapped_assets.history.oversized_rows import LONGEST_ROW
from brapped_assets.transfer import download
from brapped_assets.transfer.download import NotFetched, local_copy
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.history.archive_bombs import BOMBS
from brapped_assets_tests.history.export_builders import AUDIO, FOLDER, document, extended, names, zipped

PLAYS = document([extended()])
CHECKOUT = Path(__file__).parents[2]
MEMORY_BYTES = 120 * 1024**2
UNPACKED = "it would unpack to over 200 times its size, which no export does."
CUT_OFF = f"it is a tar that is cut off or damaged. {AGAIN}"
NOTHING = "it is empty. Pack it again, or import the folder it was made of."
IN = "my_spotify_data.zip: "


# What each of them is found to be.
FOUND: dict[str, list[object]] = {
    "long_lines.zip": ["TooLarge", UNPACKED],
    "large_records.zip": [0, 1, 0, []],
    "large_rows.zip": [1, 0, 701, []],
    "zeros.json.gz": ["TooLarge", UNPACKED],
    "zeros.json.bz2": ["TooLarge", UNPACKED],
    "bzip2.zip": ["Damaged", f"{AUDIO}: it is packed in a way this program cannot unpack. {UNPACK}"],
    "zeros.json.xz": ["TooLarge", UNPACKED],
    "memory.json.xz": ["Wrapped", f"it takes too much memory to be unpacked here. {UNPACK}"],
    "header.tar": ["TooLarge", "it is a tar with a name longer than any real one."],
    "holes.tar": ["NotAnExport", NOTHING],
    "headers.tar": ["NotAnExport", NOTHING],
    "back.tar": ["CutOff", CUT_OFF],
    "nested.zip": ["Wrapped", f"{IN * archive_limits.DEEPEST_ARCHIVE}it is packed more than 4 times. {UNPACK}"],
    "spreading.zip": [
        "Wrapped",
        "0.zip: 24.zip: 86.zip: x.txt: 5,000 files were looked into before it. Import it by its own path.",
    ],
    "overlapping.zip": ["Damaged", f"its members lie over one another. {AGAIN}"],
    "names.zip": ["TooLarge", f"it holds over 20,000 files, which no export does. {UNPACK}"],
    "documents.zip": ["TooLarge", f"it holds over 1,000 documents, which no export does. {UNPACK}"],
    "directory.zip": ["TooLarge", f"its table of contents is longer than that of any export. {UNPACK}"],
}
# To make or to read one of these takes half a second or more.
COSTLY = {"large_records.zip", "large_rows.zip", "zeros.json.gz", "spreading.zip", "names.zip"}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is bounded on Linux only")
@pytest.mark.parametrize("bombs", quick_of(1, [BOMBS.keys() - COSTLY, COSTLY]), ids=len)
def test_whatever_is_read_is_read_or_refused_in_little_memory(tmp_path: Path, bombs: set[str]) -> None:
    paths = [bomb(tmp_path / name) for name, bomb in BOMBS.items() if name in bombs]
    command = [
        sys.executable,
        "-m",
        "brapped_assets_tests.history.reading_bounded",
        str(MEMORY_BYTES),
        *map(str, paths),
    ]
    told = subprocess.run(command, capture_output=True, check=True, timeout=120, cwd=CHECKOUT)
    assert json.loads(told.stdout) == {name: FOUND[name] for name in bombs}


def test_every_file_that_would_be_large_deep_or_endless_is_read() -> None:
    assert FOUND.keys() == BOMBS.keys() > COSTLY


def zip_of(path: Path, count: int) -> Path:
    return zipped(path, {f"{number}.json": b"{}" for number in range(count)} | {"endsong_0.json": PLAYS})


def zip_of_histories(path: Path, count: int) -> Path:
    return zipped(path, {f"endsong_{number}.json": PLAYS for number in range(count)})


def tar_of_histories(path: Path, count: int) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for number in range(count):
            info = tarfile.TarInfo(f"{'long/' * 30}endsong_{number}.json")
            info.size = len(PLAYS)
            archive.addfile(info, io.BytesIO(PLAYS))
    return path


def zips_in_a_zip(path: Path, count: int) -> Path:
    inner = io.BytesIO()
    with ZipFile(inner, "w") as archive:
        archive.writestr("endsong_0.json", PLAYS)
    return zipped(path, {f"{number}.zip": inner.getvalue() for number in range(count)})


def folder_of(path: Path, count: int) -> Path:
    path.mkdir()
    for number in range(count):
        (path / f"{number}.json").write_bytes(PLAYS)
    return path


def absurd_rows(path: Path, count: int) -> Path:
    deep, long = b"[" * 300 + b"]" * 300, b'{"x": "' + b"x" * LONGEST_ROW + b'"}'
    rows = [PLAYS[1:-1], *[deep, PLAYS[1:-1]] * count, *[long] * (count // 50)]
    path.write_bytes(b"[" + b",".join(rows) + b"]")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    quick_of(2, [zip_of_histories, absurd_rows, zip_of, tar_of_histories, zips_in_a_zip, folder_of]),
    ids=lambda it: it.__name__,
)
def test_twice_as_much_takes_at_most_two_and_a_half_times_as_long(
    tmp_path: Path, make: Callable[[Path, int], Path]
) -> None:
    def seconds(path: Path) -> float:
        began = process_time()
        with find_histories(path) as found:
            for file in found.files:
                file.content_hash()
                assert list(file.read())
        return process_time() - began

    small, large = make(tmp_path / "endsong_1", 150), make(tmp_path / "endsong_2", 300)
    seconds(small)
    # What else the machine does disturbs by chance; what grows by the square does so each time.
    assert any(seconds(large) <= 2.5 * seconds(small) for _ in range(4))


def test_the_directory_of_a_zip_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, file: io.BytesIO) -> None:
            opened.append(file)
            super().__init__(file)

    monkeypatch.setattr("brapped_assets.history.archives.ZipFile", Counted)
    with find_histories(zip_of_histories(tmp_path / "x.zip", 3)) as found:
        for file in found.files:
            for _ in range(2):
                assert (len(file.content_hash()), file.username(), len(list(file.read()))) == (64, None, 1)
    assert len(opened) == 1


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / AUDIO).write_bytes(PLAYS)
    for name in ("pipe.json", "pipe.zip", "pipe"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "endsong_1.json").symlink_to("/dev/random")
    (tmp_path / "loop.json").symlink_to("loop.json")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "endsong_3.json").symlink_to("nowhere")
    found = find_histories(tmp_path)
    assert (names(found.files), found.unusable) == ([AUDIO], [])
    for name in ("pipe.json", "zero.json"):
        with pytest.raises(NotAnExport, match="neither a file nor a folder"):
            find_histories(tmp_path / name)
    with pytest.raises(HistoryError, match="cannot be read"):
        find_histories(tmp_path / "loop.json")


def test_a_file_of_nothing_but_holes_is_refused_at_once(tmp_path: Path) -> None:
    for name, begins in (("endsong_0.json", b""), ("endsong_1.json", b"["), ("endsong_2.json", PLAYS)):
        (tmp_path / name).write_bytes(begins)
        os.truncate(tmp_path / name, 2**36)
        with pytest.raises(HistoryError, match="over 4 GB"):
            find_histories(tmp_path / name)


@contextmanager
def deep(folder: Path, depth: int) -> Iterator[None]:
    """Folders in folders, gone at the end: whoever removes a folder goes into each, and Python not so deep."""
    top, beside = folder / "d", folder / "e"
    try:
        top.mkdir()
        for _ in range(depth - 1):
            beside.mkdir()
            top.rename(beside / "d")
            beside.rename(top)
        yield
    finally:
        while (top / "d").exists():
            (top / "d").rename(beside)
            shutil.rmtree(top)
            beside.rename(top)
        shutil.rmtree(top)


def test_folders_are_looked_into_so_deep_and_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / AUDIO).write_bytes(PLAYS)
    with deep(tmp_path, 1200):
        (tmp_path / "d/d/endsong_1.json").write_bytes(PLAYS)
        found = find_histories(tmp_path)
        assert names(found.files) == [AUDIO, "endsong_1.json"]
        assert [reason for _, reason in found.unusable] == ["it lies over 40 folders deep. Import it by its own path."]
        monkeypatch.setattr(folders, "MOST_ENTRIES", 2)
        assert [reason for _, reason in find_histories(tmp_path).unusable] == [
            "over 2 files lie here and above. Import a smaller folder."
        ]


def test_likely_names_are_looked_into_first_and_the_others_as_far_as_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (tmp_path / f"{number}.json").write_bytes(b"{}")
    zipped(tmp_path / "z spotify.zip", {AUDIO: PLAYS})
    (tmp_path / AUDIO).write_bytes(PLAYS)
    monkeypatch.setattr(discovery, "MOST_LOOKED_INTO", 5)
    found = find_histories(tmp_path)
    assert sorted(names(found.files)) == [AUDIO, AUDIO]
    assert len(found.unusable) == 20
    assert sum(reason.startswith("5 files were looked into") for _, reason in found.unusable) == 18


def test_so_many_archives_stay_open_and_the_others_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        zipped(tmp_path / f"{number}.zip", {f"endsong_{number}.json": PLAYS})
        zipped(tmp_path / f"other {number}.zip", {"x.json": b"{}"})
    monkeypatch.setattr(discovery, "MOST_OPEN", 3)
    with find_histories(tmp_path) as found:
        assert [len(list(file.read())) for file in found.files] == [1, 1, 1]
        opened = [reason for _, reason in found.unusable if "3 archives with a history" in reason]
    assert opened == ["3 archives with a history come before it. Import it by its own path."] * 5


def test_what_is_unpacked_to_be_looked_into_is_bounded_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brapped_assets.history.archives.MOST_BYTES", 100_000)
    rows = document([extended()] * 60)
    zipped(tmp_path / "inner.zip", {AUDIO: rows})
    inner = (tmp_path / "inner.zip").read_bytes() + bytes(40_000)
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(4):
            info = tarfile.TarInfo(f"{number}.tar.gz")
            info.size = len(inner)
            archive.addfile(info, io.BytesIO(inner))
    with find_histories(path) as found:
        assert len(found.files) == 2
        assert [len(list(file.read())) for file in found.files] == [60, 60]
        assert [reason for _, reason in found.unusable] == [
            f"with all that lies beside it, it would unpack to over 4 GB. {UNPACK}"
        ] * 2


def test_odd_zips_are_read_or_refused_in_words(tmp_path: Path) -> None:
    twice = tmp_path / "twice.zip"
    with ZipFile(twice, "w") as archive:
        archive.writestr(AUDIO, PLAYS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(AUDIO, document([extended(), extended(ms_played=1)]))
    assert sorted(len(list(file.read())) for file in find_histories(twice).files) == [1, 2]
    huge = tmp_path / "huge.zip"
    with ZipFile(huge, "w") as archive, archive.open(f"{'x' * 60_000}/{AUDIO}", "w", force_zip64=True) as out:
        out.write(PLAYS)
    (file,) = find_histories(huge).files
    assert (file.running_number, len(list(file.read()))) == (3, 1)
    locked = zipped(tmp_path / "locked.zip", {AUDIO: PLAYS, "Userdata.json": b"{}"})
    content = bytearray(locked.read_bytes())
    for place in (at for at in range(len(content)) if content[at : at + 4] == b"PK\x01\x02"):
        content[place + 8] |= 1
    locked.write_bytes(content)
    with pytest.raises(HistoryError, match=r"has a password. Unpack it with the password"):
        find_histories(locked)
    other = zipped(tmp_path / "other.zip", {AUDIO: PLAYS})
    content = bytearray(other.read_bytes())
    content[content.index(b"PK\x01\x02") + 10 :][:2] = struct.pack("<H", 9)
    place = content.index(b"PK\x01\x02") + 10
    content[place : place + 2] = struct.pack("<H", 9)
    other.write_bytes(content)
    with pytest.raises(HistoryError, match=r"packed in a way this program cannot unpack. Unpack it"):
        find_histories(other)


def test_reading_asks_before_every_chunk_whether_it_is_still_wanted(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    asked = 0

    def keep() -> None:
        nonlocal asked
        asked += 1
        if asked > most:
            raise Enough

    path = zipped(tmp_path / "x.zip", {f"{FOLDER}/{AUDIO}": document([extended()] * 2000)})
    most = 0
    with pytest.raises(Enough):
        find_histories(path, keep=keep)
    most = 10**6
    with find_histories(path, keep=keep) as found:
        most = asked + 5
        with pytest.raises(Enough):
            list(found.files[0].read())
        with pytest.raises(Enough):
            found.files[0].content_hash()


def test_what_lies_elsewhere_is_brought_here_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.zip", "b.zip"):
        UPath(f"memory://bounded/{name}").write_bytes(bytes(60))
    monkeypatch.setattr(download, "MOST_BYTES", 100)
    with local_copy("memory://bounded/a.zip") as path:
        assert path.read_bytes() == bytes(60)
    with pytest.raises(NotFetched, match="over 4 GB"), local_copy("memory://bounded"):
        pytest.fail("both were brought")
