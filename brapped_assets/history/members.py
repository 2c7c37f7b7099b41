"""The files of folders and archives: one way to every byte of them, and no more of it than `archive_limits` lets."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from brapped_assets.history.archive_limits import CHUNK_BYTES, most_bytes, too_large
from brapped_assets.history.file_errors import descriptor_of, explained, size_of
from brapped_assets.text.plain import plain

Keep = Callable[[], None]
"""Asked before each chunk that is read; it raises when whoever asked for the import no longer wants it."""


def always() -> None:
    """Nobody changes their mind."""


@dataclass(frozen=True)
class Member:
    """A file that can be read, in a folder or an archive; `size` is in bytes, unpacked, as its archive claims.

    `packed` is what it takes there. `path` is where it lies when it is a file of its own. `explained` turns what is
    raised while it is opened and read into a HistoryError.
    """

    name: str
    size: int
    packed: int
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)
    path: Path | None = None
    keep: Keep = field(default=always, repr=False, compare=False)
    explained: Callable[[str], AbstractContextManager[None]] = field(default=explained, repr=False, compare=False)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes, the only way to them: never more than a member may have, whatever its archive claims.

        Raises:
            HistoryError: it cannot be opened, here and while it is read.
        """
        with ExitStack() as stack:
            with self.explained(self.name):
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
        with self._member.explained(self._member.name):
            data = self._raw.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._member)
        buffer[: len(data)] = data
        return len(data)


def file_member(path: Path, name: str, keep: Keep = always) -> Member:
    """A file of a folder, by the name it is told by.

    Raises:
        HistoryError: it is none, or may not be read.
    """
    name = plain(name)
    size = size_of(path, name)
    return Member(name, size, size, lambda: os.fdopen(descriptor_of(path, name), "rb"), path=path, keep=keep)
