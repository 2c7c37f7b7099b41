"""Which kind of history a document is, by its first rows."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any, BinaryIO

from brapped_assets.history.brapped_manifest import A_PART, is_a_part, is_copied
from brapped_assets.history.errors import AGAIN, Damaged, NotAnExport, Wrapped
from brapped_assets.history.file_names import EXTENDED_NAME, HISTORY_NAME, base_name
from brapped_assets.history.json_stream import rows, texts
from brapped_assets.history.members import Member
from brapped_assets.history.model import Kind
from brapped_assets.history.not_a_history import EMPTY, OTHER_DATA, UNREADABLE, of_text
from brapped_assets.history.oversized_rows import Shortened

# How many rows may be odd before a document is judged by its name, and how much of it is read for that.
SAMPLE, PIECES = 50, 64


def recognise(member: Member) -> Kind:
    """Which kind of history a document is.

    Raises:
        NotAnExport: It is something else.
        Wrapped: It is a part of an export of ours.
        Damaged: Its name says it is a history, but nobody can read it.
    """
    if is_a_part(member.name):
        raise Wrapped(member.name, A_PART)
    with member.opened() as stream:
        return _recognised(stream, member.name)


def _recognised(stream: BinaryIO, name: str) -> Kind:
    is_named_so = bool(HISTORY_NAME.search(base_name(name)))
    try:
        pieces = islice(texts(stream, name), PIECES)
        start = next(pieces, "")
        if not start.strip():
            raise NotAnExport(name, EMPTY, AGAIN)
        if (error := of_text(name, start)) is not None:
            raise error
        seen = list(_sample(rows(chain([start], pieces), name)))
    except Damaged as error:
        if is_named_so:
            raise
        raise NotAnExport(name, UNREADABLE) from error
    for row in seen:
        if is_copied(row):
            raise Wrapped(name, A_PART)
        if isinstance(row, dict) and (kind := _kind_of_row(row)):
            return kind
    if is_named_so:
        return "extended" if EXTENDED_NAME.search(name) else "account"
    raise NotAnExport(name, OTHER_DATA)


def _sample(found: Iterator[Any]) -> Iterator[Any]:
    """The first rows. A mistake after a few good ones is for the reader of the whole file to find."""
    yield _whole(next(found, None))
    with suppress(Damaged):
        yield from map(_whole, islice(found, SAMPLE))


def _whole(row: Any) -> Any:
    return row.row if isinstance(row, Shortened) else row


def _kind_of_row(row: dict[str, Any]) -> Kind | None:
    if "ts" in row and row.keys() & {"ms_played", "spotify_track_uri", "master_metadata_track_name"}:
        return "extended"
    if "endTime" in row and row.keys() & {"msPlayed", "trackName", "podcastName", "audiobookName"}:
        return "account"
    return None
