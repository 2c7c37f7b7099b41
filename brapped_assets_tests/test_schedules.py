"""When we ask, on an instance that has a database of its own, as the daemon does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.schedule_definition import ScheduleExecutionData
from time_machine import Traveller, travel

from brapped_assets import partitions
from brapped_assets.definitions import defs
from brapped_assets.schedules import UNFINISHED, closed_hours
from brapped_assets_tests.assets.runs import noted_run

NOW = datetime(2026, 11, 20, 15, 5, 3, tzinfo=UTC)
NOT_CONNECTED = "No Spotify account is connected yet. Connect one with `brapped login`."


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def local(clock: Traveller, monkeypatch: pytest.MonkeyPatch, kept_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "some token")
    return kept_instance


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | str:
    """The one run that this tick asks for, or why it asks for nothing."""
    answer = evaluate(instance)
    if answer.skip_message:
        assert not answer.run_requests
        return answer.skip_message
    (request,) = answer.run_requests or []
    return request


def requests(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    return [*(evaluate(instance).run_requests or [])]


def evaluate(instance: dg.DagsterInstance) -> ScheduleExecutionData:
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime.now(UTC),
        repository_def=defs.get_repository_def(),
        resources=dict(defs.resources or {}),
    )
    with context:
        return defs.resolve_schedule_def("hourly_plays").evaluate_tick(context)


def polled(instance: dg.DagsterInstance, first: datetime, last: datetime) -> None:
    """Poll and merge for the hours from `first` to `last`, both included."""
    for n in range(int((last - first) / partitions.HOUR) + 1):
        key = partitions.key_of(first + n * partitions.HOUR)
        for asset in ("recently_played_raw", "streaming_fact"):
            instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=key))


def hours_of(request: dg.RunRequest | str) -> tuple[str, str]:
    assert isinstance(request, dg.RunRequest)
    tags = request.tags
    hour = tags.get("dagster/partition")
    if hour is not None:
        return hour, hour
    return tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]


def test_the_first_tick_asks_for_72_hours_at_once(local: dg.DagsterInstance) -> None:
    assert hours_of(tick(local)) == ("2026-11-17-15:00", "2026-11-20-14:00")


def test_after_a_poll_only_the_newest_hour_is_asked_for_again(local: dg.DagsterInstance, clock: Traveller) -> None:
    polled(local, NOW.replace(minute=0, second=0) - 72 * partitions.HOUR, datetime(2026, 11, 20, 14, tzinfo=UTC))
    for _ in range(3):
        request = tick(local)
        assert hours_of(request) == ("2026-11-20-14:00", "2026-11-20-14:00")
        # No key: Dagster would drop the second poll of an hour.
        assert isinstance(request, dg.RunRequest)
        assert request.run_key is None
        clock.shift(timedelta(minutes=20))
    assert hours_of(tick(local)) == ("2026-11-20-15:00", "2026-11-20-15:00")


def test_a_daemon_that_slept_for_30_hours_asks_for_one_run_over_all_of_them(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    polled(local, datetime(2026, 11, 18, 21, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC))
    clock.shift(timedelta(hours=30))
    assert hours_of(tick(local)) == ("2026-11-20-15:00", "2026-11-21-20:00")


def test_a_tick_evaluated_late_polls_for_what_is_over_by_then(local: dg.DagsterInstance) -> None:
    context = dg.build_schedule_context(
        instance=local,
        scheduled_execution_time=NOW - timedelta(hours=5),
        repository_def=defs.get_repository_def(),
        resources=dict(defs.resources or {}),
    )
    with context:
        answer = defs.resolve_schedule_def("hourly_plays").evaluate_tick(context)
    assert [hours_of(request)[1] for request in answer.run_requests or []] == ["2026-11-20-14:00"]


@pytest.mark.slow
def test_a_hole_in_the_look_back_is_closed_and_an_older_one_is_left(local: dg.DagsterInstance) -> None:
    polled(local, datetime(2026, 11, 17, 15, tzinfo=UTC), datetime(2026, 11, 18, 3, tzinfo=UTC))
    polled(local, datetime(2026, 11, 18, 5, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC))
    assert hours_of(tick(local)) == ("2026-11-18-04:00", "2026-11-20-14:00")
    polled(local, datetime(2026, 11, 18, 4, tzinfo=UTC), datetime(2026, 11, 18, 4, tzinfo=UTC))
    assert hours_of(tick(local)) == ("2026-11-20-14:00", "2026-11-20-14:00")


@pytest.mark.parametrize("status", UNFINISHED, ids=lambda status: status.value)
def test_while_a_poll_is_queued_or_running_no_other_is_asked_for(
    local: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    other = noted_run(local, "refresh_dimensions", status)
    assert isinstance(tick(local), dg.RunRequest)
    local.delete_run(other.run_id)
    noted_run(local, "hourly_plays", status)
    assert tick(local) == "An earlier poll is queued or running; it polls for this tick too."


def test_each_shard_is_asked_for_by_itself_and_one_under_way_is_left_out(
    local: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_SHARDS", "3")
    hours = {"dagster/partition": "2026-11-20-14:00"}
    polled(local, *(datetime(2026, 11, 20, 14, tzinfo=UTC) - timedelta(hours=n) for n in (71, 0)))
    noted_run(local, "hourly_plays", dg.DagsterRunStatus.STARTED, {"brapped/shard": "2/3"})
    assert [dict(request.tags) for request in requests(local)] == [
        {**hours, "brapped/shard": "1/3", "dagster/schedule_name": "hourly_plays"},
        {**hours, "brapped/shard": "3/3", "dagster/schedule_name": "hourly_plays"},
    ]
    for number in (1, 3):
        noted_run(local, "hourly_plays", dg.DagsterRunStatus.QUEUED, {"brapped/shard": f"{number}/3"})
    assert tick(local) == "An earlier poll is queued or running; it polls for this tick too."


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
        # Its maker was killed before it could be queued.
        dg.DagsterRunStatus.NOT_STARTED,
    ],
)
def test_a_poll_that_ended_in_any_way_or_never_began_holds_nobody_up(
    local: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    noted_run(local, "hourly_plays", status)
    assert isinstance(tick(local), dg.RunRequest)


def test_with_nobody_logged_in_nothing_is_asked_and_the_tick_says_so(
    local: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    assert tick(local) == NOT_CONNECTED


def test_before_the_first_hour_has_ended_the_tick_says_when_it_begins(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    clock.move_to(partitions.START + timedelta(minutes=25))
    assert tick(local) == f"The first hour ({partitions.START:%Y-%m-%d %H:%M} UTC) has not ended yet."


def test_only_the_asked_hours_are_read(local: dg.DagsterInstance) -> None:
    polled(local, datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC))
    assert closed_hours(local, ["2026-11-20-09:00", "2026-11-20-12:00"]) == {"2026-11-20-12:00"}
    assert closed_hours(local, []) == set()
