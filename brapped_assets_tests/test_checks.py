"""Each claim can fail: it says how often, shows rows, and stops nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import dagster as dg
import pytest
from time_machine import Traveller, travel

from brapped_assets.checks import DAILY_CLAIMS, POLL_CLAIMS, RANKING_CLAIMS
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.partitions import PARTITION
from brapped_assets.warehouse import dimensions
from brapped_assets_tests.assets.runs import poll, run, value
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import at

NOW = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
POLL = {claim.name for claim in POLL_CLAIMS.values()}
DAILY = {claim.name for claim in [*DAILY_CLAIMS, *RANKING_CLAIMS]}
WARNINGS = {claim.name for claim in [*POLL_CLAIMS.values(), *DAILY_CLAIMS, *RANKING_CLAIMS] if claim.is_about_the_world}


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def account(clock: Traveller, account: SimulatedAccount) -> SimulatedAccount:
    return account


@pytest.fixture
def polled(connected: Connected, instance: dg.DagsterInstance) -> Connected:
    assert poll(instance).success
    with connected.warehouse.transaction() as tx:
        # What track_dim does, so that there are credits to check.
        assert dimensions.apply_payloads(tx) > 0
    return connected


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def told(verdict: dg.AssetCheckEvaluation, name: str) -> Any:
    return verdict.metadata[name].value


def spoil(connected: Connected, *statements: LiteralString) -> None:
    with connected.warehouse.transaction() as tx:
        for statement in statements:
            tx.execute(statement)


SPOILED: dict[str, LiteralString] = {
    "no_hour_was_lost": "insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)"
    " values (1, '2026-11-20 10:00Z', '2026-11-20 11:00Z', 'for the test', 1)",
    "every_gap_is_closed": "insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)"
    " values (1, '2025-11-20 10:00Z', '2025-11-20 11:00Z', 'for the test', 1)",
    "every_landed_play_is_merged": "update raw.recently_played set is_merged = false where played_at ="
    " (select max(played_at) from raw.recently_played);"
    " update audit.poll set polled_at = polled_at - interval '2 minutes'",
    "every_play_has_track_and_artist": "delete from star.track_artist where (track_key, position) ="
    " (select track_key, 0 from star.streaming_fact order by played_at desc limit 1)",
    "no_play_is_in_the_future": "update star.streaming_fact set played_at = '2026-11-20 15:13Z' where play_key = 1",
    "latest_poll_is_recent": "update audit.poll set polled_at = polled_at - interval '181 minutes'",
    "consent_lasts_14_days": "update audit.listener set authorized_at = '2026-06-03 15:06Z'",
    "call_budget_holds": "insert into audit.api_call values ('2026-11-20 15:00Z', 'test', 1001)",
    "answers_have_the_known_keys": "update audit.poll set keys_new = '{items.mood}'",
    "everything_served_is_understood": "insert into audit.rejected_row values"
    " (1, 'poll', gen_random_uuid(), '{}', 'for the test', 1, 1, 1, now(), now())",
    "api_plays_keep_their_distance": "insert into star.streaming_fact"
    " (listener_id, track_key, played_at, played_at_local, api_at, api_track_key, ms_played, is_estimated)"
    " select listener_id, track_key, played_at + interval '29 s', played_at_local + interval '29 s',"
    " api_at + interval '29 s', api_track_key, 30000, true from star.streaming_fact where play_key = 1",
    "local_time_agrees_with_the_zone": "update star.streaming_fact set played_at_local = played_at at time zone 'UTC'"
    " where play_key <= 7",
    "every_track_read_has_credits": "delete from star.track_artist where (track_key, position) ="
    " (select track_key, 0 from star.streaming_fact order by played_at limit 1)",
    "no_spotify_id_is_double": "update star.track_dim set track_id = (select max(track_id) from star.track_dim)"
    " where track_key = (select min(track_key) from star.track_dim)",
    "most_pictures_are_known": "update star.album_dim set image_url = null",
    "every_ranking_has_six_lists": "insert into star.spotify_top select 1, '2026-11-01', 'artists', 'short_term', 1,"
    " min(artist_key), null from star.artist_dim",
    "every_ranking_is_recent": "update star.spotify_top set taken_on = '2026-11-02'",
    "every_import_is_finished": "insert into audit.import_file (listener_id, content_hash, kind, name, started_at)"
    " values (1, 'x', 'account', 'a.json', '2026-11-19 15:00Z')",
}


def test_every_check_is_tried_here() -> None:
    assert set(SPOILED) == POLL | DAILY
    assert not POLL & DAILY
    assert POLL | DAILY > WARNINGS


def test_a_healthy_warehouse_passes_every_check(polled: Connected, instance: dg.DagsterInstance) -> None:
    found = verdicts(run("daily_upkeep", instance))
    assert set(found) == POLL | DAILY
    for verdict in found.values():
        assert verdict.passed
        # Daily: over everything.
        assert {name: value.value for name, value in verdict.metadata.items()} == {"offending_rows": 0}


def test_every_check_can_fail_and_shows_the_rows(polled: Connected, instance: dg.DagsterInstance) -> None:
    """Each after the other on one warehouse, so that a check that fails for another's sake is seen as well."""
    broken: dict[str, int] = {}
    for name, statement in SPOILED.items():
        spoil(polled, *statement.split(";"))
        broken[name] = 7 if name == "local_time_agrees_with_the_zone" else 1
    # Or there would be a new ranking.
    polled.account.faults.add("missing_scope", path="/v1/me/top/tracks")
    result = run("daily_upkeep", instance)
    # Checks report; they stop nothing, not even when they are errors.
    assert result.success
    for name, verdict in verdicts(result).items():
        assert not verdict.passed, name
        offending, sample = told(verdict, "offending_rows"), told(verdict, "sample")
        assert offending >= broken[name]
        assert len(sample) == min(5, offending)
        assert all(isinstance(row, dict) and row for row in sample)
        expected = dg.AssetCheckSeverity.WARN if name in WARNINGS else dg.AssetCheckSeverity.ERROR
        assert verdict.severity == expected, name


@pytest.mark.parametrize("name", ["no_hour_was_lost"])
def test_a_failing_check_fails_no_poll(polled: Connected, instance: dg.DagsterInstance, name: str) -> None:
    spoil(polled, SPOILED[name])
    result = poll(instance, job="hourly_plays")
    assert result.success
    found = verdicts(result)
    assert {check for check, verdict in found.items() if not verdict.passed} == {name}
    assert set(found) == POLL
    assert len(found) <= 3


def test_a_poll_looks_at_what_it_touched_and_the_day_at_everything(
    polled: Connected, instance: dg.DagsterInstance
) -> None:
    spoil(
        polled,
        "insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)"
        " values (1, '2026-11-17 10:00Z', '2026-11-17 11:00Z', 'older than three days', 1)",
    )
    by_poll = verdicts(poll(instance, job="hourly_plays"))["no_hour_was_lost"]
    assert by_poll.passed
    assert told(by_poll, "checked_from") == (NOW.replace(minute=0) - timedelta(hours=73)).timestamp()
    assert not verdicts(run("daily_upkeep", instance))["no_hour_was_lost"].passed
    # A run that heals five hours looks back further.
    assert not verdicts(poll(instance, 5, job="hourly_plays"))["no_hour_was_lost"].passed
    # Nor has a job of somebody's own to be about hours.
    assert not verdicts(run("daily_upkeep", instance, {PARTITION: "2026"}))["no_hour_was_lost"].passed


def test_a_closed_gap_is_no_offence(polled: Connected, instance: dg.DagsterInstance) -> None:
    spoil(polled, SPOILED["no_hour_was_lost"])
    with polled.warehouse.transaction() as tx:
        day = (NOW - at(0)).total_seconds() / 60
        meet(tx, 1, Imported("a.json", day - 24 * 60, day), when=NOW)
    assert verdicts(poll(instance, job="hourly_plays"))["no_hour_was_lost"].passed
    assert verdicts(run("daily_upkeep", instance))["every_gap_is_closed"].passed


def test_spotify_adding_a_key_is_seen_the_same_day(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from brapped_assets.demo import payloads

    real = payloads.play
    monkeypatch.setattr(payloads, "play", lambda item, base: real(item, base) | {"mood": "sunny"})
    assert poll(instance).success
    verdict = verdicts(run("daily_upkeep", instance))["answers_have_the_known_keys"]
    assert [(row["key"], row["kind"], row["polls"]) for row in told(verdict, "sample")] == [("items.mood", "new", 1)]


def test_what_cannot_be_understood_is_kept_and_told(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from brapped_assets.demo import payloads

    real = payloads.play
    first: list[str] = []

    def without_track(item: Any, base: str) -> dict[str, Any]:
        payload = real(item, base)
        first.append(payload["played_at"])
        return payload | ({"track": "gone"} if payload["played_at"] == first[0] else {})

    monkeypatch.setattr(payloads, "play", without_track)
    assert poll(instance).success
    verdict = verdicts(run("daily_upkeep", instance))["everything_served_is_understood"]
    assert told(verdict, "offending_rows") == 1
    assert told(verdict, "sample")[0]["reason"] == "the track is not an object"
    assert value(connected, "select count(*) from star.streaming_fact") == 49
    # An hour later Spotify sends it whole, and it is a play like any other.
    monkeypatch.setattr(payloads, "play", real)
    assert poll(instance).success
    assert value(connected, "select count(*) from star.streaming_fact") == 50
