"""What the owner of a home says of artists, which goes before what anybody else tells."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "artist_tags.sql")


@dataclass(frozen=True)
class Override:
    """Genres, the weightiest first (none at all: an empty list), country and year; None: as others tell."""

    genres: list[str] | None = None
    country: str | None = None
    began: int | None = None


def replace(tx: Connection, said: Mapping[str, Override], now: datetime) -> None:
    """Make this, by id or name, what the file says; what an export brought back and the file does not name stays."""
    records = json.dumps([{"artist_ref": ref, **asdict(one)} for ref, one in said.items()])
    values = {"records": records, "now": now}
    tx.execute(q.overrides_gone, values)
    tx.execute(q.overrides, values)


def unmatched(tx: Connection) -> list[str]:
    """What the file names and nobody played so far, by name or id."""
    return [row["artist_ref"] for row in tx.execute(q.unmatched).fetchall()]
