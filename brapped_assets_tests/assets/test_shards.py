"""The listeners of one poll dealt to several runs: real runs, real HTTP, one database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller

from brapped_assets.assets.shards import TAG, all_shards, shard_of
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets_tests.assets.runs import FEED, closed, poll, run, why
from brapped_assets_tests.assets.test_several_listeners import asked, everything, facts
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.household import KEY, add, housemate

HOUR = "2026-11-20-15:00"


@dataclass(frozen=True)
class Household:
    """Four people who were polled at 15:07; it is 16:07."""

    connected: Connected
    people: list[SimulatedAccount]
    instance: dg.DagsterInstance

    def poll(self, shard: str, instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
        return run("poll_only", instance or self.instance, {"dagster/partition": HOUR, TAG: shard})

    def everything_is_there(self) -> bool:
        return facts(self.connected) == everything(*self.people)


@pytest.fixture
def household(
    connected: Connected,
    spotify_server: RunningServer,
    instance: dg.DagsterInstance,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> Household:
    others = [housemate(connected.account, name) for name in ("Ben", "Cem", "Dia")]
    people = [connected.account, *others]
    spotify_server.become(*people)
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", KEY)
    assert poll(instance).success
    for one in others:
        add(connected, one)
    clock.shift(timedelta(hours=1))
    return Household(connected, people, instance)


def test_each_shard_merges_its_own_and_the_last_closes_the_hour(household: Household) -> None:
    before = [asked(one) for one in household.people]
    # Of three shards the first has listener 3, the second 1 and 4, the third 2.
    for shard, polled in (("2/3", {0, 3}), ("1/3", {0, 2, 3})):
        assert household.poll(shard).success
        assert HOUR not in closed(household.instance)
        kept = facts(household.connected)
        assert kept == {who: plays for who, plays in everything(*household.people).items() if plays}
        assert {nth for nth, one in enumerate(household.people) if one.listener.user_id in kept} == polled
    assert household.poll("3/3").success
    assert HOUR in closed(household.instance)
    assert household.everything_is_there()
    assert [asked(one) - was for one, was in zip(household.people, before, strict=True)] == [1, 1, 1, 1]


@pytest.mark.slow
def test_shards_that_run_at_once_close_the_hour_and_double_nothing(household: Household) -> None:
    together = Barrier(4)

    def one_run(shard: str) -> tuple[bool, set[str]]:
        with dg.DagsterInstance.ephemeral() as own:
            together.wait(60)
            return household.poll(shard, own).success, closed(own)

    with ThreadPoolExecutor(4) as pool:
        results = [*pool.map(one_run, [f"{number}/4" for number in (1, 2, 3, 4)])]
    assert [success for success, _ in results] == [True] * 4
    assert {HOUR} in [hours for _, hours in results]
    assert household.everything_is_there()


@pytest.mark.slow
def test_trouble_in_one_shard_holds_the_hour_until_that_shard_has_polled(household: Household) -> None:
    ben = household.people[1]
    ben.faults.add("malformed_json", path=FEED, times=None)
    # Listener 2 of 2.
    assert why(household.poll("1/2"))[1] == "a person"
    assert household.poll("2/2").success
    assert HOUR not in closed(household.instance)
    ben.faults.clear()
    assert household.poll("1/2").success
    assert HOUR in closed(household.instance)
    assert household.everything_is_there()


def test_a_shard_whose_only_listener_ended_their_consent_holds_no_hour(household: Household) -> None:
    gone = household.people[1]
    gone.tokens.revoke()
    for shard in ("3/4", "1/4", "2/4", "4/4"):
        assert household.poll(shard).success
    assert HOUR in closed(household.instance)
    assert facts(household.connected) == everything(*(one for one in household.people if one is not gone))


@pytest.mark.parametrize("tag", quick_of(2, ["", "3", "0/8", "9/8", "3/8/1", "a/b", "-1/8", "½/8"]))
def test_a_tag_that_is_no_shard_asks_nobody_and_says_what_one_looks_like(household: Household, tag: str) -> None:
    before = [asked(one) for one in household.people]
    assert why(household.poll(tag)) == (
        f"The tag brapped/shard of this run is {tag!r}. It looks like 3/8: the third of eight runs, or is absent.",
        "a person",
    )
    assert [asked(one) for one in household.people] == before


@given(listener_id=st.none() | st.integers(1, 10**6), count=st.integers(1, 64))
def test_every_listener_is_in_one_shard_and_a_run_finds_its_own(listener_id: int | None, count: int) -> None:
    shards = all_shards(count)
    assert [shard_of(shard.tags) for shard in shards] == shards
    assert sum(shard.holds(listener_id) for shard in shards) == 1
