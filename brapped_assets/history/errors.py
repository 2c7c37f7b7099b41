"""What can be wrong with a path or a file somebody wants to import, each in words that say what to do.

HistoryError
├── Missing         there is nothing at this path
├── Forbidden       this user may not read it, or the disk does not give it
├── NotAnExport     something else: a web page, a photo, Spotify's other data
├── CutOff          an archive whose end is missing
├── Encrypted       an archive with a password
├── Wrapped         it may hold a history, and this program cannot look into it
├── TooLarge        an archive that would expand beyond reason
└── Damaged         it is, or was, a listening history, and cannot be read whole

No text carries anything of a file's content, which may be an address or a private name.
"""

import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import BadZipFile

from brapped_assets.text.plain import plain

AGAIN = "Download it again from Spotify and import the new one."


class HistoryError(Exception):
    """Base: `name` is what the file is called, in one line, `reason` what is wrong and what to do about it."""

    def __init__(self, name: str, reason: str) -> None:
        # Both go to `args`, so that the error survives pickling between processes.
        super().__init__(name, reason)
        # A file may be called by several lines; an error is one, and none of it can pass for a line of ours.
        self.name = plain(name)
        self.reason = plain(reason)

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class Missing(HistoryError):
    pass


class Forbidden(HistoryError):
    pass


class NotAnExport(HistoryError):
    pass


class CutOff(HistoryError):
    pass


class Encrypted(HistoryError):
    pass


class Wrapped(HistoryError):
    pass


class TooLarge(HistoryError):
    pass


class Damaged(HistoryError):
    pass


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what the operating system and the readers of archives raise while reading into a HistoryError."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(name, "there is no such file or folder. Check the path.") from error
    except PermissionError as error:
        raise Forbidden(
            name, "this user may not read it. Give yourself the permission, or copy it to your own folder."
        ) from error
    except NotImplementedError as error:
        raise Damaged(
            name, "it is packed in a way this program cannot unpack. Unpack it and import the folder."
        ) from error
    # These escape when the bytes are not what the archive itself promises.
    except (BadZipFile, EOFError, ValueError, IndexError, struct.error, zlib.error, lzma.LZMAError) as error:
        raise Damaged(name, f"the archive is damaged. {AGAIN}") from error
    except OSError as error:
        if error.errno is None:
            # Not the system's: the readers of gzip and bzip2 say so of wrong bytes.
            raise Damaged(name, f"the archive is damaged. {AGAIN}") from error
        raise Forbidden(
            name, f"it cannot be read ({error.strerror or 'disk error'}). Copy it and try again."
        ) from error
