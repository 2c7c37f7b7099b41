from html import unescape
from re import findall
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer

REDIRECT = "http://127.0.0.1:8898/callback"


def ask(server: RunningServer, **change: str) -> requests.Response:
    query = {
        "client_id": server.account.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "state": 'a"b&c',
        "scope": "user-top-read",
    } | change
    return requests.get(f"{server.url}/authorize", params=query, timeout=60, allow_redirects=False)


def links(page: requests.Response) -> dict[str, dict[str, list[str]]]:
    assert page.status_code == 200
    found = {name: unescape(url) for name, url in findall(r'<a id="(\w+)" href="([^"]+)">', page.text)}
    assert all(url.startswith(f"{REDIRECT}?") for url in found.values())
    return {name: parse_qs(urlsplit(url).query) for name, url in found.items()}


@pytest.mark.parametrize("show_dialog", ["true", "false"])
def test_it_says_what_it_is_and_offers_two_ways_on(server: RunningServer, show_dialog: str) -> None:
    page = ask(server, show_dialog=show_dialog)
    assert "This is a simulated account" in page.text
    assert server.account.listener.display_name in page.text
    ways = links(page)
    assert ways["cancel"] == {"error": ["access_denied"], "state": ['a"b&c']}
    assert ways["agree"]["state"] == ['a"b&c']
    form = {"grant_type": "authorization_code", "code": ways["agree"]["code"][0], "redirect_uri": REDIRECT}
    auth = (server.account.client_id, server.account.client_secret)
    answer = requests.post(f"{server.url}/api/token", data=form, auth=auth, timeout=60)
    assert (answer.status_code, answer.json()["scope"]) == (200, "user-top-read")


@pytest.mark.parametrize(
    ("redirect_uri", "answer"),
    [
        ("http://127.0.0.1:5000/anything", None),
        ("http://[::1]:5000/callback", None),
        ("http://localhost:8898/callback", "INVALID_CLIENT: Insecure redirect URI"),
        ("http://example.com/callback", "INVALID_CLIENT: Insecure redirect URI"),
        ("https://example.com/callback", "INVALID_CLIENT: Invalid redirect URI"),
        ("https://registered.example/callback", None),
        ("https://registered.example/callback/", "INVALID_CLIENT: Invalid redirect URI"),
        ("", "INVALID_CLIENT: Invalid redirect URI"),
        ("javascript:alert(1)", "INVALID_CLIENT: Invalid redirect URI"),
    ],
)
def test_only_safe_and_registered_redirects_are_accepted(
    server: RunningServer, account: SimulatedAccount, redirect_uri: str, answer: str | None
) -> None:
    account.redirect_uris.add("https://registered.example/callback")
    page = ask(server, redirect_uri=redirect_uri)
    assert page.status_code == (400 if answer else 200)
    assert answer is None or page.text == answer


def test_an_unknown_client_is_refused(server: RunningServer) -> None:
    page = ask(server, client_id="somebody")
    assert (page.status_code, page.text) == (400, "INVALID_CLIENT: Invalid client")


def test_what_it_cannot_grant_goes_back_to_the_app(server: RunningServer) -> None:
    for change, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ):
        page = ask(server, **change)
        assert page.status_code == 303
        assert parse_qs(urlsplit(page.headers["location"]).query)["error"] == [error]


def test_names_cannot_write_into_the_page(server: RunningServer, account: SimulatedAccount) -> None:
    account.listener.display_name = "<script>alert(1)</script>"
    page = ask(server, scope="<b>x</b>")
    assert "<script>" not in page.text
    assert "<b>x</b>" not in page.text
