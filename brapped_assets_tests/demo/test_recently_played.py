from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Play, ScriptedListener
from brapped_assets.demo.payloads import epoch_ms, instant
from brapped_assets.demo.server import RunningServer
from brapped_assets_tests.demo.conftest import START, Clock, Get

FEED = "/me/player/recently-played"


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
