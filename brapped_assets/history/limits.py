"""How much is read of anything that is imported, whoever made it: bytes, members, depth, and one way to every byte.

Time follows from these: no step costs more than in proportion to the bytes it reads and the members it meets.
"""

import errno
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from brapped_assets.history.errors import AGAIN, Damaged, NotAnExport, TooLarge, explained
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_

CHUNK_BYTES = 64 * 1024
"""Measured: 32 and 128 KB are 3% slower, 1 MB 15%: the rows of a piece fit into the processor's cache."""

MOST_BYTES = 4 * 1024**3
"""Unpacked, of one archive, of one file, and in all of what must be unpacked to be looked into. The longest history
anybody published is 430,000 rows, or 0.3 GB."""

MOST_EXPANSION, EXPANSION_COUNTS_FROM = 200, 16 * 1024**2
"""JSON of this kind shrinks to a tenth or so. Small files may repeat themselves; real ones end at 12 MB."""

MOST_DOCUMENTS = 1000
"""Documents in one archive. A life of a million plays is 80."""

MOST_MEMBERS = 20_000
"""Names in one archive, documents or not: somebody may have packed a whole folder."""

MOST_ENTRIES, MOST_LOOKED_INTO, DEEPEST_FOLDER = 200_000, 5000, 40
"""Names in a folder and below, those among them that are opened, and how far below. A folder of downloads has fewer."""

DEEPEST_ARCHIVE = 4
"""What is packed in one another: a zip in a zip in a tgz, which is a tar in a gzip."""

MOST_OPEN = 64
"""Archives with a history in them, which stay open until they are imported. macOS lets a program open 256 files."""

LARGEST_READ = 4 * 1024**2
"""At once, by the readers of archives: the directory of a zip with 20,000 names is 2 MB."""

LONGEST_ROW = 256 * 1024
"""Characters. A real row has 650; what is longer is kept aside, shortened."""

DEEPEST_ROW = 200
"""Lists and objects in one another in a row, which is as deep as the fast parser goes. A real row has one."""

MOST_SKIPPED = 64 * 1024**2
"""Characters of one document in rows beyond these two, which take ten times as long to read."""

PIECE_BYTES = 40 * 1024**2
"""About so much of a document becomes plays at once; 50,000 rows as Spotify writes them are 33 MB."""

LONGEST_RECORD, BATCH_BYTES = 8 * 1024**2, 4 * 1024**2
"""Of our own export: the largest record is a track object of 20 KB, or a row of 256 K characters that nobody
understood; and so many bytes are restored at once, with one record more."""

UNPACK = N_("Unpack it and import the folder with the history in it.")

EXPANDS = N_("it would unpack to over %(times)s times its size, which no export does.")

Keep = Callable[[], None]
"""Asked before each chunk that is read; it raises when whoever asked for the import no longer wants it."""


def always() -> None:
    """Nobody changes their mind."""


@dataclass(frozen=True)
class Member:
    """A file that can be read, in a folder or an archive; `size` is in bytes, unpacked, as its archive claims.

    `packed` is what it takes there. `path` is where it lies when it is a file of its own.
    """

    name: str
    size: int
    packed: int
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)
    path: Path | None = None
    keep: Keep = field(default=always, repr=False, compare=False)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes, the only way to them: never more than a member may have, whatever its archive claims.

        Raises:
            HistoryError: it cannot be opened, here and while it is read.
        """
        with ExitStack() as stack:
            with explained(self.name):
                raw = stack.enter_context(self.opener())
            yield cast("BinaryIO", io.BufferedReader(_Bounded(raw, self), CHUNK_BYTES))

    @property
    def most(self) -> int:
        """How many bytes it may have: an absurd promise of a few bytes is a bomb."""
        return min(MOST_BYTES, max(EXPANSION_COUNTS_FROM, MOST_EXPANSION * self.packed))


class _Bounded(io.RawIOBase):
    """The bytes of a member as they come, counted."""

    def __init__(self, raw: BinaryIO, member: Member) -> None:
        self._raw, self._member, self._left = raw, member, member.most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # what BufferedReader hands over
        self._member.keep()
        with explained(self._member.name):
            data = self._raw.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._member)
        buffer[: len(data)] = data
        return len(data)


class Shared:
    """An open file, by its descriptor, with many readers of its parts; closed with the last of them at the latest."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._lock = descriptor, threading.Lock()

    def read_at(self, place: int, size: int) -> bytes:
        with self._lock:
            os.lseek(self._descriptor, place, os.SEEK_SET)
            return os.read(self._descriptor, size)

    def write_at(self, place: int, data: bytes) -> None:
        with self._lock:
            os.lseek(self._descriptor, place, os.SEEK_SET)
            while data:
                data = data[os.write(self._descriptor, data) :]

    def truncate(self, size: int) -> None:
        os.truncate(self._descriptor, size)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


class View(io.BufferedIOBase):
    """So many bytes of a shared file from a place on, for one reader, who reads little at once."""

    def __init__(self, shared: Shared, place: int, size: int, name: str) -> None:
        self.shared, self.place, self.size = shared, place, size
        self._name, self._at = name, 0

    def part(self, place: int, size: int) -> "View":
        return View(self.shared, self.place + place, size, self._name)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if at < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = at
        return at

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self.size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > LARGEST_READ:
            raise TooLarge(self._name, N_("its table of contents is longer than that of any export."), UNPACK)
        data = self.shared.read_at(self.place + self._at, wanted)
        self._at += len(data)
        return data


def too_large(member: Member) -> TooLarge:
    if member.most == MOST_BYTES:
        return TooLarge(member.name, N_("it is over 4 GB, which no export is."))
    return TooLarge(member.name, EXPANDS, times=MOST_EXPANSION)


def check_claims(members: list[Member], name: str, packed: int) -> None:
    """Whether an archive of so many bytes, `packed`, can hold these members; nothing is unpacked for that.

    Raises:
        HistoryError: they are too many, too large, or lie over one another.
    """
    if len(members) > MOST_DOCUMENTS:
        raise TooLarge(name, N_("it holds over %(many)s documents, which no export does."), UNPACK, many=MOST_DOCUMENTS)
    if sum(member.size for member in members) > MOST_BYTES:
        raise TooLarge(name, N_("it would unpack to over 4 GB, which no export does."))
    for member in members:
        if member.size > member.most:
            raise TooLarge(name, EXPANDS, times=MOST_EXPANSION)
    if sum(member.packed for member in members) > packed:
        raise Damaged(name, N_("its members lie over one another."), AGAIN)


def file_member(path: Path, name: str, keep: Keep = always) -> Member:
    """A file of a folder, by the name it is told by.

    Raises:
        HistoryError: it is none, or may not be read.
    """
    name = plain(name)
    with explained(name):
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise NotAnExport(name, N_("it is neither a file nor a folder."))
    return Member(
        name, found.st_size, found.st_size, lambda: os.fdopen(regular(path, name), "rb"), path=path, keep=keep
    )


def regular(path: Path, name: str) -> int:
    """The descriptor of a file; one that has become a pipe meanwhile would wait for ever. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAnExport(name, N_("it is neither a file nor a folder."))
    return descriptor
