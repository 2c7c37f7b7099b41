"""The loopback address Spotify sends the browser to."""

import socket
from datetime import timedelta
from threading import Thread
from time import monotonic

import pytest
import requests

from brapped_assets.commands.callback import CallbackTimeout, wait_for_callback
from brapped_assets.spotify import LoginFailed

from .user import free_port


@pytest.fixture
def address() -> str:
    return f"http://127.0.0.1:{free_port()}/callback"


def test_the_address_comes_back_whole(address: str) -> None:
    asked = Thread(target=lambda: requests.get(f"{address}?code=a%2Bb&state=s", timeout=5))
    assert wait_for_callback(address, timedelta(seconds=5), on_ready=asked.start) == f"{address}?code=a%2Bb&state=s"
    asked.join()


def test_other_paths_are_not_it(address: str) -> None:
    statuses: list[int] = []

    def ask() -> None:
        base = address.removesuffix("/callback")
        statuses.extend(
            requests.get(f"{base}{path}", timeout=5).status_code
            for path in ("/favicon.ico", "/callback/more?code=wrong", "/callback?code=right")
        )

    asked = Thread(target=ask)
    assert wait_for_callback(address, timedelta(seconds=5), on_ready=asked.start).endswith("?code=right")
    asked.join()
    assert statuses == [404, 404, 200]


def test_a_connection_that_says_nothing_holds_up_nobody(address: str) -> None:
    """Browsers open one ahead of time."""
    silent = socket.socket()

    def ask() -> None:
        silent.connect(("127.0.0.1", int(address.split(":")[2].split("/", maxsplit=1)[0])))
        requests.get(f"{address}?code=right", timeout=5)

    asked = Thread(target=ask)
    began = monotonic()
    with silent:
        assert wait_for_callback(address, timedelta(seconds=5), on_ready=asked.start).endswith("?code=right")
        asked.join()
    assert monotonic() - began < 3


def test_the_wait_ends_in_time_even_while_somebody_is_silent(address: str) -> None:
    silent = socket.socket()
    began = monotonic()
    with silent, pytest.raises(CallbackTimeout):
        wait_for_callback(
            address,
            timedelta(seconds=0.5),
            on_ready=lambda: silent.connect(("127.0.0.1", int(address.split(":")[2].split("/", maxsplit=1)[0]))),
        )
    assert monotonic() - began < 3


def test_an_address_nobody_can_listen_at_is_named() -> None:
    with pytest.raises(LoginFailed, match=r"Nobody can listen at http://192\.0\.2\.1:8898/callback"):
        wait_for_callback("http://192.0.2.1:8898/callback", timedelta(seconds=1), on_ready=lambda: None)
