from datetime import timedelta

import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.spotify import (
    AccessTokens,
    ConsentNeeded,
    Malformed,
    Postponed,
    Refused,
    SpotifyApp,
    SpotifyClient,
    Transient,
    WrongCredentials,
)
from brapped_assets_tests.spotify.stand_ins import MemoryLedger, MovableClock


def token_calls(account: SimulatedAccount) -> int:
    return [call.path for call in account.calls].count("/api/token")


def test_a_token_is_kept_until_a_minute_before_its_expiry(
    tokens: AccessTokens, account: SimulatedAccount, clock: MovableClock
) -> None:
    first = tokens.token()
    clock.forward(timedelta(seconds=3539))
    assert tokens.token() == first
    assert token_calls(account) == 1
    clock.forward(timedelta(seconds=1))
    assert tokens.token() != first
    assert token_calls(account) == 2


def test_refresh_asks_whatever_the_cache_says(
    tokens: AccessTokens, account: SimulatedAccount, clock: MovableClock
) -> None:
    first = tokens.token()
    clock.forward(timedelta(seconds=1))
    fresh = tokens.refresh()
    assert fresh != first
    assert tokens.token() == fresh
    assert token_calls(account) == 2


def test_without_a_secret_the_app_is_a_pkce_app(
    account: SimulatedAccount, server: RunningServer, clock: MovableClock
) -> None:
    app = SpotifyApp(account.client_id, None, server.url + "/")
    tokens = AccessTokens(app, account.refresh_token(pkce=True), clock=clock, sleep=clock.sleep)
    assert account.tokens.check(tokens.token())


def test_a_rotated_refresh_token_is_handed_on_and_used_from_then_on(
    account: SimulatedAccount, server: RunningServer, clock: MovableClock
) -> None:
    account.tokens.rotate = True
    kept: list[str] = []
    first = account.refresh_token(pkce=True)
    app = SpotifyApp(account.client_id, None, server.url)
    tokens = AccessTokens(app, first, on_rotated=kept.append, clock=clock, sleep=clock.sleep)
    tokens.refresh()
    # The old one is revoked, so a second refresh shows that the new one is in use.
    tokens.refresh()
    assert len({first, *kept}) == 3


def test_a_refresh_without_a_new_refresh_token_keeps_the_old(
    account: SimulatedAccount, app: SpotifyApp, clock: MovableClock
) -> None:
    tokens = AccessTokens(app, account.refresh_token(), on_rotated=lambda _: pytest.fail("rotated"), clock=clock)
    tokens.refresh()
    tokens.refresh()


@pytest.mark.parametrize("how", ["revoked", "expired", "garbage"])
def test_a_consent_that_ended_is_final_and_names_the_remedy(
    account: SimulatedAccount, app: SpotifyApp, clock: MovableClock, how: str
) -> None:
    refresh_token = "garbage" if how == "garbage" else account.refresh_token()
    if how == "revoked":
        account.tokens.revoke()
    if how == "expired":
        clock.forward(timedelta(days=183))
    tokens = AccessTokens(app, refresh_token, clock=clock, sleep=clock.sleep)
    for _ in range(2):
        with pytest.raises(ConsentNeeded, match="brapped login"):
            tokens.token()
    assert token_calls(account) == 1
    assert clock.naps == []


@pytest.mark.parametrize("secret", ["wrong", "not latin-1: \u20ac"])
def test_wrong_credentials_name_the_settings(
    account: SimulatedAccount, server: RunningServer, clock: MovableClock, secret: str
) -> None:
    app = SpotifyApp(account.client_id, secret, server.url)
    with pytest.raises((WrongCredentials, Malformed), match="SPOTIFY_"):
        AccessTokens(app, account.refresh_token(), clock=clock, sleep=clock.sleep).token()


@pytest.mark.parametrize("kind", ["server_error", "cut_off", "rate_limited"])
def test_the_accounts_service_may_stumble(
    tokens: AccessTokens, account: SimulatedAccount, clock: MovableClock, kind: str
) -> None:
    account.faults.add(kind, path="/api/token")  # type: ignore[arg-type]
    assert tokens.token()
    assert len(clock.naps) == 1


def test_an_accounts_service_that_stays_away_is_transient(tokens: AccessTokens, account: SimulatedAccount) -> None:
    account.faults.add("server_error", path="/api/token", times=None)
    with pytest.raises(Transient, match="no access token"):
        tokens.token()
    assert token_calls(account) == 4


def test_the_accounts_services_long_wait_is_not_slept_on_and_postpones_no_api_call(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger
) -> None:
    account.faults.add("rate_limited", path="/api/token", retry_after=4000)
    with pytest.raises(Transient) as caught:
        client.recently_played()
    assert not isinstance(caught.value, Postponed)
    assert clock.naps == []
    assert ledger.not_before is None


def test_what_is_no_token_answer_is_a_failed_read(tokens: AccessTokens, account: SimulatedAccount) -> None:
    account.faults.add("malformed_json", path="/api/token")
    with pytest.raises(Malformed):
        tokens.token()
    account.faults.add("forbidden", path="/api/token")
    with pytest.raises((Malformed, Refused), match="403"):
        tokens.token()
