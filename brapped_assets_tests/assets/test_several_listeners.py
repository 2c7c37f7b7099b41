"""Two people under one app: real runs, real HTTP, and each one's trouble their own."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.warehouse import refresh_tokens
from brapped_assets.warehouse.listeners import Listener
from brapped_assets_tests.assets.runs import FEED, closed, metadata_of, poll, rows, run, warnings, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.household import ANOTHER_KEY, KEY, add, housemate

Plays = list[tuple[datetime, str]]


@pytest.fixture
def ben(connected: Connected, spotify_server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> SimulatedAccount:
    ben = housemate(connected.account)
    spotify_server.become(connected.account, ben)
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", KEY)
    return ben


@dataclass(frozen=True)
class Home:
    """Somebody who was polled once, and Ben (`added`), who came to them."""

    connected: Connected
    instance: dg.DagsterInstance
    ben: SimulatedAccount
    added: Listener

    def everything_is_there(self) -> bool:
        return facts(self.connected) == everything(self.connected.account, self.ben)


@pytest.fixture
def home(connected: Connected, ben: SimulatedAccount, instance: dg.DagsterInstance) -> Home:
    assert poll(instance).success
    return Home(connected, instance, ben, add(connected, ben))


def facts(connected: Connected) -> dict[str, Plays]:
    """Every play by whose it is, as (END, uri)."""
    found: dict[str, Plays] = {}
    statement = (
        "select l.spotify_user_id as who, f.played_at, coalesce('spotify:track:' || t.track_id, t.track_ref) as uri"
        " from star.streaming_fact f join star.track_dim t using (track_key) join audit.listener l using (listener_id)"
        " order by 2, 3"
    )
    for row in rows(connected, statement):
        found.setdefault(row["who"], []).append((row["played_at"], row["uri"]))
    return found


def everything(*accounts: SimulatedAccount) -> dict[str, Plays]:
    """What each account ever showed."""
    return {account.listener.user_id: sorted(account.served) for account in accounts}


def asked(account: SimulatedAccount, path: str = FEED) -> int:
    return sum(call.path.startswith(path) for call in account.calls)


def test_everybody_is_polled_in_one_run_and_each_has_their_own_plays_zone_and_proof(
    home: Home,
    clock: Traveller,
) -> None:
    clock.shift(timedelta(hours=1))
    result = poll(home.instance)
    assert result.success
    assert home.everything_is_there()
    assert all(len(plays) >= 50 for plays in facts(home.connected).values())
    (numbers,) = metadata_of(result, "recently_played_raw").values()
    assert (numbers["calls_used"], asked(home.ben)) == (2, 1)
    polls = rows(home.connected, "select listener_id, count(*)::int as polls from audit.poll group by 1 order by 1")
    assert polls == [{"listener_id": 1, "polls": 2}, {"listener_id": home.added.listener_id, "polls": 1}]
    assert not rows(
        home.connected,
        "select from bi.plays join bi.listeners using (listener_id)"
        " where played_at_local <> played_at at time zone time_zone",
    )


def test_a_revoked_consent_stops_that_listener_only_and_holds_no_hour(
    home: Home,
    clock: Traveller,
) -> None:
    home.ben.tokens.revoke()
    clock.shift(timedelta(hours=1))
    result = poll(home.instance)
    assert result.success
    assert closed(home.instance) >= {"2026-11-20-15:00"}
    assert any(line.startswith(f"Listener {home.added.listener_id}: ") for line in warnings(result, home.instance))
    ended = rows(home.connected, "select listener_id from audit.listener where consent_ended_at is not null")
    assert ended == [{"listener_id": home.added.listener_id}]
    clock.shift(timedelta(hours=1))
    before = asked(home.ben, "/")
    assert poll(home.instance).success
    assert asked(home.ben, "/") == before
    assert facts(home.connected) == everything(home.connected.account)


def test_the_first_ones_revoked_consent_stops_neither_the_seconds_polls_nor_what_is_looked_up(
    home: Home,
    clock: Traveller,
) -> None:
    home.connected.account.tokens.revoke()
    clock.shift(timedelta(hours=1))
    assert poll(home.instance).success
    assert facts(home.connected)[home.ben.listener.user_id] == sorted(home.ben.served) != []
    assert run("refresh_dimensions", home.instance).success
    assert asked(home.ben, "/v1/artists") > 0


def test_a_broken_answer_to_one_fails_the_run_after_the_other_was_committed(home: Home, clock: Traveller) -> None:
    broken, other = home.ben, home.connected.account
    clock.shift(timedelta(hours=1))
    broken.faults.add("malformed_json", path=FEED, times=None)
    assert why(poll(home.instance))[1] == "a person"
    assert "2026-11-20-15:00" not in closed(home.instance)
    polled = rows(
        home.connected,
        "select l.spotify_user_id as who from audit.poll p join audit.listener l using (listener_id)"
        " where p.polled_at >= %(since)s",
        since=datetime.now(UTC),
    )
    assert polled == [{"who": other.listener.user_id}]
    assert facts(home.connected)[other.listener.user_id] == sorted(other.served)
    broken.faults.clear()
    clock.shift(timedelta(minutes=20))
    assert poll(home.instance).success
    assert home.everything_is_there()


def test_whoever_waited_longest_is_asked_first(
    home: Home,
    clock: Traveller,
) -> None:
    def order() -> list[str]:
        with home.connected.warehouse.transaction() as tx:
            found = refresh_tokens.holders(tx, os.environ["SPOTIFY_REFRESH_TOKEN"])
        return [holder.listener.display_name for holder in found]

    assert order() == ["Ben", "Simulated Listener"]
    home.connected.account.faults.add("server_error", path=FEED, times=None)
    assert not poll(home.instance).success
    assert order() == ["Simulated Listener", "Ben"]


def test_a_small_budget_polls_everybody_and_looks_nothing_up(
    home: Home,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Enough for one listener's day of polls and some look-ups, not for two's.
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "100")
    clock.shift(timedelta(hours=1))
    assert poll(home.instance).success
    assert run("refresh_dimensions", home.instance).success
    assert home.everything_is_there()
    assert asked(home.ben, "/v1/artists") + asked(home.connected.account, "/v1/artists") == 0


def test_a_rotated_token_of_a_stored_listener_is_stored_before_it_is_used(
    connected: Connected,
    instance: dg.DagsterInstance,
    ben: SimulatedAccount,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ben.tokens.rotate = True
    added = add(connected, ben, pkce=True)
    for _ in range(3):
        # Each use kills the token before it: that these succeed is the proof.
        assert poll(instance).success
        clock.shift(timedelta(hours=2))
    # Spotify answered the token request, and everything went wrong after it.
    ben.faults.add("server_error", path=FEED, times=None)
    assert not poll(instance).success
    ben.faults.clear()
    clock.shift(timedelta(hours=2))
    assert poll(instance).success
    with connected.warehouse.transaction() as tx:
        assert refresh_tokens.stored(tx, added.listener_id, KEY)
    assert facts(connected) == everything(connected.account, ben)


def test_without_the_key_only_those_whose_token_cannot_be_read_are_left_out(
    home: Home, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", ANOTHER_KEY)
    clock.shift(timedelta(hours=1))
    told, cure = why(poll(home.instance))
    assert (told.startswith("BRAPPED_TOKEN_KEY does not open"), cure) == (True, "settings")
    assert ANOTHER_KEY not in told
    assert len(rows(home.connected, "select from audit.poll where listener_id = 1")) == 2
    assert asked(home.ben, "/") == 0
    # With the right one behind it everything goes on, and the token is under the newer key from then on.
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", f"{ANOTHER_KEY}, {KEY}")
    assert poll(home.instance).success
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", ANOTHER_KEY)
    clock.shift(timedelta(hours=1))
    assert poll(home.instance).success
    assert home.everything_is_there()


@pytest.mark.parametrize(
    ("asset", "stopped"),
    quick_of(1, [("recently_played_raw", "who is polled first"), ("streaming_fact", "who is merged first")]),
)
def test_what_nobody_foresaw_about_one_stops_nobody_else(
    home: Home, clock: Traveller, asset: str, stopped: str
) -> None:
    """Whoever waited longest comes first: one whom something always stops would stop all others for ever."""
    table = {"recently_played_raw": "raw.recently_played", "streaming_fact": "star.streaming_fact"}[asset]
    whose, other = (
        (1, home.ben) if stopped == "who is merged first" else (home.added.listener_id, home.connected.account)
    )
    clock.shift(timedelta(hours=6))
    with home.connected.warehouse.transaction() as tx:
        tx.execute(
            "create function stop() returns trigger language plpgsql as $$ begin"
            f" if new.listener_id = {whose} then raise 'injected'; end if; return new; end $$;"
            f" create trigger stop before insert on {table} for each row execute function stop()"
        )
    before = asked(other)
    result = poll(home.instance)
    assert [event.step_key for event in result.all_events if event.is_step_failure] == [asset]
    assert asked(other) == before + 1
    of_others = f"select count(*)::int as plays from {table} where listener_id <> {whose}"
    (found,) = rows(home.connected, of_others)
    assert found == {"plays": len(other.served)}
    with home.connected.warehouse.transaction() as tx:
        tx.execute(f"drop trigger stop on {table}")
    clock.shift(timedelta(minutes=20))
    assert poll(home.instance).success
    assert home.everything_is_there()


def test_once_everybodys_consent_has_ended_nothing_is_looked_up_and_no_run_is_asked_for(
    home: Home, clock: Traveller
) -> None:
    """Each try would fail, wake the database and be tried again in a quarter of an hour, for months."""
    for account in (home.connected.account, home.ben):
        account.tokens.revoke()
    clock.shift(timedelta(hours=1))
    assert why(poll(home.instance))[1] == "login"
    assert is_due(newest_level(home.instance), datetime.now(UTC))
    before = asked(home.ben, "/") + asked(home.connected.account, "/")
    assert run("refresh_dimensions", home.instance).success
    assert asked(home.ben, "/") + asked(home.connected.account, "/") == before
    assert not is_due(newest_level(home.instance), datetime.now(UTC) + timedelta(days=100))
