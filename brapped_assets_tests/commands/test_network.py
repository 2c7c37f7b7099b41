"""--lan: who may come, and how they are told."""

import os
import socket
from types import SimpleNamespace

import psutil
import pytest
import segno

from brapped_assets.services import network
from brapped_assets.settings import SettingsError


def cards(*addresses: str) -> dict[str, list[SimpleNamespace]]:
    return {f"eth{n}": [SimpleNamespace(family=socket.AF_INET, address=one)] for n, one in enumerate(addresses)}


def test_only_addresses_that_others_reach_are_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: cards("127.0.0.1", "169.254.3.4", "192.168.178.20"))
    assert network.addresses() == ["192.168.178.20"]
    assert network.network().address == "192.168.178.20"
    assert network.hosts()[0] == "192.168.178.20"


def test_without_a_network_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: cards("127.0.0.1"))
    with pytest.raises(SettingsError, match="in no network"):
        network.network()


def test_every_start_has_a_key_of_its_own_that_does_not_show() -> None:
    one, other = network.Network("10.0.0.7"), network.Network("10.0.0.7")
    assert one.key != other.key
    assert len(one.key) > 40
    assert one.key not in repr(one)
    assert one.url(3000) == f"http://10.0.0.7:3000/?key={one.key}"


def test_the_key_is_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(network.KEY, "secret")
    assert network.key_from_environment() == "secret"
    assert network.KEY not in os.environ
    assert network.key_from_environment() is None


def test_the_qr_code_is_whole_with_a_quiet_border() -> None:
    text = "http://10.0.0.7:3000/?key=abc"
    lines = network.qr_code(text).plain.split("\n")
    upper_lower = {" ": (0, 0), "▄": (0, 1), "▀": (1, 0), "█": (1, 1)}
    drawn = [[upper_lower[sign][half] for sign in line] for line in lines for half in (0, 1)]
    wanted = [list(map(int, row)) for row in segno.make(text, error="l").matrix_iter(border=2)]
    assert drawn[: len(wanted)] == wanted
    assert not any(map(any, drawn[len(wanted) :]))
