import logging
import pickle
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from brapped_assets import spotify
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.faults import Kind
from brapped_assets.demo.server import RunningServer
from brapped_assets.spotify import (
    AccessTokens,
    BudgetSpent,
    Postponed,
    SpotifyApp,
    SpotifyClient,
    SpotifyError,
    authorization_request,
    errors,
    exchange,
)
from brapped_assets_tests.spotify.stand_ins import MemoryLedger, MovableClock

CANARY = "canary-7f3a91c2"


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawing = (errors.__doc__ or "").split("\n\n")[1]
    drawn = [(line.index(name), name) for line in drawing.splitlines() for name in re.findall(r"[A-Z]\w+", line)[:1]]

    def draw(each: type[SpotifyError], depth: int = 1) -> list[tuple[int, str]]:
        below = [child for child in each.__subclasses__() if child.__module__ == errors.__name__]
        return [(4 * depth, each.__name__), *(row for child in below for row in draw(child, depth + 1))]

    assert drawn == draw(SpotifyError)
    assert {name for _, name in drawn} <= set(spotify.__all__)


def test_what_is_exported_exists() -> None:
    assert sorted(spotify.__all__, key=str.lower) == sorted(set(spotify.__all__), key=str.lower)
    assert all(hasattr(spotify, name) for name in spotify.__all__)


@pytest.mark.parametrize("kind", [Postponed, BudgetSpent])
def test_a_postponement_survives_pickling(kind: type[Postponed]) -> None:
    error = kind(datetime(2026, 11, 22, 12, tzinfo=UTC), "QUOTA_EXCEEDED")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.not_before, again.reason) == (kind, error.not_before, error.reason)
    assert str(again) == str(error)
    assert "2026-11-22 12:00:00 UTC" in str(error)


Scene = Callable[[SpotifyApp, AccessTokens, SpotifyClient], Any]

SCENES: dict[str, Scene] = {
    "token": lambda app, tokens, client: tokens.token(),
    "poll": lambda app, tokens, client: client.recently_played(),
    "artist": lambda app, tokens, client: client.artist("4cOdK2wGLETKBW3PvgPWqT"),
    "login": lambda app, tokens, client: _login(app),
}


def _login(app: SpotifyApp) -> None:
    request = authorization_request(app, "http://127.0.0.1:8898/callback")
    exchange(app, request, f"http://127.0.0.1:8898/callback?code={CANARY}&state={request.state}")


def _told(error: BaseException | None) -> list[str]:
    """All a program may print about an error, the suppressed context included."""
    if error is None:
        return []
    attributes = [repr(value) for value in vars(error).values()]
    return [str(error), repr(error), *attributes, *traceback.format_exception(error), *_told(error.__cause__)]


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize(
    "kind",
    ["server_error", "cut_off", "malformed_json", "unauthorized", "forbidden", "rate_limited", None],
)
def test_no_error_repr_or_log_record_tells_a_secret(
    server: RunningServer, clock: MovableClock, caplog: pytest.LogCaptureFixture, scene: str, kind: Kind | None
) -> None:
    caplog.set_level(logging.DEBUG)
    app = SpotifyApp(server.account.client_id, f"{CANARY}-secret", server.url)
    tokens = AccessTokens(app, f"{CANARY}-refresh", clock=clock, sleep=clock.sleep)
    if kind:
        server.account.faults.add(kind, times=None)
    with SpotifyClient(server.api_url, tokens, MemoryLedger(), clock=clock, sleep=clock.sleep) as client:
        with pytest.raises(SpotifyError) as caught:
            SCENES[scene](app, tokens, client)
        told = [repr(app), repr(tokens), repr(client), caplog.text, *_told(caught.value)]
    assert not [text for text in told if CANARY in text]


def test_no_access_token_is_told_when_the_api_fails(
    account: SimulatedAccount,
    client: SpotifyClient,
    tokens: AccessTokens,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    access_token = tokens.token()
    kinds: list[Kind] = ["server_error", "forbidden", "malformed_json", "cut_off"]
    for kind in kinds:
        account.faults.add(kind, path="/v1", times=None)
        with pytest.raises(SpotifyError) as caught:
            client.recently_played()
        account.faults.clear()
        assert not [text for text in [caplog.text, *_told(caught.value)] if access_token in text]


@pytest.mark.parametrize("unfit", ["f\u00fcr-\u20ac", "line\nbreak", "nul\x00"])
def test_secrets_that_cannot_be_sent_are_not_quoted_either(
    server: RunningServer, account: SimulatedAccount, clock: MovableClock, unfit: str
) -> None:
    app = SpotifyApp(account.client_id, CANARY + unfit, server.url)
    tokens = AccessTokens(app, CANARY + unfit, clock=clock, sleep=clock.sleep)
    with pytest.raises(SpotifyError) as caught:
        tokens.token()
    assert not [text for text in _told(caught.value) if CANARY in text]


def test_grants_and_requests_hide_their_secrets() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    grant = spotify.Grant(f"{CANARY}-r", f"{CANARY}-a", "scope", now)
    request = spotify.AuthorizationRequest("url", "redirect", f"{CANARY}-s", f"{CANARY}-v")
    assert CANARY not in repr(grant) + repr(request)
