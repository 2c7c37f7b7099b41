"""Imported files: known by their content, merged piece by piece, each piece together with how far it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg.types.json import Jsonb

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row, one_value
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import Encoded, Kind
from brapped_assets.warehouse.merge.exported_plays import introduce, merge_introduced
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, note_merge
from brapped_assets.warehouse.merge.spoken_plays import SpokenKind, SpokenOutcome, merge_spoken, settle_spoken
from brapped_assets.warehouse.payloads import content_hash

q = Statements(__file__)

READER_VERSION = 2
"""Raise it whenever more is kept of rows that are understood: files that an older one read can then be read again.

1 counted episodes, chapters and videos, 2 keeps them.
"""


class Odd(Protocol):
    """One row of a file that could not be understood, as JSON, and why."""

    @property
    def payload_text(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class File:
    """A file of an export, known by `content_hash`.

    `archive` is the same text for all files of one export; `running_number` is Spotify's own within it and the kind.
    `username` is the account that its first rows name, of which a hash is kept.
    """

    content_hash: str
    kind: Kind
    name: str
    archive: str
    running_number: int | None
    username: str | None = None


@dataclass(frozen=True)
class KnownFile:
    """A file some import has met: how many of its rows are merged, and what they were."""

    rows_read: int
    plays: int
    forgotten: int
    other: dict[str, int]
    odd: dict[str, int]
    is_finished: bool


@dataclass(frozen=True)
class MergedBefore:
    """How many `rows` of a file earlier imports have merged; so many `forgotten` plays are among them.

    One that `is_whole` and not `is_current`, for an older reader has read it, is read again: nothing of its plays, and
    all that is spoken.
    """

    rows: int = 0
    forgotten: int = 0
    is_whole: bool = False
    is_current: bool = False


@dataclass(frozen=True)
class Piece:
    """Some rows of a file that follow one another.

    `rows_read` counts the rows of the file up to the end of this piece; `other_so_far` and `odd_so_far` those among
    them that are no music, by kind, and those that nobody understands, by reason. `odd` are this piece's own.
    `plays_told`: of a file with odd rows, the hashes of all plays so far, spoken ones too (`Occurrences.hashes`).
    `spoken` is all that is spoken in it, whether its rows were merged before or not.
    """

    rows_read: int
    is_last: bool
    plays: Mapping[Kind, Encoded]
    odd: Sequence[Odd]
    other_so_far: Mapping[str, int]
    odd_so_far: Mapping[str, int]
    plays_told: bytes | None = None
    spoken: Mapping[Kind, Mapping[SpokenKind, Encoded]] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """What became of the plays of a piece, and of what is spoken in it."""

    plays: MergeOutcome = field(default_factory=MergeOutcome)
    spoken: SpokenOutcome = field(default_factory=SpokenOutcome)

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(self.plays + other.plays, self.spoken + other.spoken)


def find_file(tx: Connection, listener_id: int, content_hash: str) -> KnownFile | None:
    """The file with this content, if an import of this listener has merged any of it."""
    row = tx.execute(q.known, {"listener_id": listener_id, "content_hash": content_hash}).fetchone()
    return KnownFile(**row) if row else None


def note_met(tx: Connection, listener_id: int, file: File, now: datetime) -> None:
    """Remember the archive in which a known file was met: what it vouches for together with its neighbours there."""
    tx.execute(q.met, {**asdict(file), "listener_id": listener_id, "now": now})


def merged_before(tx: Connection, listener_id: int) -> dict[str, MergedBefore]:
    """What is merged of each file, by content hash."""
    found = tx.execute(q.merged, {"listener_id": listener_id, "reader_version": READER_VERSION}).fetchall()
    return {row.pop("content_hash"): MergedBefore(**row) for row in found}


def files_to_read_again(tx: Connection, listener_id: int) -> int:
    """How many files an older reader has read, which did not keep what is spoken."""
    count: int = one_value(tx, q.to_read_again, {"listener_id": listener_id, "reader_version": READER_VERSION})
    return count


def flush(tx: Connection, listener_id: int, now: datetime) -> None:
    """Have all pieces that are merged on the disk when this transaction ends (see `merge_pieces`)."""
    note_merge(tx, listener_id, now)


def merge_pieces(
    tx: Connection, listener_id: int, pieces: Sequence[tuple[File, Piece]], *, parser_version: int, now: datetime
) -> tuple[list[Merged], psycopg.Error | None]:
    """Merge pieces one after the other, keep their odd rows, and note how far each file is merged: each wholly or not.

    Says what became of them, and for which error the database did not take the rest after a first one. They were
    encoded with the same `encoding.Names`. A piece that another import of the same file has merged meanwhile is left
    alone. The commit does not wait for the disk: a power failure may take the latest pieces back, and the word that
    they are merged with them. `flush` waits, once. Raises Busy as `merge_plays` does.
    """
    tx.execute("set local synchronous_commit = off")
    # The listener first: two imports of the same files would wait for each other's.
    listener = introduce(tx, listener_id, [encoded for _, piece in pieces for encoded in piece.plays.values()])
    values = {"parser_version": parser_version, "reader_version": READER_VERSION, "now": now}
    became: list[Merged] = []
    for file, piece in pieces:
        try:
            with tx.transaction():
                became.append(_merge_piece(tx, listener, file, piece, values))
        except psycopg.Error as error:
            if not became:
                raise
            return became, error
    return became, None


def _merge_piece(tx: Connection, listener: dict[str, Any], file: File, piece: Piece, values: dict[str, Any]) -> Merged:
    listener_id: int = listener["listener_id"]
    values = {**asdict(file), **values, "listener_id": listener_id}
    tx.execute(q.begin, values)
    note_met(tx, listener_id, file, values["now"])
    merged = one_row(tx, q.lock, values)
    if merged["is_finished"] or 0 < piece.rows_read <= merged["rows_read"]:
        became = merge_told(tx, listener, {}, piece.spoken)
        if merged["is_finished"] and piece.is_last:
            tx.execute(q.read_again, {**values, "plays_told": piece.plays_told})
        return became + Merged(MergeOutcome(known=sum(encoded.plays for encoded in piece.plays.values())))
    became = merge_told(tx, listener, piece.plays, piece.spoken)
    if piece.odd:
        odd = {
            "hashes": [content_hash(row.payload_text) for row in piece.odd],
            "payloads": [row.payload_text for row in piece.odd],
            "reasons": [row.reason for row in piece.odd],
        }
        tx.execute(q.odd, {**values, **odd})
    progress = {
        "rows_read": piece.rows_read,
        "rows_other": Jsonb(dict(piece.other_so_far)),
        "rows_odd": Jsonb(dict(piece.odd_so_far)),
        "first_at": min((plays.first_at for plays in piece.plays.values() if plays.first_at), default=None),
        "last_at": max((plays.last_at for plays in piece.plays.values() if plays.last_at), default=None),
        "is_last": piece.is_last,
        "plays_told": piece.plays_told,
    }
    tx.execute(q.advance, {**values, **asdict(became.plays), **progress})
    return became


def merge_told(
    tx: Connection,
    listener: dict[str, Any],
    plays: Mapping[Kind, Encoded],
    spoken: Mapping[Kind, Mapping[SpokenKind, Encoded]],
) -> Merged:
    """Merge what some rows of one file tell: what is spoken, and plays whose tracks were introduced."""
    heard, played = SpokenOutcome(), MergeOutcome()
    for kind, of_kind in spoken.items():
        heard += merge_spoken(tx, listener, kind, of_kind)
    for kind, encoded in plays.items():
        played += merge_introduced(tx, listener, kind, encoded)
        if kind == "account" and encoded.first_at and encoded.last_at:
            # A video of a track may be one of these plays.
            settle_spoken(tx, listener, encoded.first_at, encoded.last_at)
    return Merged(played, heard)
