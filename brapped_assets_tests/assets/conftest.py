"""A clock that moves only when it is told to, for the project and the simulated account alike."""

from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import unwrap
from typing import Any

import dagster as dg
import pytest
import time_machine

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.resources.musicbrainz import open_clients
from brapped_assets.spotify import AccessTokens, SpotifyClient
from brapped_assets_tests.assets.user_interface import UserInterface, user_interface

NOW = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)


def defaults_of(function: Any) -> dict[str, Any]:
    """The defaults of its keyword arguments: what a test may make faster while everything else stays real."""
    defaults: dict[str, Any] = function.__kwdefaults__
    return defaults


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def slept(clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds the client waited between attempts: the clock jumps over them."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.shift(seconds)

    for waits in (SpotifyClient, AccessTokens):
        monkeypatch.setitem(defaults_of(waits.__init__), "sleep", sleep)
    monkeypatch.setitem(defaults_of(unwrap(open_clients)), "sleep", sleep)
    return slept


@pytest.fixture(scope="session")
def one_server(catalogue: Catalogue) -> Iterator[RunningServer]:
    with serve(SimulatedAccount(catalogue=catalogue)) as running:
        yield running


@pytest.fixture
def spotify_server(one_server: RunningServer, account: SimulatedAccount) -> RunningServer:
    one_server.become(account)
    return one_server


@pytest.fixture
def ui(kept_instance: dg.DagsterInstance) -> Iterator[UserInterface]:
    with user_interface(kept_instance) as ui:
        yield ui
