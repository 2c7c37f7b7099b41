from base64 import b64encode
from datetime import timedelta

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.server import RunningServer
from brapped_assets.demo.tokens import challenge_of
from brapped_assets_tests.demo.conftest import Clock

REDIRECT = "http://127.0.0.1:8898/callback"
VERIFIER = "a" * 43 + "-._~"
Body = dict[str, object]


class Client:
    """An app that talks to the token endpoint, with its secret or without."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.id, self.secret = server.account.client_id, server.account.client_secret

    def post(self, *, secret: bool = True, **form: str) -> tuple[int, Body]:
        auth = (self.id, self.secret) if secret else None
        form = form if secret else {"client_id": self.id, **form}
        response = requests.post(f"{self.server.url}/api/token", data=form, auth=auth, timeout=60)
        return response.status_code, response.json()

    def exchange(
        self, code: str, *, secret: bool = True, redirect_uri: str = REDIRECT, **more: str
    ) -> tuple[int, Body]:
        return self.post(secret=secret, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **more)

    def refresh(self, token: object, *, secret: bool = True) -> tuple[int, Body]:
        return self.post(secret=secret, grant_type="refresh_token", refresh_token=str(token))

    def me(self, access_token: object) -> int:
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.server.api_url}/me", headers=headers, timeout=60).status_code


@pytest.fixture
def client(server: RunningServer) -> Client:
    return Client(server)


def code_of(account: SimulatedAccount, challenge: str | None = None) -> str:
    return account.tokens.code(
        client_id=account.client_id, redirect_uri=REDIRECT, scope="user-top-read", challenge=challenge
    )


def test_a_code_is_exchanged_once_for_both_tokens(client: Client, account: SimulatedAccount) -> None:
    code = code_of(account)
    status, body = client.exchange(code)
    assert status == 200
    assert list(body) == ["access_token", "token_type", "scope", "expires_in", "refresh_token"]
    assert (body["token_type"], body["scope"], body["expires_in"]) == ("Bearer", "user-top-read", 3600)
    assert client.me(body["access_token"]) == 200
    assert client.exchange(code) == (
        400,
        {"error": "invalid_grant", "error_description": "Invalid authorization code"},
    )


def test_a_refresh_brings_no_new_refresh_token(client: Client, account: SimulatedAccount) -> None:
    token = account.refresh_token()
    for _ in range(2):
        status, body = client.refresh(token)
        assert (status, list(body)) == (200, ["access_token", "token_type", "scope", "expires_in"])


def test_pkce_needs_the_verifier_and_no_secret(client: Client, account: SimulatedAccount) -> None:
    status, body = client.exchange(code_of(account, challenge_of(VERIFIER)), secret=False, code_verifier=VERIFIER)
    assert status == 200
    status, again = client.refresh(body["refresh_token"], secret=False)
    assert status == 200
    assert "refresh_token" not in again
    for wrong in ({}, {"code_verifier": "b" * 43}):
        status, body = client.exchange(code_of(account, challenge_of(VERIFIER)), secret=False, **wrong)
        assert (status, body["error"]) == (400, "invalid_grant")


def test_without_pkce_the_secret_is_needed(client: Client, account: SimulatedAccount) -> None:
    assert client.exchange(code_of(account), secret=False)[1]["error"] == "invalid_client"
    assert client.refresh(account.refresh_token(), secret=False)[1]["error"] == "invalid_client"
    assert client.refresh(account.refresh_token(pkce=True), secret=False)[0] == 200


def test_rotation_spends_the_old_pkce_token(client: Client, account: SimulatedAccount) -> None:
    account.tokens.rotate = True
    first = account.refresh_token(pkce=True)
    status, body = client.refresh(first, secret=False)
    assert status == 200
    assert client.refresh(first, secret=False)[1]["error_description"] == "Refresh token revoked"
    assert client.refresh(body["refresh_token"], secret=False)[0] == 200
    assert "refresh_token" not in client.refresh(account.refresh_token())[1]


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "Invalid redirect URI"),
        ({"code": "garbage"}, "Invalid authorization code"),
    ],
)
def test_an_exchange_that_does_not_match_is_refused(
    client: Client, account: SimulatedAccount, change: dict[str, str], description: str
) -> None:
    status, body = client.exchange(**{"code": code_of(account), **change})  # type: ignore[arg-type]  # all of them text
    assert (status, body) == (400, {"error": "invalid_grant", "error_description": description})


def test_a_code_expires_after_ten_minutes(client: Client, account: SimulatedAccount, clock: Clock) -> None:
    code = code_of(account)
    clock.advance(minutes=11)
    assert client.exchange(code)[1]["error_description"] == "Authorization code expired"


def test_consent_ends_six_months_after_it_was_given_however_often_it_was_used(
    client: Client, account: SimulatedAccount, clock: Clock
) -> None:
    token = account.refresh_token()
    clock.advance(days=181)
    assert client.refresh(token)[0] == 200
    clock.advance(days=2)
    expired = (400, {"error": "invalid_grant", "error_description": "Refresh token expired"})
    assert client.refresh(token) == expired
    assert client.refresh(account.refresh_token(clock.now - timedelta(days=200))) == expired
    assert client.refresh(account.refresh_token())[0] == 200


def test_revoking_ends_every_token_at_once_and_a_new_login_mends_it(client: Client, account: SimulatedAccount) -> None:
    token = account.refresh_token()
    access = client.refresh(token)[1]["access_token"]
    assert client.me(access) == 200
    account.tokens.revoke()
    assert client.me(access) == 401
    assert client.refresh(token) == (
        400,
        {"error": "invalid_grant", "error_description": "Refresh token revoked"},
    )
    assert client.exchange(code_of(account))[0] == 200


def test_a_refresh_token_survives_a_restart_but_not_another_seed(
    client: Client, account: SimulatedAccount, catalogue: Catalogue, clock: Clock
) -> None:
    earlier = SimulatedAccount(catalogue=catalogue, clock=clock)
    stranger = SimulatedAccount(catalogue=catalogue, clock=clock, seed="another")
    assert client.refresh(earlier.refresh_token())[0] == 200
    for garbage in (
        stranger.refresh_token(),
        "garbage",
        "",
        earlier.refresh_token()[:-2],
        earlier.refresh_token() + "!",
    ):
        assert client.refresh(garbage) == (
            400,
            {"error": "invalid_grant", "error_description": "Invalid refresh token"},
        )


def test_an_access_token_expires(client: Client, account: SimulatedAccount, clock: Clock) -> None:
    account.tokens.access_lifetime = timedelta(minutes=5)
    body = client.refresh(account.refresh_token())[1]
    assert body["expires_in"] == 300
    assert client.me(body["access_token"]) == 200
    clock.advance(minutes=5)
    assert client.me(body["access_token"]) == 401


def test_client_credentials_know_no_user(client: Client) -> None:
    status, body = client.post(grant_type="client_credentials")
    assert (status, list(body)) == (200, ["access_token", "token_type", "expires_in"])
    assert client.me(body["access_token"]) == 401
    assert client.post(secret=False, grant_type="client_credentials")[0] == 400


def test_the_secret_may_stand_in_the_body(client: Client, account: SimulatedAccount) -> None:
    form = {"client_secret": client.secret, "grant_type": "refresh_token", "refresh_token": account.refresh_token()}
    assert client.post(secret=False, **form)[0] == 200


def test_a_client_that_is_not_known_is_refused(client: Client, account: SimulatedAccount) -> None:
    def ask(header: str | None, **form: str) -> tuple[int, Body]:
        form |= {"grant_type": "refresh_token", "refresh_token": account.refresh_token()}
        headers = {"Authorization": header} if header else {}
        response = requests.post(f"{client.server.url}/api/token", data=form, headers=headers, timeout=60)
        return response.status_code, response.json()

    unknown = (400, {"error": "invalid_client", "error_description": "Invalid client"})
    wrong = b64encode(f"{client.id}:wrong".encode()).decode()
    assert ask(None) == (400, {"error": "invalid_client"})
    assert ask(None, client_id="somebody") == unknown
    assert ask("Basic ???") == unknown
    assert ask(f"Basic {wrong}")[1]["error_description"] == "Invalid client secret"


def test_another_grant_is_not_supported(client: Client) -> None:
    assert client.post(grant_type="password")[1]["error"] == "unsupported_grant_type"
    assert requests.get(f"{client.server.url}/api/token", timeout=60).status_code == 405
