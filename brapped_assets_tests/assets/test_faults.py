"""Whatever Spotify does to a poll: the run ends as designed, and the next healthy poll has everything."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.demo.faults import Kind
from brapped_assets.spotify import SpotifyClient
from brapped_assets.warehouse import listeners
from brapped_assets_tests.assets.conftest import NOW, defaults_of
from brapped_assets_tests.assets.runs import FEED, calls, closed, fact, poll, served, value, warnings, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of

NEWEST = "2026-11-20-14:00"


@pytest.fixture(autouse=True)
def known(connected: Connected) -> None:
    """The listener has been met, so the poll is the run's only call."""
    with connected.warehouse.transaction() as tx:
        listeners.save_listener(
            tx, refresh_token=os.environ["SPOTIFY_REFRESH_TOKEN"], time_zone="Asia/Kolkata", now=NOW
        )


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence counts as no answer after a quarter of a second, not after 20."""
    monkeypatch.setitem(defaults_of(SpotifyClient.__init__), "timeout", (5.0, 0.25))


def a_healthy_poll_has_everything(connected: Connected, instance: dg.DagsterInstance, clock: Traveller) -> None:
    connected.account.faults.clear()
    clock.shift(timedelta(minutes=20))
    assert poll(instance).success
    assert len(served(connected)) >= 50
    assert fact(connected) == served(connected)


@pytest.mark.parametrize(
    ("kind", "retry_after", "waits", "reason"),
    quick_of(
        2,
        [
            ("quota_exceeded", 30_000, 30_000, "QUOTA_EXCEEDED"),
            # Three short waits of 30 s were not enough.
            ("rate_limited_without_header", None, 90 + 30, "rate limited"),
            ("rate_limited_plain_text", None, 90 + 30, "rate limited"),
            ("quota_exceeded", 3, 3, "QUOTA_EXCEEDED"),
            ("rate_limited", 86_400, 86_400, "rate limited"),
        ],
    ),
)
def test_a_poll_that_spotify_postpones_is_green_and_closes_nothing(
    connected: Connected,
    instance: dg.DagsterInstance,
    clock: Traveller,
    *,
    kind: Kind,
    retry_after: int | None,
    waits: int,
    reason: str,
) -> None:
    connected.account.faults.add(kind, path=FEED, times=None, retry_after=retry_after)
    result = poll(instance, job="hourly_plays")
    assert result.success
    skipped = {event.step_key for event in result.all_events if event.is_step_skipped}
    assert skipped == {"streaming_fact", "poll_checks"}
    assert closed(instance) == set()
    until = NOW + timedelta(seconds=waits)
    assert value(connected, "select not_before from audit.api_quota") == until
    told = f"Spotify is not to be called before {until:%Y-%m-%d %H:%M:%S} UTC: {reason}"
    assert warnings(result, instance) == [f"The hours stay open. {told}"]

    # Until then nobody is called, not even for a token; from then on everything is as before.
    asked = len(calls(connected))
    clock.move_to(until - timedelta(seconds=1))
    assert poll(instance).success
    assert len(calls(connected)) == asked
    assert closed(instance) == set()
    clock.move_to(until)
    a_healthy_poll_has_everything(connected, instance, clock)


@pytest.mark.parametrize(
    ("kind", "path", "pauses"),
    quick_of(
        3,
        [
            ("rate_limited", FEED, 1),
            ("server_error", "/api/token", 1),
            ("unauthorized", FEED, 0),
            ("rate_limited_without_header", FEED, 1),
            ("rate_limited_plain_text", FEED, 1),
            ("server_error", FEED, 1),
            ("rate_limited", "/api/token", 1),
            ("cut_off", FEED, 1),
        ],
    ),
)
def test_a_fault_that_passes_is_waited_for(
    connected: Connected, instance: dg.DagsterInstance, slept: list[float], *, kind: Kind, path: str, pauses: int
) -> None:
    connected.account.faults.add(kind, path=path)
    assert poll(instance).success
    assert len(slept) == pauses
    assert closed(instance) == {NEWEST}
    assert fact(connected) == served(connected)


@pytest.mark.parametrize(
    ("kind", "path", "sentence", "cure"),
    quick_of(
        3,
        [
            ("server_error", FEED, "me/player/recently-played: Spotify answered 503", "time"),
            ("malformed_json", FEED, "an answer of 50 bytes is not JSON", "a person"),
            (
                "missing_scope",
                FEED,
                "the consent does not cover this call; run `brapped login` again and accept all that is asked",
                "a person",
            ),
            ("server_error", "/api/token", "no access token: the token endpoint answered 503", "time"),
            ("cut_off", FEED, "me/player/recently-played: no answer from Spotify (ChunkedEncodingError)", "time"),
            (
                "unauthorized",
                FEED,
                "me/player/recently-played: Spotify refuses the access token it has just issued",
                "time",
            ),
            ("no_content", FEED, "Spotify's answer (204) was empty, which says nothing about what was played", "time"),
            (
                "not_on_user_list",
                FEED,
                (
                    "this listener is not on the app's user list; the app's owner adds them (five at most) under User "
                    "Management at https://developer.spotify.com/dashboard"
                ),
                "a person",
            ),
            (
                "owner_without_premium",
                FEED,
                (
                    "Spotify blocks this app because its owner has no Premium subscription; the owner renews it, or "
                    "the listener connects the app of somebody who has one"
                ),
                "a person",
            ),
            ("forbidden", FEED, "me/player/recently-played: this app may not use it (Forbidden)", "a person"),
        ],
    ),
)
def test_a_fault_that_stays_fails_the_run_and_leaves_the_hours_open(
    connected: Connected,
    instance: dg.DagsterInstance,
    clock: Traveller,
    *,
    kind: Kind,
    path: str,
    sentence: str,
    cure: str,
) -> None:
    connected.account.faults.add(kind, path=path, times=None)
    result = poll(instance)
    assert why(result) == (sentence, cure)
    assert closed(instance) == set()
    assert fact(connected) == []
    a_healthy_poll_has_everything(connected, instance, clock)


@pytest.mark.usefixtures("impatient")
def test_a_spotify_that_keeps_silent_is_given_up_and_asked_at_the_next_poll(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, slept: list[float]
) -> None:
    connected.account.faults.add("slow", path=FEED, times=4, seconds=0.5)
    assert why(poll(instance)) == ("me/player/recently-played: no answer from Spotify (ReadTimeout)", "time")
    assert len(slept) == 3
    assert closed(instance) == set()
    a_healthy_poll_has_everything(connected, instance, clock)


def test_an_empty_page_is_no_answer_for_whoever_was_served_plays_before(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    assert poll(instance).success
    clock.shift(timedelta(hours=1))
    connected.account.faults.add("empty_page", path=FEED)
    result = poll(instance)
    assert why(result) == ("Spotify answered with an empty page although plays were served before", "time")
    assert closed(instance) == {NEWEST}
    a_healthy_poll_has_everything(connected, instance, clock)


def test_an_empty_page_is_an_answer_for_a_new_listener(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    connected.account.faults.add("empty_page", path=FEED)
    assert poll(instance).success
    assert closed(instance) == {NEWEST}
    assert value(connected, "select collected_since from audit.listener") == NOW
    a_healthy_poll_has_everything(connected, instance, clock)


@pytest.mark.parametrize("end", quick_of(1, ["revoked", "expired"]))
def test_a_consent_that_ended_says_what_to_do_and_is_not_asked_with_again(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    account = connected.account
    if end == "revoked":
        account.tokens.revoke()
    else:
        clock.shift(account.tokens.consent_lifetime)
    told = (
        (
            "Spotify no longer accepts this consent (it ends six months after the login, or was revoked); "
            "run `brapped login`"
        ),
        "login",
    )
    assert why(poll(instance)) == told
    assert calls(connected) == ["/api/token"]
    assert value(connected, "select consent_ended_at from audit.listener") == datetime.now(UTC)
    clock.shift(timedelta(minutes=20))
    assert why(poll(instance)) == told
    assert calls(connected) == ["/api/token"]
    assert closed(instance) == set()

    # A new login is another token: it begins anew, with the same listener.
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", account.refresh_token())
    a_healthy_poll_has_everything(connected, instance, clock)
    assert value(connected, "select count(*) from audit.listener where consent_ended_at is null") == 1
