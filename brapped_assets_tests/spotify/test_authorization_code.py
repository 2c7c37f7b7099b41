import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.spotify import (
    AuthorizationRequest,
    ConsentDenied,
    LoginFailed,
    SpotifyApp,
    StateMismatch,
    Transient,
    WrongCredentials,
    authorization_request,
    exchange,
)
from brapped_assets_tests.spotify.stand_ins import MovableClock

REDIRECT = "http://127.0.0.1:8898/callback"


def consent(request: AuthorizationRequest, button: str = "agree") -> str:
    """Open the consent page, press a button, and see where the browser is sent."""
    page = requests.get(request.url, timeout=60)
    assert page.ok, page.text
    link = re.search(rf'id="{button}" href="([^"]*)"', page.text)
    assert link, page.text
    return unescape(link[1])


@pytest.fixture(params=["secret", "pkce"])
def either_app(request: pytest.FixtureRequest, account: SimulatedAccount, server: RunningServer) -> SpotifyApp:
    return SpotifyApp(account.client_id, account.client_secret if request.param == "secret" else None, server.url)


def test_a_login_brings_a_grant(either_app: SpotifyApp, account: SimulatedAccount, clock: MovableClock) -> None:
    request = authorization_request(either_app, REDIRECT)
    grant = exchange(either_app, request, f"  {consent(request)}\n", clock=clock)
    assert grant.scope == "user-read-recently-played user-top-read"
    assert grant.granted_at == clock()
    assert account.tokens.check(grant.access_token)
    authenticated = either_app.client_secret is not None
    assert account.tokens.refresh(grant.refresh_token, client_id=either_app.client_id, authenticated=authenticated)


def test_the_request_asks_for_the_two_scopes_and_pkce_only_without_a_secret(either_app: SpotifyApp) -> None:
    request = authorization_request(either_app, REDIRECT)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    assert asked["scope"] == "user-read-recently-played user-top-read"
    assert asked["redirect_uri"] == REDIRECT
    assert asked["response_type"] == "code"
    assert len(asked["state"]) >= 32
    if either_app.client_secret:
        assert request.code_verifier is None
        assert "code_challenge" not in asked
    else:
        assert request.code_verifier
        assert 43 <= len(request.code_verifier) <= 128
        assert asked["code_challenge_method"] == "S256"


def test_two_logins_share_no_state(app: SpotifyApp) -> None:
    assert authorization_request(app, REDIRECT).state != authorization_request(app, REDIRECT).state


def test_an_answer_to_another_login_is_refused_before_anything_is_asked(
    app: SpotifyApp, account: SimulatedAccount, clock: MovableClock
) -> None:
    older, newer = authorization_request(app, REDIRECT), authorization_request(app, REDIRECT)
    with pytest.raises(StateMismatch, match="another login"):
        exchange(app, newer, consent(older), clock=clock)
    with pytest.raises(StateMismatch):
        exchange(app, newer, f"{REDIRECT}?code=x&state=\ud800", clock=clock)
    assert "/api/token" not in {call.path for call in account.calls}


@pytest.mark.parametrize("state", ["", "&state=", "&state={state}x", "&state=x&state={state}"])
def test_an_answer_without_our_state_is_refused_before_anything_is_asked(
    app: SpotifyApp, account: SimulatedAccount, clock: MovableClock, state: str
) -> None:
    request = authorization_request(app, REDIRECT)
    code = parse_qs(urlsplit(consent(request)).query)["code"][0]
    for answer in (f"code={code}", "error=access_denied"):
        with pytest.raises(StateMismatch):
            exchange(app, request, f"{REDIRECT}?{answer}{state.format(state=request.state)}", clock=clock)
    assert "/api/token" not in {call.path for call in account.calls}


def test_a_code_is_of_no_use_without_the_verifier_of_its_own_login(
    account: SimulatedAccount, server: RunningServer, clock: MovableClock
) -> None:
    """PKCE: whoever gets hold of the address alone gets nothing."""
    app = SpotifyApp(account.client_id, None, server.url)
    request, another = authorization_request(app, REDIRECT), authorization_request(app, REDIRECT)
    callback = consent(request)
    for verifier in (another.code_verifier, None):
        with pytest.raises((LoginFailed, WrongCredentials)):
            exchange(app, replace(request, code_verifier=verifier), callback, clock=clock)
    assert exchange(app, request, callback, clock=clock).refresh_token


def test_pressing_cancel_is_told_apart(app: SpotifyApp, clock: MovableClock) -> None:
    request = authorization_request(app, REDIRECT)
    with pytest.raises(ConsentDenied, match="declined"):
        exchange(app, request, consent(request, "cancel"), clock=clock)


@pytest.mark.parametrize("pasted", ["", "yes", REDIRECT, f"{REDIRECT}?code=&state=x", "http://[bad"])
def test_an_address_without_an_answer_is_told_apart(app: SpotifyApp, clock: MovableClock, pasted: str) -> None:
    with pytest.raises(LoginFailed, match="paste it whole"):
        exchange(app, authorization_request(app, REDIRECT), pasted, clock=clock)


def test_an_error_on_spotifys_page_is_a_failed_login(app: SpotifyApp, clock: MovableClock) -> None:
    request = authorization_request(app, REDIRECT)
    with pytest.raises(LoginFailed):
        exchange(app, request, f"{REDIRECT}?error=server_error&state={request.state}", clock=clock)


@pytest.mark.parametrize("mistake", ["used twice", "too late"])
def test_a_code_spotify_does_not_take_names_the_likely_mistakes(
    either_app: SpotifyApp, clock: MovableClock, mistake: str
) -> None:
    request = authorization_request(either_app, REDIRECT)
    callback = consent(request)
    if mistake == "used twice":
        exchange(either_app, request, callback, clock=clock)
    else:
        clock.forward(timedelta(minutes=11))
    with pytest.raises(LoginFailed, match=r"used before.*127\.0\.0\.1:8898/callback"):
        exchange(either_app, request, callback, clock=clock)


def test_a_wrong_secret_names_the_settings(
    account: SimulatedAccount, server: RunningServer, clock: MovableClock
) -> None:
    app = SpotifyApp(account.client_id, "wrong", server.url)
    request = authorization_request(app, REDIRECT)
    with pytest.raises(WrongCredentials, match="SPOTIFY_CLIENT_SECRET"):
        exchange(app, request, consent(request), clock=clock)


def test_a_code_is_offered_once_even_when_the_answer_is_lost(
    app: SpotifyApp, account: SimulatedAccount, clock: MovableClock
) -> None:
    request = authorization_request(app, REDIRECT)
    callback = consent(request)
    account.faults.add("server_error", path="/api/token")
    with pytest.raises(Transient, match="run `brapped login` again"):
        exchange(app, request, callback, clock=clock)
    assert [call.path for call in account.calls].count("/api/token") == 1
