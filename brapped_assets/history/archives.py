"""The members of zips and tars, and what gzip, bzip2 and xz hold: no name is a path, nothing is run, all is bounded."""

import bz2
import gzip
import lzma
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import islice
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from brapped_assets.history import file_errors
from brapped_assets.history.archive_limits import (
    CHUNK_BYTES,
    EXPANDS_TOGETHER,
    LARGEST_READ,
    LONG_CONTENTS,
    MOST_BYTES,
    MOST_MEMBERS,
    UNPACK,
    check_count,
    too_large,
)
from brapped_assets.history.errors import AGAIN, CutOff, Damaged, Encrypted, NotAnExport, TooLarge, Wrapped
from brapped_assets.history.members import Member
from brapped_assets.history.shared_file import Shared, View
from brapped_assets.history.tar_reader import entries, is_tar
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_

# How what is looked into begins.
ARCHIVES = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"PK\x07\x08": "zip"}
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
ENCRYPTED_FLAG = 0x1
# An xz file says how much memory it needs; those of `xz -9` need 65 MB.
XZ_MEMORY = 128 * 1024**2
# What escapes the readers when the bytes are not what the archive itself promises.
DAMAGED = (BadZipFile, EOFError, ValueError, IndexError, struct.error, zlib.error, lzma.LZMAError)


def form_of(head: bytes) -> str | None:
    """`zip`, `tar`, `gzip`, `bzip2`, `xz`: what is looked into; None for anything else."""
    for signatures in (ARCHIVES, PACKED):
        for signature, form in signatures.items():
            if head.startswith(signature):
                return form
    return "tar" if is_tar(head) else None


@contextmanager
def explained(name: str) -> Iterator[None]:
    """The same as of files, and of what the readers of archives raise."""
    with file_errors.explained(name):
        try:
            yield
        except NotImplementedError as error:
            text = N_("it is packed in a way this program cannot unpack. Unpack it and import the folder.")
            raise Damaged(name, text) from error
        except (*DAMAGED, OSError) as error:
            # The readers of gzip and bzip2 say so of wrong bytes; what is the system's has a number.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Damaged(name, N_("the archive is damaged."), AGAIN) from error


class Spool:
    """What must be unpacked to be looked into: one file without a name, and no more than `MOST_BYTES` ever."""

    def __init__(self) -> None:
        self._left = MOST_BYTES
        self._end = 0
        self._file: Shared | None = None

    def take(self, chunks: Iterator[bytes], member: Member) -> View:
        """Chunks of a member as a file in which one may jump. Raises HistoryError when they are too many."""
        if self._file is None:
            with tempfile.TemporaryFile() as file:
                self._file = Shared(os.dup(file.fileno()))
        place, size = self._end, 0
        for chunk in chunks:
            self._left -= len(chunk)
            if size + len(chunk) > member.most:
                raise too_large(member)
            if self._left < 0:
                raise TooLarge(member.name, EXPANDS_TOGETHER, UNPACK)
            self._file.write_at(place + size, chunk)
            size += len(chunk)
        self._end = place + size
        return View(self._file, place, size)

    def forget_from(self, place: int) -> None:
        """Give back the room of what was looked into last, and is nothing."""
        if self._file is not None:
            self._file.truncate(place)
            self._end = place

    @property
    def end(self) -> int:
        return self._end

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def whole(member: Member, spool: Spool, held: ExitStack) -> View:
    """A member as a file in which its reader may jump.

    Raises:
        HistoryError: it cannot be read.
    """
    if member.path is not None:
        shared = held.enter_context(closing(Shared(file_errors.descriptor_of(member.path, member.name))))
        return View(shared, 0, member.size)
    with member.opened() as stream:
        return spool.take(_chunks(stream), member)


def unpacked(member: Member, form: str, name: str, spool: Spool) -> Member:
    """What a member that is gzip, bzip2 or xz holds, under this name.

    Raises:
        HistoryError: it is cut off or damaged, or expands beyond reason.
    """
    with member.opened() as stream, explained(member.name):
        view = spool.take(_UNPACKED[form](stream, member.name), member)
    return Member(name, view.size, member.packed, partial(_of, view, 0, view.size), keep=member.keep)


def zip_members(view: View, member: Member, held: ExitStack) -> list[Member]:
    """Every file in a zip. Its directory is read here, and no second time.

    Raises:
        HistoryError: it is none, is cut off, or holds too many.
    """
    with explained(member.name):
        try:
            archive = held.enter_context(ZipFile(cast("BinaryIO", _Zip(view, member.name))))
        except BadZipFile as error:
            raise CutOff(member.name, N_("it is a zip that is cut off or damaged."), AGAIN) from error
        found = [info for info in archive.infolist() if not info.is_dir()]
    _check_count(len(found), member.name)

    def opener(info: ZipInfo) -> BinaryIO:
        if info.flag_bits & ENCRYPTED_FLAG:
            raise Encrypted(
                plain(info.filename), N_("it has a password. Unpack it with the password and import the folder.")
            )
        # The reader of zips gives the others out at once, however much it is.
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Wrapped(plain(info.filename), N_("it is packed in a way this program cannot unpack."), UNPACK)
        return cast("BinaryIO", archive.open(info))

    of_zip = partial(Member, keep=member.keep, explained=explained)
    return [of_zip(plain(info.filename), info.file_size, info.compress_size, partial(opener, info)) for info in found]


def tar_members(view: View, member: Member) -> list[Member]:
    """Every regular file in a tar; links, devices and files with holes are none. Raises HistoryError as `zip_members`.

    Its bytes are those of the tar itself, so that none expands.
    """
    found: list[Member] = []
    with explained(member.name):
        for entry in islice(entries(view, member.name), MOST_MEMBERS + 1):
            opener = partial(_of, view, entry.place, entry.size)
            found.append(Member(plain(entry.name), entry.size, entry.size, opener, keep=member.keep))
    _check_count(len(found), member.name)
    return found


def _check_count(files: int, name: str) -> None:
    check_count(files, name)
    if not files:
        raise NotAnExport(name, N_("it is empty. Pack it again, or import the folder it was made of."))


class _Zip(View):
    """A zip, for its reader, who takes the directory at once."""

    def __init__(self, view: View, name: str) -> None:
        super().__init__(view.shared, view.place, view.size)
        self._name = name

    def read(self, size: int | None = -1, /) -> bytes:
        if self.given(size) > LARGEST_READ:
            raise TooLarge(self._name, LONG_CONTENTS, UNPACK)
        return super().read(size)


def _of(view: View, place: int, size: int) -> BinaryIO:
    return cast("BinaryIO", view.part(place, size))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK_BYTES), b"")


def _xz(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """As the reader of the standard library, which lets the file say how much memory it takes."""
    packed = stream.read(CHUNK_BYTES)
    while packed:
        reader = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        while not reader.eof:
            try:
                yield reader.decompress(packed, CHUNK_BYTES)
            except lzma.LZMAError as error:
                if "memory" in str(error).lower():
                    raise Wrapped(name, N_("it takes too much memory to be unpacked here."), UNPACK) from error
                raise
            packed = stream.read(CHUNK_BYTES) if reader.needs_input and not reader.eof else b""
            if reader.needs_input and not packed and not reader.eof:
                raise EOFError
        # Zeros may stand between streams and behind them.
        packed = (reader.unused_data or stream.read(CHUNK_BYTES)).lstrip(b"\0")


_UNPACKED: dict[str, Callable[[BinaryIO, str], Iterator[bytes]]] = {
    "gzip": lambda stream, _name: _chunks(cast("BinaryIO", gzip.GzipFile(fileobj=stream))),
    "bzip2": lambda stream, _name: _chunks(cast("BinaryIO", bz2.BZ2File(stream))),
    "xz": _xz,
}
