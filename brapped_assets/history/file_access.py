"""Files as the system gives them: what is none, or may not be read, is told in words; an open one has many readers."""

import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brapped_assets.history.errors import Forbidden, Missing, NotAnExport
from brapped_assets.text.translation import N_

NO_SUCH_FILE = N_("there is no such file or folder. Check the path.")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what the operating system raises of a path or a file into a HistoryError."""
    try:
        yield
    except (FileNotFoundError, ValueError) as error:
        # A path with a NUL in it is none.
        raise Missing(name, NO_SUCH_FILE) from error
    except PermissionError as error:
        raise Forbidden(
            name, N_("this user may not read it. Give yourself the permission, or copy it to your own folder.")
        ) from error
    except OSError as error:
        raise Forbidden(
            name, N_("it cannot be read (%(why)s). Copy it and try again."), why=error.strerror or "disk error"
        ) from error


def size_of(path: Path, name: str) -> int:
    """The bytes of a file. Raises HistoryError when it is none, or may not be read."""
    with explained(name):
        return _regular(path.stat(), name).st_size


def descriptor_of(path: Path, name: str) -> int:
    """The descriptor of a file; one that has become a pipe meanwhile would wait for ever. Raises as `size_of`."""
    with explained(name):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _regular(os.fstat(descriptor), name)
        except NotAnExport:
            os.close(descriptor)
            raise
        return descriptor


def _regular(found: os.stat_result, name: str) -> os.stat_result:
    if not stat.S_ISREG(found.st_mode):
        raise NotAnExport(name, N_("it is neither a file nor a folder."))
    return found


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
    """So many bytes of a shared file from a place on, for one reader."""

    def __init__(self, shared: Shared, place: int, size: int) -> None:
        self.shared, self.place, self.size = shared, place, size
        self._at = 0

    def part(self, place: int, size: int) -> "View":
        return View(self.shared, self.place + place, size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if at < 0:
            # Without a number: no fault of the system's, but a damaged archive that names a place before its beginning.
            raise OSError("before the beginning")
        self._at = at
        return at

    def read(self, size: int | None = -1, /) -> bytes:
        data = self.shared.read_at(self.place + self._at, self.given(size))
        self._at += len(data)
        return data

    def given(self, size: int | None) -> int:
        """How many bytes somebody gets who asks for so many."""
        left = max(0, self.size - self._at)
        return left if size is None or size < 0 else min(size, left)
