"""Tokens by which programs read the API: made once, shown once, kept as hashes.

A token has 256 random bits, so a plain SHA-256 tells nothing of it, and whoever guesses has no chance.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal, get_args

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import TooManyTokens

q = Statements(__file__)

Scope = Literal["totals", "lists", "plays", "pieces", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
WORDS: dict[Scope, str] = {
    "totals": "totals, series, the clock, completeness",
    "lists": "lists, items, rankings, Wrapped",
    "plays": "every play",
    "pieces": "badge, card and widget, also by ?token= in an address",
    "metrics": "/metrics, which tells of the machinery only",
}
PREFIX, RANDOM_BYTES = "brapped_", 32
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
LONGEST_NAME, MOST_TOKENS = 60, 50
PER_MINUTE = 120


@dataclass(frozen=True)
class ReadToken:
    """What is known of one; nothing of it opens anything. Instants are UTC; `last_used_at` may be 5 minutes late."""

    token_id: int
    listener_id: int
    listener_name: str
    name: str
    scopes: tuple[Scope, ...]
    per_minute: int
    created_at: datetime
    last_used_at: datetime | None


def make(
    tx: Connection,
    listener_id: int,
    name: str,
    scopes: tuple[Scope, ...],
    now: datetime,
    *,
    per_minute: int = PER_MINUTE,
) -> str:
    """A new token, told here and never again. Raises TooManyTokens."""
    token = PREFIX + token_urlsafe(RANDOM_BYTES)
    if len(all_tokens(tx)) >= MOST_TOKENS:
        raise TooManyTokens(
            f"There are {MOST_TOKENS} read tokens already. Revoke one that nothing uses: brapped token."
        )
    values = {
        "listener_id": listener_id, "name": name, "scopes": list(scopes), "per_minute": per_minute, "now": now,
        "token_hash": digest(token),
    }  # fmt: skip
    tx.execute(q.make, values)
    return token


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def is_token(text: str) -> bool:
    """Whether it looks like one; nothing else is worth looking up."""
    return TOKEN.fullmatch(text) is not None


def all_tokens(tx: Connection) -> list[ReadToken]:
    """Of every listener, the oldest first."""
    return list(by_hash(tx).values())


def by_hash(tx: Connection) -> dict[bytes, ReadToken]:
    """Those there are, by what they are known by."""
    rows = tx.execute(q.all, {}).fetchall()
    return {bytes(row.pop("token_hash")): ReadToken(**row | {"scopes": tuple(row["scopes"])}) for row in rows}


def revoke(tx: Connection, token_id: int) -> bool:
    """From now on it opens nothing; False: there was none."""
    return tx.execute(q.revoke, {"token_id": token_id}).rowcount > 0


def note_use(tx: Connection, token_id: int, now: datetime) -> None:
    tx.execute(q.note_use, {"token_id": token_id, "now": now})
