"""An open file with many readers, each of a part of its own: an archive may lie in another."""

import io
import os
import threading


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
