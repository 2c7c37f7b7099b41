from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, nonstop
from brapped_assets.demo.server import RunningServer, serve

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
Get = Callable[..., requests.Response]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 20, 15, 30, tzinfo=UTC))


@pytest.fixture
def account(catalogue: Catalogue, somebody: Listener, clock: Clock) -> SimulatedAccount:
    return SimulatedAccount(copy(somebody), catalogue=catalogue, clock=clock)


@pytest.fixture(scope="session")
def one_server(catalogue: Catalogue) -> Iterator[RunningServer]:
    with serve(SimulatedAccount(catalogue=catalogue)) as running:
        yield running


@pytest.fixture
def server(one_server: RunningServer, account: SimulatedAccount) -> RunningServer:
    one_server.become(account)
    return one_server


@pytest.fixture
def get(server: RunningServer, account: SimulatedAccount) -> Get:
    """GET under /v1 with a fresh access token for the given scopes."""

    def call(path: str, *, scope: str | None = None, **query: str | int) -> requests.Response:
        refresh = account.refresh_token() if scope is None else account.refresh_token(scope=scope)
        answer = account.tokens.refresh(refresh, client_id=account.client_id, authenticated=True)
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        return requests.get(f"{server.api_url}{path}", params=query, headers=headers, timeout=60)

    return call


@pytest.fixture
def nonstop_account(account: SimulatedAccount, clock: Clock) -> SimulatedAccount:
    """Eighty plays of thirty seconds from 12:00, and it is 13:00."""
    account.listener = nonstop(account.catalogue, START, count=80)
    clock.now = START + timedelta(hours=1)
    return account
