import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.spotify import (
    RECENTLY_PLAYED,
    AccessTokens,
    BudgetSpent,
    ConsentNeeded,
    Malformed,
    MissingScope,
    NotOnUserList,
    OwnerWithoutPremium,
    PlayedItem,
    Postponed,
    Refused,
    SpotifyClient,
    Transient,
)
from brapped_assets_tests.spotify.stand_ins import MemoryLedger, MovableClock

POLL = "/v1/me/player/recently-played"


def api_calls(account: SimulatedAccount) -> list[tuple[str, int]]:
    return [(call.path, call.status) for call in account.calls if call.path.startswith("/v1")]


def test_a_poll_brings_the_whole_feed_in_one_counted_call(
    client: SpotifyClient, account: SimulatedAccount, ledger: MemoryLedger, clock: MovableClock
) -> None:
    page = client.recently_played()
    plays = [play for play in page.items if isinstance(play, PlayedItem)]
    assert len(plays) == len(page.items) == 50
    assert [(play.played_at, play.track["uri"]) for play in plays] == [
        (play.played_at, play.track.uri) for play in account.feed()
    ]
    assert page.answered_at == clock()
    assert page.keys_missing == page.keys_new == frozenset()
    assert ledger.calls == [(clock(), RECENTLY_PLAYED)]
    assert api_calls(account) == [(POLL, 200)]


def test_one_token_serves_many_calls(client: SpotifyClient, account: SimulatedAccount) -> None:
    client.recently_played()
    client.profile()
    client.recently_played()
    assert [call.path for call in account.calls].count("/api/token") == 1


def test_artist_track_and_profile_are_read(
    client: SpotifyClient, account: SimulatedAccount, ledger: MemoryLedger
) -> None:
    page = client.recently_played()
    payload = next(play.track for play in page.items if isinstance(play, PlayedItem) and play.track["id"])
    credited = payload["artists"][0]
    artist = client.artist(credited["id"])
    assert artist is not None
    assert (artist.artist_id, artist.name) == (credited["id"], credited["name"])
    track = client.track(payload["id"])
    assert track is not None
    assert track["name"] == payload["name"]
    assert client.profile().display_name == account.listener.display_name
    assert ledger.endpoints == [RECENTLY_PLAYED, "artists/{id}", "tracks/{id}", "me"]


def test_the_rankings_keep_their_order(client: SpotifyClient, account: SimulatedAccount) -> None:
    tracks = client.top_tracks("short_term")
    assert [place.rank for place in tracks] == list(range(1, len(tracks) + 1))
    expected = account.top_tracks("short_term")[:50]
    assert [place.track["name"] for place in tracks] == [track.name for track in expected]
    artists = client.top_artists("short_term")
    assert [place.artist.artist_id for place in artists] == [
        artist.id for artist in account.top_artists("short_term")[:50]
    ]


@pytest.mark.parametrize(("spotify_id", "status"), [("4cOdK2wGLETKBW3PvgPWqT", 404), ("tooshort", 400)])
def test_an_id_spotify_does_not_know_is_an_answer(
    client: SpotifyClient, account: SimulatedAccount, spotify_id: str, status: int
) -> None:
    assert client.artist(spotify_id) is None
    assert client.track(spotify_id) is None
    assert [answered for _, answered in api_calls(account)] == [status, status]


@pytest.mark.parametrize("spotify_id", ["", "not an id", "../me", "a/b?c", "²²²²"])
def test_what_cannot_be_an_id_costs_no_call(client: SpotifyClient, account: SimulatedAccount, spotify_id: str) -> None:
    assert client.artist(spotify_id) is None
    assert client.track(spotify_id) is None
    assert account.calls == []


def test_an_expired_token_is_refreshed_once_and_the_call_repeated_once(
    client: SpotifyClient, account: SimulatedAccount, ledger: MemoryLedger
) -> None:
    client.profile()
    account.faults.add("unauthorized", path="/v1")
    assert len(client.recently_played().items) == 50
    assert [call.path for call in account.calls].count("/api/token") == 2
    assert ledger.endpoints == ["me", RECENTLY_PLAYED, RECENTLY_PLAYED]


def test_a_fresh_token_refused_again_is_not_asked_for_without_end(
    client: SpotifyClient, account: SimulatedAccount
) -> None:
    account.faults.add("unauthorized", path="/v1", times=None)
    with pytest.raises(Transient, match="just issued"):
        client.recently_played()
    assert api_calls(account) == [(POLL, 401), (POLL, 401)]


def test_a_revoked_consent_names_the_remedy(client: SpotifyClient, account: SimulatedAccount) -> None:
    client.recently_played()
    account.tokens.revoke()
    with pytest.raises(ConsentNeeded, match="brapped login"):
        client.recently_played()


def test_a_short_retry_after_is_honoured_and_the_call_repeated(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger
) -> None:
    account.faults.add("rate_limited", path="/v1", retry_after=7)
    assert len(client.recently_played().items) == 50
    assert clock.naps == [7.0]
    assert ledger.not_before is None
    assert len(ledger.calls) == 2


@pytest.mark.parametrize("kind", ["rate_limited_without_header", "rate_limited_plain_text"])
def test_a_429_without_a_header_waits_for_spotifys_window(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, kind: str
) -> None:
    account.faults.add(kind, path="/v1")  # type: ignore[arg-type]
    client.recently_played()
    assert clock.naps == [30.0]


def test_a_long_retry_after_is_stored_and_nothing_is_asked_until_then(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger
) -> None:
    account.faults.add("rate_limited", path="/v1", retry_after=61)
    with pytest.raises(Postponed) as caught:
        client.recently_played()
    assert clock.naps == []
    assert caught.value.not_before == ledger.not_before == clock() + timedelta(seconds=61)
    asked = len(account.calls)
    clock.forward(timedelta(seconds=60))
    with pytest.raises(Postponed):
        client.recently_played()
    assert len(account.calls) == asked
    clock.forward(timedelta(seconds=1))
    assert len(client.recently_played().items) == 50


def test_a_spent_quota_is_stored_with_its_reason(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger
) -> None:
    account.faults.add("quota_exceeded", path="/v1", retry_after=48925)
    with pytest.raises(Postponed, match="QUOTA_EXCEEDED") as caught:
        client.artist("4cOdK2wGLETKBW3PvgPWqT")
    assert type(caught.value) is Postponed
    assert ledger.not_before == clock() + timedelta(seconds=48925)
    assert ledger.reason == "QUOTA_EXCEEDED"


def test_a_rate_limit_that_does_not_end_becomes_a_postponement(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger
) -> None:
    account.faults.add("rate_limited", path="/v1", retry_after=4, times=None)
    with pytest.raises(Postponed):
        client.recently_played()
    assert clock.naps == [4.0, 4.0, 4.0]
    assert ledger.not_before == clock() + timedelta(seconds=4)


def test_enrichment_stops_at_the_budget_and_polling_does_not(
    client: SpotifyClient, account: SimulatedAccount, ledger: MemoryLedger
) -> None:
    ledger.budget = 74
    client.artist("4cOdK2wGLETKBW3PvgPWqT")
    client.top_tracks("short_term")
    asked = len(account.calls)
    with pytest.raises(BudgetSpent):
        client.artist("4cOdK2wGLETKBW3PvgPWqT")
    assert len(account.calls) == asked
    client.recently_played()
    client.profile()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_asked_again_after_a_pause(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock, ledger: MemoryLedger, status: int
) -> None:
    account.faults.add("server_error", path="/v1", status=status, times=2)
    assert len(client.recently_played().items) == 50
    assert len(clock.naps) == 2
    assert len(ledger.calls) == 3


def test_a_server_error_that_stays_is_transient_after_four_counted_attempts(
    client: SpotifyClient, account: SimulatedAccount, ledger: MemoryLedger
) -> None:
    account.faults.add("server_error", path="/v1", times=None)
    with pytest.raises(Transient, match="503"):
        client.recently_played()
    assert len(api_calls(account)) == len(ledger.calls) == 4


def test_an_answer_cut_off_in_the_middle_is_asked_again(
    client: SpotifyClient, account: SimulatedAccount, clock: MovableClock
) -> None:
    account.faults.add("cut_off", path="/v1")
    assert len(client.recently_played().items) == 50
    assert len(clock.naps) == 1


def test_a_slow_answer_is_given_up_and_asked_again(
    server: RunningServer,
    account: SimulatedAccount,
    tokens: AccessTokens,
    ledger: MemoryLedger,
    clock: MovableClock,
) -> None:
    tokens.token()
    account.faults.add("slow", path="/v1", seconds=0.6)
    with SpotifyClient(server.api_url, tokens, ledger, clock=clock, sleep=clock.sleep, timeout=(5, 0.3)) as client:
        assert client.profile().user_id
    assert len(clock.naps) == 1


def test_nobody_listening_is_transient(tokens: AccessTokens, ledger: MemoryLedger, clock: MovableClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    with (
        SpotifyClient(url, tokens, ledger, clock=clock, sleep=clock.sleep) as client,
        pytest.raises(Transient, match="ConnectionError"),
    ):
        client.recently_played()
    assert len(clock.naps) == 3


def test_an_address_that_is_none_is_not_retried(
    tokens: AccessTokens, ledger: MemoryLedger, clock: MovableClock
) -> None:
    with (
        SpotifyClient("api.example", tokens, ledger, clock=clock, sleep=clock.sleep) as client,
        pytest.raises(Refused, match="SPOTIFY_API_URL"),
    ):
        client.recently_played()
    assert clock.naps == []


def test_half_a_json_text_is_a_failed_read(client: SpotifyClient, account: SimulatedAccount) -> None:
    account.faults.add("malformed_json", path="/v1")
    with pytest.raises(Malformed, match="not JSON"):
        client.recently_played()


def test_an_empty_page_is_handed_on_as_it_is(client: SpotifyClient, account: SimulatedAccount) -> None:
    account.faults.add("empty_page", path="/v1")
    assert client.recently_played().items == []


@pytest.mark.parametrize(
    ("kind", "named", "advice"),
    [
        ("missing_scope", MissingScope, "brapped login"),
        ("not_on_user_list", NotOnUserList, "User Management"),
        ("owner_without_premium", OwnerWithoutPremium, "Premium"),
        ("forbidden", Refused, "Forbidden"),
    ],
)
def test_each_refusal_says_what_to_do_and_is_asked_once(
    client: SpotifyClient, account: SimulatedAccount, kind: str, named: type[Refused], advice: str
) -> None:
    account.faults.add(kind, path="/v1", times=None)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=advice) as caught:
        client.recently_played()
    assert type(caught.value) is named
    assert [call for call in api_calls(account) if call[0] == POLL] == [(POLL, 403)]


class Stranger(BaseHTTPRequestHandler):
    """Some other web server: redirects what it knows, has an HTML page for the rest."""

    seen: ClassVar[list[tuple[str, str | None]]]
    target: ClassVar[str]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        redirects = "recently-played" in self.path
        self.send_response(302 if redirects else 404)
        if redirects:
            self.send_header("Location", self.target)
        self.send_header("Content-Length", "0" if redirects else "13")
        self.end_headers()
        if not redirects:
            self.wfile.write(b"<html></html>")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, type[Stranger]]]:
    class Handler(Stranger):
        seen: ClassVar[list[tuple[str, str | None]]] = []

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        url = f"http://127.0.0.1:{running.server_port}"
        Handler.target = f"http://localhost:{running.server_port}/elsewhere"
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield url, Handler
        running.shutdown()
        thread.join()


def test_a_redirect_is_not_followed_so_no_token_travels(
    stranger: tuple[str, type[Stranger]], tokens: AccessTokens, ledger: MemoryLedger, clock: MovableClock
) -> None:
    url, handler = stranger
    with (
        SpotifyClient(url, tokens, ledger, clock=clock, sleep=clock.sleep) as client,
        pytest.raises(Malformed, match="302"),
    ):
        client.recently_played()
    assert [path.partition("?")[0] for path, _ in handler.seen] == ["/me/player/recently-played"]


def test_a_404_that_is_not_spotifys_says_nothing_about_the_id(
    stranger: tuple[str, type[Stranger]], tokens: AccessTokens, ledger: MemoryLedger, clock: MovableClock
) -> None:
    with (
        SpotifyClient(stranger[0], tokens, ledger, clock=clock, sleep=clock.sleep) as client,
        pytest.raises(Malformed, match="SPOTIFY_API_URL"),
    ):
        client.artist("4cOdK2wGLETKBW3PvgPWqT")


def test_a_netrc_entry_does_not_replace_the_token(
    client: SpotifyClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert client.profile().user_id
