from collections.abc import Iterator

import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.demo.tokens import Tokens
from brapped_assets.spotify import AccessTokens, SpotifyApp, SpotifyClient
from brapped_assets_tests.spotify.stand_ins import MemoryLedger, MovableClock


@pytest.fixture(scope="session")
def running() -> Iterator[RunningServer]:
    # One for all: stopping a server takes a fifth of a second, and there are a hundred tests.
    with serve(SimulatedAccount()) as running:
        yield running


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def server(running: RunningServer, clock: MovableClock) -> RunningServer:
    """The server, with nothing asked, revoked or going wrong yet."""
    account = running.account
    account.clock = clock
    account.tokens = Tokens("brapped", clock)
    account.faults.clear()
    account.served.clear()
    account.calls.clear()
    return running


@pytest.fixture
def account(server: RunningServer) -> SimulatedAccount:
    return server.account


@pytest.fixture
def app(account: SimulatedAccount, server: RunningServer) -> SpotifyApp:
    return SpotifyApp(account.client_id, account.client_secret, server.url)


@pytest.fixture
def tokens(account: SimulatedAccount, app: SpotifyApp, clock: MovableClock) -> AccessTokens:
    return AccessTokens(app, account.refresh_token(), clock=clock, sleep=clock.sleep)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def client(
    server: RunningServer, tokens: AccessTokens, ledger: MemoryLedger, clock: MovableClock
) -> Iterator[SpotifyClient]:
    with SpotifyClient(server.api_url, tokens, ledger, clock=clock, sleep=clock.sleep) as client:
        yield client
