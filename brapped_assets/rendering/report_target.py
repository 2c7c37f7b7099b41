"""Where a report is written: a path or any URL that universal-pathlib understands, whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from upath import UPath


class NotWritten(OSError):
    """The report could not be written; the text says what to do. A URL's user, password and query are not in it."""


def write(content: bytes, to: str) -> str:
    """Write a file under a temporary name and rename it; returns where it is. On this machine only its owner reads it.

    Folders are made. A reader finds the old file or the new one, never half of one. Raises NotWritten.
    """
    shown = _shown(to)
    try:
        target = UPath(to) if "://" in to else UPath(Path(to).expanduser().absolute())
        partial = target.with_name(f".{target.name}.{uuid4().hex[:8]}.new")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if target.protocol in {"", "file", "local"}:
                _privately(content, Path(partial.path)).replace(target.path)
            else:
                partial.write_bytes(content)
                partial.fs.mv(partial.path, target.path)
        except BaseException:
            with suppress(Exception):
                partial.unlink(missing_ok=True)
            raise
    except ImportError as error:
        raise NotWritten(f"{shown}: this kind of URL needs another package ({error}).") from None
    except OSError as error:
        raise NotWritten(
            f"{shown}: the report cannot be written there ({error.strerror or type(error).__name__})."
        ) from None
    except Exception as error:  # noqa: BLE001  # every storage raises errors of its own; their texts may hold secrets
        raise NotWritten(
            f"{shown}: the report cannot be written there ({type(error).__name__}). Check the URL."
        ) from None
    return shown if "://" in to else str(target)


def _privately(content: bytes, path: Path) -> Path:
    """Nobody else may read it, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    return path


def _shown(to: str) -> str:
    parts = urlsplit(to)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}" if "://" in to else to
