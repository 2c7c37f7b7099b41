"""An upload straight to disk, bounded, whatever its sender says of it."""

import asyncio
import errno
import re
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from time import monotonic
from typing import BinaryIO
from unicodedata import category

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from brapped_assets.text.translation import N_, _

# The longest history anybody published is 0.3 GB unpacked.
MOST_BYTES = 2 * 1024**3
MOST_FILES, MOST_FIELDS, LONGEST_FIELD = 100, 10, 1000
# In bytes: a file system takes 255, and a letter of Devanagari or Han has three of them.
LONGEST_NAME = 200
# Nobody sends less than this in so long and means it: the slowest telephone line brings ten times as much.
STALL_SECONDS, LEAST_BYTES = 60, 64 * 1024
# While nothing comes, so often somebody looks whether it is still wanted.
LOOK_SECONDS = 0.5
TOO_LARGE = N_("This is over 2 GB, which no export is. Add the zip as Spotify sent it.")
STALLED = N_("The upload stopped on the way. Add the file again.")
# Enough that PostgreSQL goes on working beside the upload.
SPARE_BYTES = 100 * 1024**2
DISK_FULL = N_("The disk is full. Free some space, then add the file again. Nothing was lost.")
UNREADABLE = N_("This upload cannot be read. Choose the file again.")


def make_sure_it_fits(folder: Path, length: int) -> None:
    """Raises OSError where a file of so many bytes would fill the disk."""
    if shutil.disk_usage(folder).free < length + SPARE_BYTES:
        raise OSError(errno.ENOSPC, DISK_FULL)


class Upload:
    """The parts of a multipart body as they come: short fields into `fields`, files into a folder, counted in `files`.

    `admit` is asked once, with the fields before the first file, for that folder; it raises to refuse.
    """

    def __init__(self, boundary: bytes, admit: Callable[[dict[str, str]], Path]) -> None:
        self.fields: dict[str, str] = {}
        self.files = 0
        self.is_whole = False
        self._folder: Path | None = None
        self._admit = admit
        self._headers: dict[bytes, bytes] = {}
        self._header = b""
        self._name = ""
        self._value = bytearray()
        self._file: BinaryIO | None = None
        self._is_file = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )

    def write(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def _all(self) -> None:
        self.is_whole = True

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._headers, self._header, self._value = {}, b"", bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._headers[self._header] = self._headers.get(self._header, b"") + data[start:end]

    def _header_end(self) -> None:
        self._header = b""

    def _headers_end(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode(errors="replace")
        self._is_file = b"filename" in options
        # A browser sends a nameless, empty file where none was chosen.
        if name := options.get(b"filename", b"").decode(errors="replace"):
            if self._folder is None:
                self._folder = self._admit(self.fields)
            self.files += 1
            if self.files > MOST_FILES:
                raise HTTPException(413, _("These are over a hundred files. Add the zip as Spotify sent it."))
            self._file = _place(self._folder, name).open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])
        elif not self._is_file:
            self._value += data[start:end]
            if len(self._value) > LONGEST_FIELD:
                raise HTTPException(413, _(UNREADABLE))

    def _end(self) -> None:
        if not self._is_file:
            self.fields[self._name] = self._value.decode(errors="replace")
            if len(self.fields) > MOST_FIELDS:
                raise HTTPException(413, _(UNREADABLE))
        self.close()


async def received(request: Request, admit: Callable[[dict[str, str]], Path], go_on: Callable[[], None]) -> Upload:
    """The whole upload. Raises HTTPException with a sentence, or OSError when the disk takes no more of it.

    `go_on` is asked again and again once an upload is admitted, and raises what it likes to end it.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(400, _(UNREADABLE))
    upload = Upload(options[b"boundary"], admit)
    try:
        async for chunk in _in_time(request.stream(), lambda: go_on() if upload.files else None):
            await run_in_threadpool(upload.write, chunk)
    except FormParserError:
        raise HTTPException(400, _(UNREADABLE)) from None
    finally:
        upload.close()
    if not upload.is_whole:
        raise HTTPException(400, _(UNREADABLE))
    return upload


async def _in_time(chunks: AsyncGenerator[bytes, None], go_on: Callable[[], None]) -> AsyncIterator[bytes]:
    """The chunks of a body that is bounded, keeps coming, and is wanted. Raises HTTPException, and as `go_on` does."""
    length, enough, until = 0, LEAST_BYTES, monotonic() + STALL_SECONDS
    while True:
        coming = asyncio.ensure_future(anext(chunks, None))
        try:
            while not (await asyncio.wait({coming}, timeout=LOOK_SECONDS))[0]:
                go_on()
                if monotonic() > until:
                    raise HTTPException(408, _(STALLED))
        finally:
            coming.cancel()
        if (chunk := coming.result()) is None:
            return
        go_on()
        length += len(chunk)
        if length > MOST_BYTES:
            raise HTTPException(413, _(TOO_LARGE))
        if length >= enough:
            enough, until = length + LEAST_BYTES, monotonic() + STALL_SECONDS
        elif monotonic() > until:
            raise HTTPException(408, _(STALLED))
        yield chunk


def _place(folder: Path, name: str) -> Path:
    """A new file in the folder, called as the sender called it as far as that is harmless: reports repeat it."""
    called = "".join(sign if _is_harmless(sign) else "_" for sign in re.split(r"[/\\]", name)[-1]).strip(" .")
    called = called.encode()[-LONGEST_NAME:].decode(errors="ignore").strip(" .") or "export"
    place, number = folder / called, 2
    while place.exists():
        place, number = folder / f"{number} {called}", number + 1
    return place


def _is_harmless(sign: str) -> bool:
    """A letter or digit of any script with the marks that belong to it, or what stands between them."""
    return sign.isalnum() or sign in "_ .()-" or category(sign).startswith("M")
