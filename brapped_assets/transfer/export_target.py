"""Where an export is written: a zip or a folder, for its owner's eyes only, under its name once it is whole."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast
from zipfile import ZIP_DEFLATED, ZipFile

# Twice as fast as zlib's default, for a zip a tenth larger.
ZIP_LEVEL = 3


class NotWritten(OSError):
    """The export cannot be written; the text says why and what to do. Nothing is left behind."""


class Target(Protocol):
    """Takes files by name, one after the other."""

    def file(self, name: str) -> AbstractContextManager[BinaryIO]: ...


@contextmanager
def open_target(path: Path) -> Iterator[Target]:
    """A target that becomes `path` when the block ends well: a zip if its name says so, else a folder.

    Files have mode 0600, folders 0700. Raises NotWritten, also when there is something at `path`.
    """
    path = path.expanduser().absolute()
    _refuse(path)
    try:
        # Beside it, so that the last step is a rename.
        beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
        try:
            partial = beside / path.name
            if path.suffix.lower() == ".zip":
                with open(partial, "xb", opener=_private) as out:
                    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as archive:
                        yield _Zip(archive)
                    _keep(out)
            else:
                partial.mkdir(mode=0o700)
                yield _Folder(partial)
            _refuse(path)
            partial.rename(path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except NotWritten:
        raise
    except OSError as error:
        raise NotWritten(_why(error, path)) from error


class _Zip:
    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        # How large it becomes nobody knows yet.
        with self._archive.open(name, "w", force_zip64=True) as member:
            yield cast(BinaryIO, member)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(path, "xb", opener=_private) as out:
            yield cast(BinaryIO, out)
            _keep(out)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _keep(out: IO[bytes]) -> None:
    """On the disk before it gets its name: a power failure leaves no half export under it."""
    out.flush()
    os.fsync(out.fileno())


def _refuse(path: Path) -> None:
    if os.path.lexists(path):
        raise NotWritten(f"{path} exists already. Give another name with -o, or move it away.")


def _why(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full, so {path} was not written. Free some space, or give another place with -o."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not write in {path.parent}. Give another place with -o."
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"There is no folder {path.parent}. Make it first, or give another place with -o."
    return f"{path} cannot be written ({error.strerror or 'disk error'}). Give another place with -o."
