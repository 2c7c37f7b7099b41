"""Authorization codes, access and refresh tokens: signed texts that carry all they mean.

Nothing is stored, so a refresh token survives a restart of the server; only what was revoked, rotated or already
exchanged is remembered, and only while the process lives.
"""

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

CODE_LIFETIME = timedelta(minutes=10)


class TokenError(Exception):
    """An answer of the token endpoint that is an error: HTTP 400 and the flat OAuth body (facts, section 1.4)."""

    def __init__(self, error: str, description: str | None = None) -> None:
        super().__init__(description or error)
        self.body = {"error": error} | ({"error_description": description} if description else {})


@dataclass(frozen=True)
class Grant:
    """What an access token allows. `user` is False for client credentials, which see no `/v1/me`."""

    scopes: frozenset[str]
    user: bool


class Tokens:
    """Issues and checks tokens by the given clock.

    `access_lifetime` and `consent_lifetime` may be changed while it runs. Six months in days is not confirmed
    (facts, section 1.3); half a year is meant. With `rotate`, a PKCE refresh answers with a new refresh token and
    revokes the old one, as it did until June 2026.
    """

    def __init__(self, seed: str, clock: Callable[[], datetime]) -> None:
        self.access_lifetime = timedelta(hours=1)
        self.consent_lifetime = timedelta(days=182)
        self.rotate = False
        self._key = hashlib.blake2b(f"{seed}/tokens".encode(), digest_size=32).digest()
        self._clock = clock
        self._revocations = 0
        self._spent: set[str] = set()

    def code(self, *, client_id: str, redirect_uri: str, scope: str, challenge: str | None) -> str:
        """An authorization code, good for one exchange within ten minutes."""
        return self._sign(
            "code",
            at=_ms(self._clock()),
            # Two logins at one instant of a stopped clock are still two codes.
            nonce=token_hex(4),
            client=client_id,
            to=redirect_uri,
            scope=scope,
            pkce=challenge,
        )

    def exchange(
        self, code: str, *, client_id: str, redirect_uri: str, verifier: str | None, authenticated: bool
    ) -> dict[str, Any]:
        """The answer to `grant_type=authorization_code`."""
        held = self._read("code", code)
        if held is None or held["client"] != client_id or code in self._spent:
            raise TokenError("invalid_grant", "Invalid authorization code")
        if self._clock() - _instant(held["at"]) > CODE_LIFETIME:
            raise TokenError("invalid_grant", "Authorization code expired")
        if held["to"] != redirect_uri:
            raise TokenError("invalid_grant", "Invalid redirect URI")
        if held["pkce"] is None and not authenticated:
            raise TokenError("invalid_client", "Invalid client secret")
        if held["pkce"] is not None and held["pkce"] != challenge_of(verifier or ""):
            # The wording is not confirmed.
            raise TokenError("invalid_grant", "code_verifier was incorrect")
        self._spent.add(code)
        refresh = self.refresh_token(client_id=client_id, scope=held["scope"], pkce=held["pkce"] is not None)
        return self._answer(held["scope"]) | {"refresh_token": refresh}

    def refresh_token(
        self, *, client_id: str, scope: str, pkce: bool = False, authorized_at: datetime | None = None, turn: int = 0
    ) -> str:
        """A refresh token as of a consent given at `authorized_at` (now unless told)."""
        at = _ms(authorized_at or self._clock())
        return self._sign("refresh", at=at, client=client_id, scope=scope, pkce=pkce, turn=turn)

    def refresh(self, token: str, *, client_id: str, authenticated: bool) -> dict[str, Any]:
        """The answer to `grant_type=refresh_token`: without a new refresh token, unless `rotate` is on."""
        held = self._read("refresh", token)
        if held is None or held["client"] != client_id:
            raise TokenError("invalid_grant", "Invalid refresh token")
        if not held["pkce"] and not authenticated:
            raise TokenError("invalid_client", "Invalid client secret")
        authorized_at = _instant(held["at"])
        if token in self._spent or held["revocations"] < self._revocations:
            raise TokenError("invalid_grant", "Refresh token revoked")
        if self._clock() >= authorized_at + self.consent_lifetime:
            raise TokenError("invalid_grant", "Refresh token expired")
        answer = self._answer(held["scope"])
        if self.rotate and held["pkce"]:
            self._spent.add(token)
            answer["refresh_token"] = self.refresh_token(
                client_id=client_id,
                scope=held["scope"],
                pkce=True,
                authorized_at=authorized_at,
                turn=held["turn"] + 1,
            )
        return answer

    def client_credentials(self) -> dict[str, Any]:
        """The answer to `grant_type=client_credentials`: no scope, no refresh token, no user."""
        answer = self._answer("", user=False)
        del answer["scope"]
        return answer

    def check(self, access_token: str) -> Grant | None:
        """What an access token allows now; None when it is no longer, or never was, one."""
        held = self._read("access", access_token)
        if held is None:
            return None
        issued = _instant(held["at"])
        if held["revocations"] < self._revocations or self._clock() >= issued + self.access_lifetime:
            return None
        return Grant(frozenset(held["scope"].split()), held["user"])

    def issued(self, token: str) -> bool:
        """Whether a code or token of any kind was signed here, whatever became of it since."""
        return self._claims(token) is not None

    def revoke(self) -> None:
        """The listener takes back every consent given up to now."""
        self._revocations += 1

    def _answer(self, scope: str, *, user: bool = True) -> dict[str, Any]:
        return {
            "access_token": self._sign("access", at=_ms(self._clock()), scope=scope, user=user),
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": int(self.access_lifetime.total_seconds()),
        }

    def _sign(self, kind: str, **claims: Any) -> str:
        body = json.dumps({"kind": kind, "revocations": self._revocations, **claims}, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._signature(body) + body).decode().rstrip("=")

    def _read(self, kind: str, token: str) -> dict[str, Any] | None:
        claims = self._claims(token)
        return claims if claims is not None and claims["kind"] == kind else None

    def _claims(self, token: str) -> dict[str, Any] | None:
        try:
            raw = b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        if not hmac.compare_digest(raw[:16], self._signature(raw[16:])):
            return None
        claims: dict[str, Any] = json.loads(raw[16:])
        return claims

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:16]


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _ms(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
