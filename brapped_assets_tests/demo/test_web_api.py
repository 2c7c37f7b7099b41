from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Play, ScriptedListener, nonstop
from brapped_assets.demo.payloads import epoch_ms, instant
from brapped_assets.demo.server import RunningServer, serve

from .conftest import Clock, Get

FEED = "/me/player/recently-played"
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def nonstop_account(account: SimulatedAccount, clock: Clock) -> SimulatedAccount:
    """Eighty plays of thirty seconds from 12:00, and it is 13:00."""
    account.listener = nonstop(account.catalogue, START, count=80)
    clock.now = START + timedelta(hours=1)
    return account


def ends(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["played_at"] for item in response.json()["items"]]


def test_the_feed_is_the_newest_fifty_plays_newest_first(get: Get, nonstop_account: SimulatedAccount) -> None:
    plays = nonstop_account.listener.plays_between(START, START + timedelta(hours=1))
    assert ends(get(FEED, limit=50)) == [instant(play.played_at) for play in plays[::-1][:50]]
    assert set(nonstop_account.served) == {(play.played_at, play.track.uri) for play in plays[30:]}
    assert len(ends(get(FEED))) == 20


def test_paging_goes_back_to_the_fiftieth_and_ends_with_an_empty_page(
    get: Get, nonstop_account: SimulatedAccount, server: RunningServer
) -> None:
    seen: list[str] = []
    page = get(FEED, limit=20).json()
    assert page["href"] == f"{server.api_url}{FEED}?limit=20"
    assert "total" not in page
    while page["items"]:
        stamps = [item["played_at"] for item in page["items"]]
        seen += stamps
        oldest = datetime.fromisoformat(stamps[-1])
        assert page["cursors"]["before"] == str(epoch_ms(oldest))
        assert page["cursors"]["after"] == str(epoch_ms(datetime.fromisoformat(stamps[0])))
        assert page["next"] == f"{server.api_url}{FEED}?before={epoch_ms(oldest)}&limit=20"
        page = get(FEED, **dict(parse_qsl(urlsplit(page["next"]).query))).json()
    assert len(seen) == len(set(seen)) == 50
    cursor = epoch_ms(datetime.fromisoformat(seen[-1]))
    assert page == {
        "items": [],
        "next": None,
        "cursors": None,
        "limit": 20,
        "href": f"{server.api_url}{FEED}?before={cursor}&limit=20",
    }


def test_after_is_exclusive_and_answers_with_the_newest(get: Get, nonstop_account: SimulatedAccount) -> None:
    plays = nonstop_account.listener.plays_between(START, START + timedelta(hours=1))
    cursor = epoch_ms(plays[60].played_at)
    page = get(FEED, after=cursor, limit=5).json()
    assert [item["played_at"] for item in page["items"]] == [instant(play.played_at) for play in plays[:74:-1]]
    assert page["next"].endswith(f"{FEED}?after={epoch_ms(plays[-1].played_at)}&limit=5")
    assert len(ends(get(FEED, after=cursor, limit=50))) == 19
    newest = get(FEED, after=epoch_ms(plays[-1].played_at)).json()
    assert newest["cursors"] is None
    assert newest["href"].endswith(f"?after={epoch_ms(plays[-1].played_at)}")


def test_without_a_limit_none_is_echoed(get: Get, nonstop_account: SimulatedAccount) -> None:
    page = get(FEED).json()
    assert page["limit"] == 20
    assert "limit" not in page["href"] + page["next"]


@pytest.mark.parametrize(
    "query", [{"limit": 51}, {"limit": 0}, {"limit": "x"}, {"after": "x"}, {"before": "x"}, {"after": 1, "before": 2}]
)
def test_a_query_that_makes_no_sense_is_a_bad_request(get: Get, query: dict[str, int | str]) -> None:
    response = get(FEED, **query)
    assert response.status_code == 400
    assert response.json()["error"]["status"] == 400
    if "limit" in query:
        assert response.json()["error"]["message"] == "Invalid limit"


def test_skips_and_private_plays_are_never_served(
    get: Get, account: SimulatedAccount, catalogue: Catalogue, clock: Clock
) -> None:
    track = catalogue.discography(0)[0][1][0]
    minute = timedelta(minutes=5)
    account.listener = ScriptedListener(
        [
            Play(START, START, 29_999, track),
            Play(START + minute, START + minute, 30_000, track),
            Play(START + 2 * minute, START + 2 * minute, 60_000, track, private=True),
        ]
    )
    clock.now = START + timedelta(hours=1)
    assert ends(get(FEED)) == [instant(START + minute)]


def test_a_late_upload_appears_among_older_plays(
    get: Get, account: SimulatedAccount, catalogue: Catalogue, clock: Clock
) -> None:
    track = catalogue.discography(0)[0][1][0]
    at = [START + timedelta(minutes=5 * number) for number in range(3)]
    late = Play(at[1], at[1] + timedelta(hours=3), 60_000, track, offline=True)
    account.listener = ScriptedListener([Play(at[0], at[0], 60_000, track), late, Play(at[2], at[2], 60_000, track)])
    clock.now = START + timedelta(hours=1)
    assert ends(get(FEED)) == [instant(at[2]), instant(at[0])]
    clock.advance(hours=3)
    assert ends(get(FEED)) == [instant(at[2]), instant(at[1]), instant(at[0])]


def test_the_feed_lags_as_long_as_it_is_told(get: Get, nonstop_account: SimulatedAccount) -> None:
    nonstop_account.feed_lag = timedelta(minutes=50)
    assert ends(get(FEED, limit=50))[0] == instant(START + timedelta(minutes=10))


def test_pages_may_be_shorter_than_fifty(get: Get, nonstop_account: SimulatedAccount) -> None:
    nonstop_account.page_size = 43
    assert len(ends(get(FEED, limit=50))) == 43


def test_listening_goes_on_while_it_runs(get: Get, account: SimulatedAccount, clock: Clock) -> None:
    before = ends(get(FEED, limit=50))
    clock.advance(hours=24)
    after = ends(get(FEED, limit=50))
    assert after[0] > before[0]
    assert len(after) == 50


def test_an_old_history_is_still_found(get: Get, nonstop_account: SimulatedAccount, clock: Clock) -> None:
    clock.advance(days=900)
    assert len(ends(get(FEED, limit=50))) == 50


def test_a_call_needs_a_token_and_its_scope(get: Get, server: RunningServer) -> None:
    for headers, error in (({}, "missing_token"), ({"Authorization": "Bearer rubbish"}, "invalid_token")):
        response = requests.get(f"{server.api_url}/me", headers=headers, timeout=5)
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
    response = requests.get(image["url"], timeout=5)
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert f'width="{image["width"]}"' in response.text
    assert requests.get(f"{server.url}/image/nothing", timeout=5).status_code == 404


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
