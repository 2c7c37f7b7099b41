"""A listener's consent: the address to open, and the answer that comes back to us.

Authorization Code with a client secret, Authorization Code with PKCE (S256) without one.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.requests_client import OAuth2Session

from brapped_assets.spotify.access_tokens import SpotifyApp, access_token_of, request_token
from brapped_assets.spotify.errors import ConsentDenied, ConsentNeeded, LoginFailed, StateMismatch, Transient
from brapped_assets.spotify.transport import TIMEOUT, Clock, Timeout, utc_now

SCOPES = "user-read-recently-played user-top-read"


@dataclass(frozen=True)
class AuthorizationRequest:
    """One login under way: open `url`, wait at `redirect_uri`, then `exchange`.

    `code_verifier` is PKCE's secret half; None for an app with a client secret.
    """

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    code_verifier: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Grant:
    """What a login brings; `scope` is what was granted, which may be less than asked."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    scope: str
    granted_at: datetime


def authorization_request(app: SpotifyApp, redirect_uri: str, *, show_dialog: bool = False) -> AuthorizationRequest:
    """A new login. `redirect_uri` must equal one registered with the app, to the letter.

    Whoever agreed before is sent back at once, unless `show_dialog`: then Spotify asks, and says as whom.
    """
    state = secrets.token_urlsafe(24)
    # RFC 7636, 4.1: 43 to 128 characters.
    code_verifier = None if app.client_secret else secrets.token_urlsafe(48)
    with OAuth2Session(app.client_id, scope=SCOPES, code_challenge_method="S256") as session:
        url, _ = session.create_authorization_url(
            f"{app.accounts_url.rstrip('/')}/authorize",
            redirect_uri=redirect_uri,
            state=state,
            code_verifier=code_verifier,
            **({"show_dialog": "true"} if show_dialog else {}),
        )
    return AuthorizationRequest(url, redirect_uri, state, code_verifier)


def exchange(
    app: SpotifyApp,
    request: AuthorizationRequest,
    callback_url: str,
    *,
    clock: Clock = utc_now,
    timeout: Timeout = TIMEOUT,
) -> Grant:
    """Turn the address that Spotify sent the browser to into a grant. Asked once: a code works once.

    Raises:
        StateMismatch: The answer belongs to another login.
        ConsentDenied: The listener declined.
        LoginFailed: No code in the address, or a code that Spotify does not take.
        WrongCredentials, Refused, Transient, Malformed: As `AccessTokens.refresh`.
    """
    code = _code(request, callback_url)
    form = {"code": code, "redirect_uri": request.redirect_uri}
    if request.code_verifier:
        form["code_verifier"] = request.code_verifier
    granted_at = clock()
    try:
        answer = request_token(app, clock=clock, timeout=timeout, grant_type="authorization_code", **form)
    except ConsentNeeded:
        raise LoginFailed(
            "Spotify does not take the code: it was used before, is older than a few minutes, or belongs to "
            f"another redirect address than {request.redirect_uri}; run `brapped login` again"
        ) from None
    except Transient as error:
        raise Transient(f"the login could not be completed, run `brapped login` again: {error}") from None
    refresh_token = answer.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise LoginFailed("Spotify sent no refresh token; run `brapped login` again")
    scope = answer.get("scope")
    return Grant(
        refresh_token=refresh_token,
        access_token=access_token_of(answer),
        scope=scope if isinstance(scope, str) else "",
        granted_at=granted_at,
    )


def _code(request: AuthorizationRequest, callback_url: str) -> str:
    try:
        answer = parse_qs(urlsplit(callback_url.strip()).query)
    except ValueError:
        answer = {}
    if not answer.keys() & {"code", "error"}:
        raise LoginFailed(
            "this is not the address Spotify sent the browser to; paste it whole, from http to the end, "
            "even if the page there could not be opened"
        )
    state = answer.get("state", [""])[0]
    if not hmac.compare_digest(state.encode(errors="replace"), request.state.encode()):
        raise StateMismatch(
            "the answer belongs to another login (its state differs), perhaps from an older browser tab; "
            "run `brapped login` again and use the newest page only"
        )
    if "error" in answer:
        if answer["error"] == ["access_denied"]:
            raise ConsentDenied(
                "the request was declined on Spotify's page; run `brapped login` again and choose Agree"
            )
        raise LoginFailed("Spotify's page reported an error; run `brapped login` again")
    return answer["code"][0]
