"""Small files that would be large, deep or endless, each made in a moment."""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

from brapped_assets_tests.history.export_builders import AUDIO, document, extended

MEGABYTE = 1024 * 1024
# Repeats itself just within reach of deflate: it shrinks to about a hundredth.
TEXT = base64.b64encode(random.Random(1).randbytes(22_000)).decode()


def of_ours(path: Path, lines: Iterable[bytes], count: int) -> Path:
    """An export of ours with one table."""
    manifest = {
        "format": "brapped export", "version": 1, "brapped": "1", "exported_at": "2025-01-01T00:00:00Z",
        "listener": {"spotify_user_id": "a", "display_name": "A", "time_zone": "UTC"},
        "records": {"raw.track_payload": count},
    }  # fmt: skip
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("brapped.json", json.dumps(manifest))
        with archive.open("records/raw.track_payload.jsonl", "w", force_zip64=True) as out:
            for line in lines:
                out.write(line)
    return path


def long_lines(path: Path) -> Path:
    return of_ours(path, [b" " * 15 * MEGABYTE + b"{}\n"] * 10, 10)


def large_records(path: Path) -> Path:
    """None of them too large, and many times as much as is restored at once."""
    record = json.dumps({"track": TEXT * 70}).encode() + b"\n"
    return of_ours(path, [record] * 70, 70)


def large_rows(path: Path) -> Path:
    """None of them too long, and many times as much as is merged at once."""
    row = document(extended(master_metadata_track_name=TEXT * 7))
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive, archive.open(AUDIO, "w") as out:
        out.write(b"[" + row)
        for _ in range(700):
            out.write(b"," + row)
        out.write(b"]")
    return path


def gzip_of_zeros(path: Path) -> Path:
    """One behind the other, they are one file."""
    path.write_bytes(gzip.compress(b"[" + bytes(16 * MEGABYTE)) * 64)
    return path


def bzip2_of_zeros(path: Path) -> Path:
    path.write_bytes(bz2.compress(bytes(40 * MEGABYTE)))
    return path


def bzip2_in_a_zip(path: Path) -> Path:
    """The reader of zips would unpack all of it at once."""
    with ZipFile(path, "w", ZIP_BZIP2) as archive:
        archive.writestr(AUDIO, b"[" + b" " * MEGABYTE)
    return path


def xz_of_zeros(path: Path) -> Path:
    path.write_bytes(lzma.compress(b"[" + bytes(24 * MEGABYTE), preset=0) * 40)
    return path


def xz_that_wants_memory(path: Path) -> Path:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
    content = bytearray(lzma.compress(b"[]", filters=filters))
    # Its header says how much the reader sets aside: 1 GB; the header's checksum agrees.
    place = content.index(b"\x21\x01") + 2
    content[place] = 36
    header = 12 + (content[12] + 1) * 4 - 4
    content[header : header + 4] = struct.pack("<I", zlib.crc32(content[12:header]))
    path.write_bytes(content)
    return path


def tar_with_a_long_header(path: Path) -> Path:
    """Digits without end, where the standard library looks for a number in all of them again and again."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 8 * MEGABYTE
    path.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + b"1" * info.size + bytes(1024))
    return path


def tar_with_holes(path: Path) -> Path:
    """A file of a terabyte without a byte in it."""
    info = tarfile.TarInfo(AUDIO)
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[386:398] = block[398:410] = b"%011o\0" % 0
    block[483:495] = b"\x80" + bytes(3) + struct.pack(">Q", 2**40)
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    path.write_bytes(block + bytes(1024))
    return path


def tar_of_headers(path: Path) -> Path:
    """Each is about the next, deeper than any stack."""
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_LONGNAME
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) * 5000 + bytes(1024))
    return path


def tar_that_goes_back(path: Path) -> Path:
    """A file of less than no bytes, behind which the same one comes."""
    info = tarfile.TarInfo(AUDIO)
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = struct.pack(">i", -1) + struct.pack(">q", -512)
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    path.write_bytes(block + bytes(1024))
    return path


def nested(path: Path, depth: int = 30) -> Path:
    """A zip in a zip in a zip, and so on."""
    content = document([extended()])
    name = AUDIO
    for _ in range(depth):
        out = io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        content, name = out.getvalue(), "my_spotify_data.zip"
    path.write_bytes(content)
    return path


def spreading(path: Path) -> Path:
    """A hundred zips of a hundred zips of a hundred zips, all the same."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("x.txt", b"")
    for _ in range(3):
        content, out = out.getvalue(), io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            for number in range(100):
                archive.writestr(f"{number}.zip", content)
    path.write_bytes(out.getvalue())
    return path


def overlapping(path: Path) -> Path:
    """Two hundred names for the same bytes."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("endsong_0.json", document([extended()] * 500))
    content = out.getvalue()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = content[start:end] * 200
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(entries), start, 0)
    path.write_bytes(content[:start] + entries + tail)
    return path


def many_names(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        for number in range(21_000):
            archive.writestr(f"{number}", b"")
    return path


def many_documents(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        for number in range(1001):
            archive.writestr(f"endsong_{number}.json", b"[]")
    return path


def long_directory(path: Path) -> Path:
    """Names of 64 KB each."""
    with ZipFile(path, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}{'x' * 65_000}.json", b"[]")
    return path


BOMBS: dict[str, Callable[[Path], Path]] = {
    "long_lines.zip": long_lines,
    "large_records.zip": large_records,
    "large_rows.zip": large_rows,
    "zeros.json.gz": gzip_of_zeros,
    "zeros.json.bz2": bzip2_of_zeros,
    "bzip2.zip": bzip2_in_a_zip,
    "zeros.json.xz": xz_of_zeros,
    "memory.json.xz": xz_that_wants_memory,
    "header.tar": tar_with_a_long_header,
    "holes.tar": tar_with_holes,
    "headers.tar": tar_of_headers,
    "back.tar": tar_that_goes_back,
    "nested.zip": nested,
    "spreading.zip": spreading,
    "overlapping.zip": overlapping,
    "names.zip": many_names,
    "documents.zip": many_documents,
    "directory.zip": long_directory,
}
