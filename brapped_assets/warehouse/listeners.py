"""Listeners: who they are, in which zone they live, and whether their consent still holds."""

import base64
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from brapped_assets.warehouse import zones
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

# Whose id it is when Spotify (or a stand-in) does not say: a single listener needs no more.
UNNAMED = "me"
# Whose id it is who has none at Spotify's: with their name behind it.
WITHOUT_LOGIN = "export of "
# What they are called on the pages.
NAMELESS = "You"


@dataclass(frozen=True)
class Listener:
    """One person. `authorized_at` None: consent date unknown; `consent_ended_at` None: consent holds (UTC)."""

    listener_id: int
    spotify_user_id: str
    display_name: str
    time_zone: str
    collected_since: datetime | None
    authorized_at: datetime | None
    consent_ended_at: datetime | None


@dataclass(frozen=True)
class Returning:
    """Whose export of ours it is, as its manifest says.

    `spans` are the zones they lived in, empty for somebody who lived in no other than `time_zone`.
    Their polls collected from `collected_since` to `collected_until` (END of the newest play); None: never polled. All
    instants are UTC.
    """

    spotify_user_id: str
    account_id: str | None
    display_name: str
    time_zone: str
    collected_since: datetime | None
    collected_until: datetime | None
    forgotten_before: datetime | None
    spans: zones.Spans = ()


def listeners(tx: Connection) -> list[Listener]:
    """All of them, the first first."""
    return [Listener(**row) for row in tx.execute(q.all).fetchall()]


def logged_in(tx: Connection) -> int:
    """How many ever logged in and were not forgotten: Spotify's list of users counts them all."""
    row = one_row(tx, q.logged_in)
    return int(row["people"])


def by_token(tx: Connection, refresh_token: str) -> Listener | None:
    """The listener this token was last seen with, if any."""
    row = tx.execute(q.by_token, {"fingerprint": fingerprint(refresh_token)}).fetchone()
    return Listener(**row) if row else None


def save_listener(
    tx: Connection,
    *,
    refresh_token: str,
    time_zone: str,
    now: datetime,
    spotify_user_id: str | None = None,
    account_id: str | None = None,
    display_name: str | None = None,
    authorized_at: datetime | None = None,
) -> Listener:
    """Remember whose token this is; a new person gets `time_zone`, a known one keeps theirs.

    Without an id, the only listener there is (or the first to come) is meant; once the id is known, that
    listener gets it. `authorized_at` None leaves the consent date unknown, for consent dies by a clock that only
    a login starts. Raises UnknownZone when the database's server has no such zone.
    """
    zones.make_sure(tx, time_zone)
    row = one_row(
        tx,
        q.welcome,
        {
            "spotify_user_id": spotify_user_id,
            "unnamed": UNNAMED,
            "account_id": account_id,
            "display_name": display_name,
            "time_zone": time_zone,
            "authorized_at": authorized_at,
            "fingerprint": fingerprint(refresh_token),
            "now": now,
        },
    )
    return Listener(**row)


def get_or_create_placeholder(tx: Connection, *, time_zone: str, now: datetime) -> Listener:
    """The listener of exports that came without any login; the first login later finds their plays and is theirs.

    Raises UnknownZone when the database's server has no such zone.
    """
    zones.make_sure(tx, time_zone)
    row = one_row(tx, q.alone, {"unnamed": UNNAMED, "name": NAMELESS, "time_zone": time_zone, "now": now})
    return Listener(**row)


def get_or_create_without_login(tx: Connection, name: str, *, time_zone: str, now: datetime) -> Listener:
    """The listener of that name who came by their export, beside others. A login of theirs is somebody else.

    Raises UnknownZone when the database's server has no such zone.
    """
    zones.make_sure(tx, time_zone)
    values = {"id": f"{WITHOUT_LOGIN}{name}", "name": name, "time_zone": time_zone, "now": now}
    return Listener(**one_row(tx, q.without_login, values))


def has_account(spotify_user_id: str) -> bool:
    """Whether it is an id of Spotify's, not one of ours for somebody who never logged in."""
    return spotify_user_id != UNNAMED and not spotify_user_id.startswith(WITHOUT_LOGIN)


def restore_listener(tx: Connection, who: Returning, now: datetime) -> Listener:
    """Who an export of ours is of: a known person, the placeholder, or somebody who comes back as they were.

    A known person keeps the zone that holds now, and earlier ones that `brapped timezone` set here. Raises UnknownZone.
    """
    zones.make_sure(tx, who.time_zone)
    row = one_row(tx, q.returning, {**asdict(who), "unnamed": UNNAMED, "now": now})
    listener = Listener(**row)
    if who.spans and zones.spans_of_listener(tx, listener.listener_id) == (zones.Span(None, who.spans[-1].time_zone),):
        zones.write(tx, listener.listener_id, zones.remembered(tx, listener.listener_id, who.spans))
    return listener


def end_consent(tx: Connection, listener_id: int, now: datetime) -> None:
    """Spotify refused the token for good; nobody asks with it again."""
    tx.execute(q.end_consent, {"listener_id": listener_id, "now": now})


def fingerprint(refresh_token: str) -> str:
    """Tells tokens apart without keeping any: 128 bits of a keyed hash."""
    code = hmac.HMAC(b"brapped refresh token", hashes.SHA256())
    code.update(refresh_token.encode())
    return code.finalize().hex()[:32]


def keep_rotated(tx: Connection, listener_id: int, *, given: str, rotated: str, now: datetime) -> None:
    """Keep the token Spotify sent in exchange for `given`, readable only by whoever still holds `given`."""
    values = {"listener_id": listener_id, "encrypted": seal(given, rotated), "now": now}
    tx.execute(q.keep_rotated, values)


def newest_token(tx: Connection, listener_id: int, given: str) -> str:
    """The token to use: the rotated one as long as it stems from `given`, else `given` itself.

    After a new login `given` is another one, the key no longer fits, and the new consent wins.
    """
    row = tx.execute(q.rotated, {"listener_id": listener_id}).fetchone()
    return (unseal(given, bytes(row["encrypted"])) if row else None) or given


def seal(given: str, rotated: str) -> bytes:
    """A token, encrypted so that whoever holds `given` can read it, and nobody else."""
    return Fernet(_key(given)).encrypt(rotated.encode())


def unseal(given: str, encrypted: bytes) -> str | None:
    """What `seal` made; None when it came in exchange for another token."""
    try:
        return Fernet(_key(given)).decrypt(encrypted).decode()
    except InvalidToken:
        return None


def _key(given: str) -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"brapped rotated token").derive(given.encode())
    return base64.urlsafe_b64encode(derived)
