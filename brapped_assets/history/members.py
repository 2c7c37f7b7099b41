"""The files of folders and archives: one way to every byte of them, and no more of it than `limits` lets."""

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

from brapped_assets.history.errors import NotAnExport, TooLarge, explained
from brapped_assets.history.limits import CHUNK_BYTES, LARGEST_READ, LONG_CONTENTS, UNPACK, most_bytes, too_large
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_

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
        """How many bytes it may have."""
        return most_bytes(self.packed)


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
            raise TooLarge(self._name, LONG_CONTENTS, UNPACK)
        data = self.shared.read_at(self.place + self._at, wanted)
        self._at += len(data)
        return data


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
