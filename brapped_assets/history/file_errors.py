"""What is said of a file that the system does not give: it may not be read, or cannot."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brapped_assets.history.errors import Forbidden, Missing, NotAnExport
from brapped_assets.text.translation import N_


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what the operating system raises of a path or a file into a HistoryError."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(name, N_("it is not there any more.")) from error
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
