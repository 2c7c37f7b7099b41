"""Rows of files that nobody understood: kept whole, and tried again by every newer parser."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import HASH_BYTES
from brapped_assets.warehouse.rejected_items import drop_rejected

q = Statements(__file__, "import_ledger.sql")


@dataclass(frozen=True)
class KeptOdd:
    """A row that could not be understood when it was imported, as JSON; `in_files`: how often each file has it."""

    content_hash: UUID
    payload_text: str
    in_files: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TellingFile:
    """The name of a file, and how often it tells each of its plays, by hash (`encoding.Occurrences.hashes`)."""

    name: str
    told: Counter[bytes]


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


def told_by(tx: Connection, listener_id: int, content_hash: str) -> TellingFile:
    """What is known of a file with odd rows; nothing of one that is forgotten."""
    row = tx.execute(q.told_by, {"listener_id": listener_id, "content_hash": content_hash}).fetchone()
    hashes = row["plays_told"] if row and row["plays_told"] else b""
    told = Counter(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return TellingFile(row["name"] if row else "", told)


def add_told(tx: Connection, listener_id: int, content_hash: str, hashes: bytes) -> None:
    """Note that a file tells of this, too."""
    tx.execute(q.tell_more, {"listener_id": listener_id, "content_hash": content_hash, "plays_told": hashes})
