"""Refresh tokens of listeners, encrypted: the key is a setting and never in the database.

The one listener of SPOTIFY_REFRESH_TOKEN needs none of this (`listeners.newest_token`). BRAPPED_TOKEN_KEY is one Fernet
key or several with commas between: the first encrypts, all decrypt.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import TokenUnreadable
from brapped_assets.warehouse.listeners import Listener, fingerprint

q = Statements(__file__)


@dataclass(frozen=True)
class Holder:
    """A listener whose refresh token there is: the one given in the settings, else one of the warehouse."""

    listener: Listener
    is_given: bool


def new_key() -> str:
    return Fernet.generate_key().decode()


def holders(tx: Connection, given: str | None) -> list[Holder]:
    """Whoever has a token, consent ended or not, the one not polled for the longest time first."""
    rows = tx.execute(q.with_token, {"fingerprint": fingerprint(given) if given else None}).fetchall()
    return [Holder(is_given=row.pop("is_given"), listener=Listener(**row)) for row in rows]


def keep(tx: Connection, listener_id: int, token: str, keys: str | None, now: datetime) -> None:
    """Keep a listener's newest token in place of any before. Raises TokenUnreadable without a usable key."""
    encrypted = _fernets(keys)[0].encrypt(token.encode())
    tx.execute(q.keep_token, {"listener_id": listener_id, "encrypted": encrypted, "now": now})


def drop(tx: Connection, listener_id: int) -> None:
    tx.execute(q.drop_token, {"listener_id": listener_id})


def stored(tx: Connection, listener_id: int, keys: str | None) -> str | None:
    """A listener's token; None when none is kept. One under an older key is put under the newest.

    Raises TokenUnreadable when no key opens it.
    """
    row = tx.execute(q.stored_token, {"listener_id": listener_id}).fetchone()
    if row is None:
        return None
    before, fernets = bytes(row["encrypted"]), _fernets(keys)
    try:
        return fernets[0].decrypt(before).decode()
    except InvalidToken:
        pass
    try:
        token = MultiFernet(fernets).decrypt(before).decode()
    except InvalidToken:
        raise TokenUnreadable(
            "BRAPPED_TOKEN_KEY does not open the stored refresh token of a listener. Set it to the key with which "
            "they were added; if that is lost, they consent again: brapped login."
        ) from None
    renewed = {"listener_id": listener_id, "before": before, "encrypted": fernets[0].encrypt(token.encode())}
    tx.execute(q.renew_token, renewed)
    return token


def _fernets(keys: str | None) -> list[Fernet]:
    if not keys or not (each := [key.strip() for key in keys.split(",") if key.strip()]):
        raise TokenUnreadable(
            "A listener's refresh token is stored encrypted, and BRAPPED_TOKEN_KEY is not set here. Copy it from the "
            "settings of the machine where they were added."
        )
    try:
        return [Fernet(key) for key in each]
    except ValueError:
        # Its text would be about the key.
        raise TokenUnreadable(
            "BRAPPED_TOKEN_KEY is no key: it has 44 characters, as `brapped login` writes it (several: with commas)."
        ) from None
