"""What a path holds: a zip, a folder (also one of downloads) or a single file, recognised by content."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from brapped_assets.history.archive import Archive, archive_in_folder, archive_in_zip, is_copied, only_a_part
from brapped_assets.history.errors import AGAIN, CutOff, Damaged, HistoryError, NotAnExport, TooLarge, explained
from brapped_assets.history.files import HistoryFile, base_name, opened
from brapped_assets.history.plays import Kind
from brapped_assets.history.rows import rows, texts

ASK = 'Ask Spotify for "Extended streaming history" (or "Account data") on its privacy page and import that.'
# The longest history anybody published is 430,000 rows, or 0.3 GB.
MOST_BYTES = 4 * 1024**3
# JSON of this kind shrinks to a tenth or so. Small files may repeat themselves; real ones end at 12 MB.
MOST_EXPANSION, EXPANSION_COUNTS_FROM = 200, 16 * 1024**2
# How many rows may be odd before a document is judged by its name.
SAMPLE = 50
HISTORY_NAME = re.compile(r"streaming_?history|endsong|endvideo", re.IGNORECASE)
EXTENDED_NAME = re.compile(r"streaming_history|endsong|endvideo", re.IGNORECASE)
VIDEO_NAME = re.compile(r"streaming_history_video|endvideo", re.IGNORECASE)
ACCOUNT_NAME = re.compile(r"(Userdata|YourLibrary|Playlist\d*|Inferences|Identity)\.json$", re.IGNORECASE)


class Unusable(NamedTuple):
    """Something that was looked at and is not read; `reason` is in words, often the same for many."""

    name: str
    reason: str


class Found(NamedTuple):
    """The histories in an order that does not depend on the machine, what else lay there, and exports of our own."""

    files: list[HistoryFile]
    unusable: list[Unusable]
    archives: list[Archive]


def find(path: Path) -> Found:
    """Every listening history in a zip, in a folder at any depth (its zips included), or at this very path.

    In a folder only names that end in .json or .zip are looked at, and what is none is reported; a zip or a file
    named directly is looked at whatever its name, and raises.

    Raises:
        HistoryError: There is nothing to import, with the reason.
    """
    path = Path(path).expanduser()
    with explained(str(path)):
        path.stat()
    found = _in_folder(path) if path.is_dir() else _at(path)
    found.files.sort(key=lambda file: (str(file.archive), file.kind, file.running_number or 0, file.name))
    return found


def _in_folder(folder: Path) -> Found:
    found = Found([], [], [])

    def unreadable(error: OSError) -> None:
        found.unusable.append(Unusable(str(error.filename), "this user may not look into this folder"))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        if (archive := archive_in_folder(Path(place))) is not None:
            found.archives.append(archive)
            folders.clear()
            continue
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix.lower() not in {".json", ".zip"} or name.startswith("._") or not path.is_file():
                continue
            try:
                files, unusable, archives = _at(path)
            except HistoryError as error:
                found.unusable.append(Unusable(str(path.relative_to(folder)), error.reason))
            else:
                found.files.extend(files)
                found.archives.extend(archives)
                found.unusable.extend(Unusable(f"{path.relative_to(folder)}: {name}", why) for name, why in unusable)
    if not found.files and not found.archives:
        reasons = sorted({f"{name}: {reason}" for name, reason in found.unusable})
        looked_at = f" ({'; '.join(reasons[:3])}{'; …' if len(reasons) > 3 else ''})" if reasons else ""  # noqa: PLR2004  # three examples tell enough
        raise NotAnExport(str(folder), f"there is no Spotify export in this folder{looked_at}. {ASK}")
    return found


def _at(path: Path) -> Found:
    with explained(path.name):
        if not path.is_file():
            raise NotAnExport(path.name, "it is neither a file nor a folder.")
        with path.open("rb") as stream:
            is_zip = stream.read(2) == b"PK"
        size = path.stat().st_size
    if is_zip:
        return _in_zip(path)
    kind = _kind(path.parent, path.name, None)
    return Found([HistoryFile(path.name, path.parent, kind, size, bool(VIDEO_NAME.search(path.name)))], [], [])


def _in_zip(path: Path) -> Found:
    found, documents = Found([], [], []), _documents(path)
    if (ours := archive_in_zip(path)) is not None:
        return Found([], [], [ours])
    for member in documents:
        name = _printable(member.filename)
        try:
            kind = _kind(path, name, member)
        except HistoryError as error:
            found.unusable.append(Unusable(name, error.reason))
        else:
            video = bool(VIDEO_NAME.search(name))
            found.files.append(HistoryFile(name, path, kind, member.file_size, video, member))
    if found.files:
        return found
    # A history that cannot be read says more than the other documents beside it.
    for name, reason in found.unusable:
        if HISTORY_NAME.search(base_name(name)):
            raise Damaged(path.name, f"{name}: {reason}")
    if any("technical log" in member.filename.lower() for member in documents):
        raise NotAnExport(path.name, f"it is Spotify's technical log, without listening history. {ASK}")
    if any(ACCOUNT_NAME.search(member.filename) for member in documents):
        raise NotAnExport(path.name, f"it is account data without music history. {ASK}")
    raise NotAnExport(path.name, f"it is a zip without a Spotify history. {ASK}")


def _documents(path: Path) -> list[ZipInfo]:
    """The JSON documents of a zip, after looking at what it claims to hold; nothing is unpacked for that.

    The claim is an upper bound: the zip reader stops at a member's claimed size and then finds its checksum wrong.
    """
    with explained(path.name):
        try:
            with ZipFile(path) as archive:
                members = archive.infolist()
        except BadZipFile as error:
            raise CutOff(path.name, f"it is a zip that is cut off or damaged. {AGAIN}") from error
    documents = [
        member
        for member in members
        if member.filename.lower().endswith(".json") and not base_name(member.filename).startswith("._")
    ]
    if sum(member.file_size for member in documents) > MOST_BYTES:
        raise TooLarge(path.name, "it would unpack to over 4 GB, which no export does.")
    for member in documents:
        if member.file_size > max(EXPANSION_COUNTS_FROM, MOST_EXPANSION * member.compress_size):
            raise TooLarge(path.name, f"it would unpack to over {MOST_EXPANSION} times its size, which no export does.")
    return documents


def _kind(archive: Path, name: str, member: ZipInfo | None) -> Kind:
    """Which kind of history a document is.

    Raises:
        NotAnExport: It is something else.
        Damaged: Its name says it is a history, but nobody can read it.
    """
    with opened(archive, name, member) as stream:
        return _recognised(stream, name)


def _recognised(stream: BinaryIO, name: str) -> Kind:
    is_named_so = bool(HISTORY_NAME.search(base_name(name)))
    try:
        pieces = texts(stream, name)
        start = next(pieces, "")
        head = start.lstrip()
        if not head:
            raise NotAnExport(name, f"it is empty, so the download was not finished. {AGAIN}")
        if head.startswith("<"):
            raise NotAnExport(
                name, "it is a web page: the download was not finished, or you were logged out. Try again."
            )
        seen = list(_sample(rows(chain([start], pieces), name)))
    except Damaged as error:
        if is_named_so:
            raise
        raise NotAnExport(name, "it is not a Spotify history.") from error
    for row in seen:
        if is_copied(row):
            raise only_a_part(name)
        if isinstance(row, dict) and (kind := _kind_of_row(row)):
            return kind
    if is_named_so:
        return "extended" if EXTENDED_NAME.search(name) else "account"
    raise NotAnExport(name, "it is other data, not a listening history.")


def _sample(found: Iterator[Any]) -> Iterator[Any]:
    """The first rows. A mistake after a few good ones is for the reader of the whole file to find."""
    first = next(found, None)
    yield first
    with suppress(Damaged):
        yield from islice(found, SAMPLE)


def _kind_of_row(row: dict[str, Any]) -> Kind | None:
    if "ts" in row and row.keys() & {"ms_played", "spotify_track_uri", "master_metadata_track_name"}:
        return "extended"
    if "endTime" in row and row.keys() & {"msPlayed", "trackName", "podcastName", "audiobookName"}:
        return "account"
    return None


def _printable(name: str) -> str:
    """A member's name as it may be shown on a terminal: escape sequences in it are somebody's joke."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
