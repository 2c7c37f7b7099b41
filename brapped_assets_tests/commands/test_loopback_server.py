"""The loopback address Spotify sends the browser to."""

import socket
from datetime import timedelta
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit

import pytest
import requests

from brapped_assets.accounts.loopback_server import HEADERS, CallbackTimeout, wait_for_callback
from brapped_assets.spotify import LoginFailed
from brapped_assets_tests.commands.subprocess_user import free_port


@pytest.fixture
def address() -> str:
    return f"http://127.0.0.1:{free_port()}/callback"


def test_the_address_comes_back_whole(address: str) -> None:
    asked = Thread(target=lambda: requests.get(f"{address}?code=a%2Bb&state=s", timeout=60))
    assert wait_for_callback(address, timedelta(seconds=60), on_ready=asked.start) == f"{address}?code=a%2Bb&state=s"
    asked.join()


def test_other_paths_are_not_it(address: str) -> None:
    statuses: list[int] = []

    def ask() -> None:
        base = address.removesuffix("/callback")
        statuses.extend(
            requests.get(f"{base}{path}", timeout=60).status_code
            for path in ("/favicon.ico", "/callback/more?code=wrong", "/callback?code=right")
        )

    asked = Thread(target=ask)
    assert wait_for_callback(address, timedelta(seconds=60), on_ready=asked.start).endswith("?code=right")
    asked.join()
    assert statuses == [404, 404, 200]


def test_a_connection_that_says_nothing_holds_up_nobody(address: str) -> None:
    """Browsers open one ahead of time."""
    silent = socket.socket()

    def ask() -> None:
        silent.connect(("127.0.0.1", int(address.split(":")[2].split("/", maxsplit=1)[0])))
        requests.get(f"{address}?code=right", timeout=60)

    asked = Thread(target=ask)
    began = monotonic()
    with silent:
        assert wait_for_callback(address, timedelta(seconds=300), on_ready=asked.start).endswith("?code=right")
        asked.join()
    assert monotonic() - began < 200


def test_the_wait_ends_in_time_even_while_somebody_is_silent(address: str) -> None:
    silent = socket.socket()
    with silent, pytest.raises(CallbackTimeout, match="Nobody came back"):
        wait_for_callback(
            address,
            timedelta(seconds=0.5),
            on_ready=lambda: silent.connect(("127.0.0.1", int(address.split(":")[2].split("/", maxsplit=1)[0]))),
        )


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://192.0.2.1:8898/callback",
        "http://0.0.0.0:8898/callback",
        "https://127.0.0.1:8898/c",
        "http://me.example/c",
    ],
)
def test_only_this_machines_own_address_is_listened_at(elsewhere: str) -> None:
    """Whatever is set: the code would cross a network in the clear."""
    opened: list[None] = []
    with pytest.raises(LoginFailed, match=r"not this machine's own.*brapped login --paste"):
        wait_for_callback(elsewhere, timedelta(seconds=1), on_ready=lambda: opened.append(None))
    assert opened == []


def test_the_other_loopback_address_will_do() -> None:
    address = f"http://[::1]:{free_port()}/callback"
    asked = Thread(target=lambda: requests.get(f"{address}?code=c&state=s", timeout=60))
    assert wait_for_callback(address, timedelta(seconds=60), on_ready=asked.start) == f"{address}?code=c&state=s"
    asked.join()


def test_a_name_that_only_means_this_machine_is_not_answered(address: str) -> None:
    """As a hostile page would call it, once its name leads here."""
    statuses: list[int] = []
    port = urlsplit(address).port

    def ask() -> None:
        statuses.extend(
            requests.get(f"{address}?code={host[0]}", headers={"Host": host}, timeout=60).status_code
            for host in (f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}")
        )

    asked = Thread(target=ask)
    assert wait_for_callback(address, timedelta(seconds=60), on_ready=asked.start) == f"{address}?code=1"
    asked.join()
    assert statuses == [400, 400, 200]


def test_it_answers_to_get_only_repeats_nothing_and_is_closed_after_one_answer(address: str) -> None:
    answers: list[requests.Response] = []
    script = "<script>alert(1)</script>"

    def ask() -> None:
        base = address.removesuffix("/callback")
        for method, url in (
            ("POST", f"{address}?code=posted"),
            ("BREW", f"{address}?code=brewed"),
            ("GET", f"{base}/{script}"),
            ("GET", f"{address}?code={script}"),
        ):
            answers.append(requests.request(method, url, timeout=60))

    asked = Thread(target=ask)
    assert wait_for_callback(address, timedelta(seconds=60), on_ready=asked.start).startswith(
        f"{address}?code=%3Cscript"
    )
    asked.join()
    assert [answer.status_code for answer in answers] == [501, 501, 404, 200]
    assert not any("<script>" in answer.text for answer in answers)
    assert {name: answers[-1].headers[name] for name in HEADERS} == HEADERS
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}?code=second", timeout=60)
