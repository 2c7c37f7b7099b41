from time import monotonic
from typing import get_args

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.faults import Faults, Kind
from brapped_assets.demo.server import RunningServer
from brapped_assets_tests.demo.conftest import Get

FEED = "/me/player/recently-played"
# (kind, status, Retry-After, body as JSON or as plain text)
WIRE: list[tuple[Kind, int, str | None, object]] = [
    ("rate_limited", 429, "3", {"error": {"status": 429, "message": "API rate limit exceeded"}}),
    (
        "quota_exceeded",
        429,
        "30000",
        {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}},
    ),
    ("rate_limited_without_header", 429, None, {"error": {"status": 429, "message": "API rate limit exceeded"}}),
    ("rate_limited_plain_text", 429, None, "Too many requests"),
    ("server_error", 503, None, {"error": {"status": 503, "message": "Server error."}}),
    ("unauthorized", 401, None, {"error": {"status": 401, "message": "Missing/invalid/expired access token"}}),
    ("missing_scope", 403, None, {"error": {"status": 403, "message": "Insufficient client scope"}}),
    ("not_on_user_list", 403, None, "User not registered in the Developer Dashboard"),
    ("forbidden", 403, None, {"error": {"status": 403, "message": "Forbidden"}}),
]


@pytest.mark.parametrize("row", WIRE, ids=[row[0] for row in WIRE])
def test_a_fault_looks_as_it_does_at_spotify_and_happens_once(
    get: Get, account: SimulatedAccount, row: tuple[Kind, int, str | None, object]
) -> None:
    kind, status, retry_after, body = row
    account.faults.add(kind, path=f"/v1{FEED}")
    assert get("/me").status_code == 200
    response = get(FEED)
    assert response.status_code == status
    assert response.headers.get("retry-after") == retry_after
    if isinstance(body, str):
        assert response.headers["content-type"].startswith("text/plain")
        assert response.text == body
    else:
        assert response.json() == body
    assert get(FEED).status_code == 200
    assert [call.status for call in account.calls] == [200, status, 200]


def test_an_owner_without_premium_blocks_the_app(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("owner_without_premium")
    response = get("/me")
    assert response.status_code == 403
    assert "Premium" in response.json()["error"]["message"]


def test_an_answer_that_is_not_json(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("malformed_json")
    response = get(FEED)
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()


@pytest.mark.parametrize("status", [200, 502, 511])
def test_a_web_page_in_place_of_an_answer(get: Get, account: SimulatedAccount, status: int) -> None:
    account.faults.add("web_page", status=status)
    response = get(FEED)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_an_answer_without_content(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("no_content")
    response = get(FEED)
    assert (response.status_code, response.content) == (204, b"")


def test_an_answer_that_is_cut_off(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("cut_off")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(FEED)
    assert get(FEED).status_code == 200


def test_an_answer_that_comes_slowly(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("slow", seconds=0.2)
    began = monotonic()
    assert get("/me").status_code == 200
    assert monotonic() - began >= 0.2


def test_a_page_that_is_empty_though_there_are_plays(get: Get, account: SimulatedAccount) -> None:
    account.faults.add("empty_page")
    page = get(FEED, limit=50).json()
    assert (page["items"], page["next"], page["cursors"], page["limit"]) == ([], None, None, 50)
    assert not account.served
    assert get(FEED).json()["items"]


def test_the_token_endpoint_can_fail_too(server: RunningServer, account: SimulatedAccount) -> None:
    account.faults.add("server_error", path="/api/token", status=502)
    form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token()}
    auth = (account.client_id, account.client_secret)
    statuses = [
        requests.post(f"{server.url}/api/token", data=form, auth=auth, timeout=60).status_code for _ in range(2)
    ]
    assert statuses == [502, 200]


def test_faults_happen_in_order_as_often_as_told_until_cleared() -> None:
    faults = Faults()
    faults.add("server_error", path="/v1", times=2)
    faults.add("forbidden", path="/v1/me", times=None)
    taken = [faults.take("/v1/me") for _ in range(5)]
    assert [fault and fault.kind for fault in taken] == ["server_error"] * 2 + ["forbidden"] * 3
    assert faults.take("/api/token") is None
    faults.clear()
    assert faults.take("/v1/me") is None


def test_every_kind_of_fault_is_tried_here() -> None:
    elsewhere = {"owner_without_premium", "malformed_json", "cut_off", "slow", "empty_page", "web_page", "no_content"}
    assert {row[0] for row in WIRE} | elsewhere == set(get_args(Kind))
