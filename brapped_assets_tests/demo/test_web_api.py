from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets_tests.demo.conftest import Clock, Get

FEED = "/me/player/recently-played"


def test_a_call_needs_a_token_and_its_scope(get: Get, server: RunningServer) -> None:
    for headers, error in (({}, "missing_token"), ({"Authorization": "Bearer rubbish"}, "invalid_token")):
        response = requests.get(f"{server.api_url}/me", headers=headers, timeout=60)
        assert response.json() == {"error": {"status": 401, "message": "Missing/invalid/expired access token"}}
        assert f'error="{error}"' in response.headers["www-authenticate"]
    for path in (FEED, "/me/top/tracks"):
        response = get(path, scope="user-read-email")
        assert response.json() == {"error": {"status": 403, "message": "Insufficient client scope"}}


def test_me_is_who_listens(get: Get, account: SimulatedAccount) -> None:
    me = get("/me").json()
    assert me["account_id"] == account.listener.account_id
    assert me["id"] == account.listener.user_id
    assert me["display_name"] == account.listener.display_name
    account.mode = "extended"
    assert get("/me").json()["country"] == "IN"


def test_the_top_lists_follow_the_plays(get: Get, account: SimulatedAccount, clock: Clock) -> None:
    plays = account.listener.plays_between(clock.now - timedelta(days=28), clock.now)
    counted = Counter(play.track.id for play in plays if play.ms_played >= 30_000)
    best = get("/me/top/tracks", time_range="short_term", limit=50).json()
    assert len(best["items"]) == best["limit"] == 50
    assert best["items"][0]["id"] in [track for track, _ in counted.most_common(5)]
    ranges = [
        [item["name"] for item in get("/me/top/artists", time_range=time_range, limit=10).json()["items"]]
        for time_range in ("short_term", "medium_term", "long_term")
    ]
    assert len({tuple(names) for names in ranges}) == 3


def test_the_top_lists_are_paged(get: Get, account: SimulatedAccount) -> None:
    first = get("/me/top/tracks", limit=50).json()
    assert first["previous"] is None
    second = get("/me/top/tracks", **dict(parse_qsl(urlsplit(first["next"]).query))).json()
    assert second["offset"] == 50
    assert second["next"] is None
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}
    for query in ({"limit": 51}, {"time_range": "for_ever"}, {"offset": -1}):
        assert get("/me/top/tracks", **query).status_code == 400


def test_a_scripted_history_has_top_lists_too(get: Get, nonstop_account: SimulatedAccount, clock: Clock) -> None:
    clock.advance(days=1)
    assert len(get("/me/top/tracks", time_range="long_term", limit=50).json()["items"]) == 50


def test_single_objects_are_found_and_unknown_ones_are_not(get: Get, catalogue: Catalogue) -> None:
    album, tracks = catalogue.discography(3)[0]
    assert get(f"/tracks/{tracks[0].id}").json()["name"] == tracks[0].name
    assert get(f"/artists/{album.artists[0].id}").json()["name"] == album.artists[0].name
    assert [item["id"] for item in get(f"/albums/{album.id}").json()["tracks"]["items"]] == [t.id for t in tracks]
    for kind in ("tracks", "artists", "albums"):
        unknown = get(f"/{kind}/{'0' * 22}")
        assert (unknown.status_code, unknown.json()["error"]["message"]) == (404, "Resource not found")
        malformed = get(f"/{kind}/not-an-id")
        assert (malformed.status_code, malformed.json()["error"]["message"]) == (400, "Invalid base62 id")


def test_a_relinked_id_answers_with_another_and_says_so_only_in_extended_mode(
    get: Get, account: SimulatedAccount, catalogue: Catalogue
) -> None:
    track = next(
        track
        for number in range(catalogue.size)
        for _, tracks in catalogue.discography(number)
        for track in tracks
        if track.relinked_from
    )
    body = get(f"/tracks/{track.relinked_from}").json()
    assert body["id"] == track.id != track.relinked_from
    assert "linked_from" not in body
    account.mode = "extended"
    assert get(f"/tracks/{track.relinked_from}").json()["linked_from"]["id"] == track.relinked_from
    assert "linked_from" not in get(f"/tracks/{track.id}").json()


def test_batch_calls_are_forbidden_in_restricted_mode_only(
    get: Get, account: SimulatedAccount, catalogue: Catalogue
) -> None:
    album, tracks = catalogue.discography(3)[0]
    ids = {
        "tracks": [tracks[0].id, "0" * 22, tracks[1].id],
        "artists": [album.artists[0].id],
        "albums": [album.id],
    }
    for kind, wanted in ids.items():
        response = get(f"/{kind}", ids=",".join(map(str, wanted)))
        assert response.json() == {"error": {"status": 403, "message": "Forbidden"}}
    account.mode = "extended"
    found = get("/tracks", ids=",".join(map(str, ids["tracks"]))).json()["tracks"]
    assert [item and item["id"] for item in found] == [tracks[0].id, None, tracks[1].id]
    assert get("/albums", ids=str(album.id)).json()["albums"][0]["name"] == album.name
    assert get("/tracks", ids=",".join(["0" * 22] * 51)).status_code == 400
    assert get("/tracks", ids="x").status_code == 400


def test_what_development_mode_lost_is_forbidden(get: Get, account: SimulatedAccount) -> None:
    for path in ("/browse/new-releases", "/markets", f"/artists/{'0' * 22}/top-tracks", "/users/somebody"):
        assert get(path).status_code == 403
        account.mode = "extended"
        assert get(path).status_code == 404
        account.mode = "restricted"


def test_a_cover_is_served_where_the_payload_points(get: Get, server: RunningServer) -> None:
    track = get(FEED).json()["items"][-1]["track"]
    while track["is_local"]:
        track = get("/me/top/tracks").json()["items"][0]
    image = track["album"]["images"][0]
    assert image["url"].startswith(server.url)
    response = requests.get(image["url"], timeout=60)
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert f'width="{image["width"]}"' in response.text
    assert requests.get(f"{server.url}/image/nothing", timeout=60).status_code == 404


def test_every_call_is_written_down(get: Get, account: SimulatedAccount, clock: Clock) -> None:
    get("/me")
    get("/tracks/x")
    assert [call[1:] for call in account.calls] == [("GET", "/v1/me", 200), ("GET", "/v1/tracks/x", 400)]
    assert account.calls[0].at == clock.now


def test_the_date_header_follows_the_clock_of_the_account(get: Get, clock: Clock) -> None:
    clock.now = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert get("/me").headers["date"] == "Mon, 03 Feb 2031 04:05:06 GMT"


def test_a_port_that_is_taken_is_an_error(server: RunningServer, account: SimulatedAccount) -> None:
    port = urlsplit(server.url).port or 0
    with pytest.raises(OSError, match="in use"), serve(account, port=port):
        pass


def test_one_app_serves_several_listeners_each_by_their_own_token(
    server: RunningServer, account: SimulatedAccount, clock: Clock
) -> None:
    second = SimulatedAccount(catalogue=account.catalogue, clock=clock, seed="second", client_of=account)
    server.become(account, second)

    def me(person: SimulatedAccount) -> requests.Response:
        form = {"grant_type": "refresh_token", "refresh_token": person.refresh_token()}
        auth = (account.client_id, account.client_secret)
        token = requests.post(f"{server.url}/api/token", data=form, auth=auth, timeout=60).json().get("access_token")
        return requests.get(f"{server.api_url}/me", headers={"Authorization": f"Bearer {token}"}, timeout=60)

    names = [me(person).json()["account_id"] for person in (account, second)]
    assert names == [account.listener.account_id, second.listener.account_id]
    assert names[0] != names[1]
    second_token = second.refresh_token()
    second.tokens.revoke()
    form = {"grant_type": "refresh_token", "refresh_token": second_token, "client_id": account.client_id}
    form["client_secret"] = account.client_secret
    answer = requests.post(f"{server.url}/api/token", data=form, timeout=60)
    assert answer.json()["error_description"] == "Refresh token revoked"
    assert me(account).status_code == 200
    assert {call.path for call in second.calls} == {"/api/token", "/v1/me"}
