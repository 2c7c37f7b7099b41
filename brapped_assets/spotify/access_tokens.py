"""Access tokens from a refresh token, and what the token endpoint's answers mean.

With a client secret the app authenticates by HTTP Basic; without one it is a PKCE app and names its id in
the body (Web API documentation, "Refreshing tokens"). A refresh token dies six months after the listener's
consent, and since mid-2026 a refresh normally brings no new one; should one come, it replaces the old.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import Response, codes

from brapped_assets.spotify.errors import ConsentNeeded, Malformed, Refused, Transient, WrongCredentials
from brapped_assets.spotify.quota import retry_after
from brapped_assets.spotify.response_errors import DASHBOARD, json_of
from brapped_assets.spotify.transport import (
    TIMEOUT,
    USER_AGENT,
    Clock,
    RateLimited,
    Sleep,
    Timeout,
    Unreachable,
    network_errors_are_unreachable,
    persist,
    utc_now,
)

CONSENT_ENDED = (
    "Spotify no longer accepts this consent (it ends six months after the login, or was revoked); run `brapped login`"
)
_EARLY = timedelta(seconds=60)  # a token must outlive the call it is fetched for
_USUAL_LIFE = 3600  # seconds; documented, for an answer without expires_in


@dataclass(frozen=True)
class SpotifyApp:
    """The app of the developer dashboard; without a secret, a PKCE app."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    accounts_url: str = "https://accounts.spotify.com"


class AccessTokens:
    """One listener's access tokens, in memory only.

    `on_rotated` is called with a new refresh token whenever Spotify sends one, before anything else is done
    with the answer: the old refresh token may already be dead by then.
    """

    def __init__(
        self,
        app: SpotifyApp,
        refresh_token: str,
        *,
        on_rotated: Callable[[str], None] = lambda _: None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        timeout: Timeout = TIMEOUT,
    ) -> None:
        self._app = app
        self._refresh_token = refresh_token
        self._on_rotated = on_rotated
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout
        self._access_token: str | None = None
        self._expires_at: datetime | None = None
        self._consent_ended = False

    def token(self) -> str:
        """The cached access token, or a new one from 60 s before its expiry. Raises as `refresh` does."""
        if self._access_token and self._expires_at and self._clock() < self._expires_at - _EARLY:
            return self._access_token
        return self.refresh()

    def refresh(self) -> str:
        """A new access token, whatever the cache says.

        Raises:
            ConsentNeeded: `invalid_grant`; final, so later calls do not ask again.
            WrongCredentials: Spotify does not know the app or its secret.
            Refused: Any other OAuth error.
            Transient: 429, 5xx or network, after four attempts.
            Malformed: The answer holds no access token.
        """
        if self._consent_ended:
            raise ConsentNeeded(CONSENT_ENDED)
        asked_at = self._clock()
        try:
            answer = persist(self._ask, sleep=self._sleep)
        except ConsentNeeded:
            self._consent_ended = True
            self._access_token = None
            raise
        except Transient as error:
            # A plain one: the client must not take the accounts service's 429 for the API's.
            raise Transient(f"no access token: {error}") from None
        rotated = answer.get("refresh_token")
        if isinstance(rotated, str) and rotated and rotated != self._refresh_token:
            self._refresh_token = rotated
            self._on_rotated(rotated)
        self._access_token = access_token_of(answer)
        self._expires_at = asked_at + timedelta(seconds=_seconds(answer.get("expires_in")))
        return self._access_token

    def _ask(self) -> dict[str, Any]:
        return request_token(
            self._app,
            clock=self._clock,
            timeout=self._timeout,
            grant_type="refresh_token",
            refresh_token=self._refresh_token,
        )


def request_token(app: SpotifyApp, *, clock: Clock, timeout: Timeout, **form: str) -> dict[str, Any]:
    """One POST to the token endpoint, with the form fields of a grant. Raises as `AccessTokens.refresh`."""
    url = f"{app.accounts_url.rstrip('/')}/api/token"

    def check(response: Response) -> Response:
        _raise_unless_granted(response, clock())
        return response

    with OAuth2Session(app.client_id, app.client_secret, default_timeout=timeout) as session:
        session.headers["User-Agent"] = USER_AGENT
        session.register_compliance_hook("access_token_response", check)
        try:
            with network_errors_are_unreachable("the token endpoint"):
                # Never redirected: the form holds the refresh token, or the code and its verifier.
                return dict(session.fetch_token(url, allow_redirects=False, **form))
        except (ValueError, TypeError, OverflowError):
            # Authlib's complaints (an id that is not latin-1, an unreadable expires_in) quote their input.
            raise Malformed("the token request or its answer cannot be encoded; check SPOTIFY_*") from None


def access_token_of(answer: dict[str, Any]) -> str:
    """The access token, certain to fit into a header (http.client would quote one that does not).

    Raises:
        Malformed: There is none, or none that fits.
    """
    token = answer.get("access_token")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Malformed("the token endpoint sent no usable access token")
    return token


def _raise_unless_granted(response: Response, now: datetime) -> None:
    if response.status_code == codes.too_many_requests:
        raise RateLimited(retry_after(response.headers, response.text, now))
    if response.status_code >= codes.server_error:
        raise Unreachable(f"the token endpoint answered {response.status_code}")
    body = json_of(response)
    error = body.get("error") if isinstance(body, dict) else None
    match error:
        case "invalid_grant":
            raise ConsentNeeded(CONSENT_ENDED)
        case "invalid_client" | "unauthorized_client":
            raise WrongCredentials(
                "Spotify does not know this app or its secret; check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET "
                f"against the app's settings at {DASHBOARD}"
            )
        case str() if re.fullmatch(r"[a-z_]{1,40}", error):
            raise Refused(f"the token endpoint answers {error}")
    if not isinstance(body, dict) or "error" in body or response.status_code != codes.ok:
        raise Malformed(f"the token endpoint gave an unexpected answer {response.status_code}")


def _seconds(expires_in: Any) -> float:
    return expires_in if isinstance(expires_in, int) and 0 < expires_in < 10**6 else _USUAL_LIFE
