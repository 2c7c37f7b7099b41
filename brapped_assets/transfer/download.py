"""Files that lie elsewhere, brought here for the time of an import."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import requests
from upath import UPath

from brapped_assets.history.archive_limits import MOST_BYTES, OVER_4_GB
from brapped_assets.history.discovery import MOST_LOOKED_INTO, NO_SUCH_FILE
from brapped_assets.history.errors import HistoryError, Missing, TooLarge
from brapped_assets.history.file_names import is_looked_at
from brapped_assets.history.folders import MOST_ENTRIES
from brapped_assets.text.translation import N_

TIMEOUT_SECONDS = 60
CHUNK_BYTES = 1024 * 1024
CANNOT = N_("it cannot be fetched (%(why)s). Check the URL.")


class NotFetched(HistoryError):
    """It lies elsewhere and cannot be had."""


@contextmanager
def local_copy(address: str) -> Iterator[Path]:
    """A local path as it is, or what lies at a URL in a temporary folder, gone at the end.

    Any URL that universal-pathlib understands (`s3://`, `gs://` and others need their own package), a file or a folder,
    and https. Raises NotFetched, which never repeats a URL's query: it may be a signature;
    Missing for an empty one.
    """
    parts = urlsplit(address)
    if not address.strip():
        # As a path it would be the folder that this process happens to be in.
        raise Missing(repr(address), NO_SUCH_FILE)
    if "://" not in address:
        yield Path(address)
        return
    name = unquote(PurePosixPath(parts.path).name) or "export"
    # Without a user and their password.
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    with tempfile.TemporaryDirectory(prefix="brapped-import-") as folder:
        to = Path(folder) / name
        try:
            if parts.scheme in {"http", "https"}:
                _download(address, to)
            else:
                _copy(UPath(address), to)
        except TooLarge as error:
            raise NotFetched(shown, "%(why)s", why=error.reason) from None
        except requests.HTTPError as error:
            text = N_("the server answered %(status)s. Check the URL.")
            raise NotFetched(shown, text, status=f"{error.response.status_code}") from None
        except requests.RequestException as error:
            raise NotFetched(shown, CANNOT, why=type(error).__name__) from None
        except ImportError as error:
            raise NotFetched(shown, N_("this kind of URL needs another package (%(why)s)."), why=f"{error}") from None
        except Exception as error:  # noqa: BLE001  # every storage raises errors of its own; their texts may hold secrets
            raise NotFetched(shown, CANNOT, why=type(error).__name__) from None
        yield to


def _download(url: str, to: Path) -> None:
    with closing(requests.get(url, stream=True, timeout=TIMEOUT_SECONDS)) as answer:
        answer.raise_for_status()
        _write(answer.iter_content(CHUNK_BYTES), to, MOST_BYTES)


def _copy(source: UPath, to: Path) -> None:
    if not source.is_dir():
        _bring(source, to, MOST_BYTES)
        return
    left, files = MOST_BYTES, 0
    for found in islice(source.rglob("*"), MOST_ENTRIES):
        if files < MOST_LOOKED_INTO and is_looked_at(PurePosixPath(found.path).name) and found.is_file():
            inside = PurePosixPath(found.path).relative_to(PurePosixPath(source.path))
            left, files = left - _bring(found, to / inside, left), files + 1


def _bring(source: UPath, to: Path, most: int) -> int:
    to.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream:
        return _write(iter(lambda: stream.read(CHUNK_BYTES), b""), to, most)


def _write(chunks: Iterable[bytes], to: Path, most: int) -> int:
    """Raises TooLarge beyond so many bytes."""
    size = 0
    with to.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise TooLarge(to.name, OVER_4_GB)
            out.write(chunk)
    return size
