"""Imported files: known by their content, merged piece by piece, each piece together with how far it goes."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row, one_value
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import HASH_BYTES, Encoded, Kind
from brapped_assets.warehouse.merge.exported_plays import introduce, merge_introduced
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, note_merge
from brapped_assets.warehouse.merge.spoken_plays import SpokenKind, SpokenOutcome, merge_spoken, settle_spoken
from brapped_assets.warehouse.payloads import content_hash
from brapped_assets.warehouse.rejected_items import drop_rejected

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
class Piece:
    """Some rows of a file that follow one another.

    `rows_read` counts the rows of the file up to the end of this piece; `other_so_far` and `odd_so_far` those among
    them that are no music, by kind, and those that nobody understands, by reason. `odd` are this piece's own.
    `plays_told`: of a file with odd rows, the hashes of its plays so far (`encoding.Occurrences.hashes`). `spoken` is
    all that is spoken in it, whether its rows were merged before or not.
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


@dataclass(frozen=True)
class KeptOdd:
    """A row that could not be understood when it was imported, as JSON; `in_files`: how often each file has it."""

    content_hash: UUID
    payload_text: str
    in_files: Mapping[str, int] = field(default_factory=dict)


def find_file(tx: Connection, listener_id: int, content_hash: str) -> KnownFile | None:
    """The file with this content, if an import of this listener has merged any of it."""
    row = tx.execute(q.known, {"listener_id": listener_id, "content_hash": content_hash}).fetchone()
    return KnownFile(**row) if row else None


def note_met(tx: Connection, listener_id: int, file: File, now: datetime) -> None:
    """Remember the archive in which a known file was met: what it vouches for together with its neighbours there."""
    tx.execute(q.met, {**asdict(file), "listener_id": listener_id, "now": now})


def merged_rows(tx: Connection, listener_id: int) -> dict[str, float]:
    """By content hash, how many rows of each file are merged; infinitely many of one that this reader has read whole.

    One that an older reader has read whole is read again: nothing of its plays, and all that is spoken.
    """
    found = tx.execute(q.merged, {"listener_id": listener_id, "reader_version": READER_VERSION}).fetchall()
    return {row["content_hash"]: math.inf if row["is_finished"] else row["rows_read"] for row in found}


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
    spoken = SpokenOutcome()
    for kind, of_kind in piece.spoken.items():
        spoken += merge_spoken(tx, listener, kind, of_kind)
    if merged["is_finished"] or 0 < piece.rows_read <= merged["rows_read"]:
        if merged["is_finished"] and piece.is_last:
            tx.execute(q.read_again, values)
        return Merged(MergeOutcome(known=sum(encoded.plays for encoded in piece.plays.values())), spoken)
    became = MergeOutcome()
    for kind, encoded in piece.plays.items():
        became += merge_introduced(tx, listener, kind, encoded)
        if kind == "account" and encoded.first_at and encoded.last_at:
            # A video of a track may be one of these plays.
            settle_spoken(tx, listener, encoded.first_at, encoded.last_at)
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
    tx.execute(q.advance, {**values, **asdict(became), **progress})
    return Merged(became, spoken)


def odd_by_older_parser(
    tx: Connection, listener_id: int, parser_version: int, *, source: str = "import"
) -> list[KeptOdd]:
    """Rows that only older parsers of this source have tried to understand."""
    values = {"listener_id": listener_id, "parser_version": parser_version, "source": source}
    return [KeptOdd(**row) for row in tx.execute(q.odd_by_older_parser, values).fetchall()]


def note_retried(
    tx: Connection, listener_id: int, row: KeptOdd, parser_version: int, *, is_odd: bool, source: str = "import"
) -> None:
    """This parser does not understand the row either (`is_odd`), or it need not be kept any longer."""
    values = {"listener_id": listener_id, "source": source, "content_hash": row.content_hash}
    if is_odd:
        tx.execute(q.rejected_again, {**values, "parser_version": parser_version})
    else:
        drop_rejected(tx, values)


def plays_told(tx: Connection, listener_id: int, content_hash: str) -> Counter[bytes]:
    """How often a file with odd rows tells each of its plays, by hash (`encoding.Occurrences.hashes`)."""
    values = {"listener_id": listener_id, "content_hash": content_hash}
    row = tx.execute(q.plays_told, values).fetchone()
    hashes = row["plays_told"] if row and row["plays_told"] else b""
    return Counter(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))


def add_plays_told(tx: Connection, listener_id: int, content_hash: str, hashes: bytes) -> None:
    """Note that a file tells of these plays, too."""
    tx.execute(q.tell_more, {"listener_id": listener_id, "content_hash": content_hash, "plays_told": hashes})
