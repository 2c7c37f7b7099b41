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


def tick(instance: dg.DagsterInstance, schedule: str = "hourly_plays") -> dg.RunRequest | str:
    """The one run that this tick asks for, or why it asks for nothing."""
    answer = evaluate(instance, schedule)
    if answer.skip_message:
        assert not answer.run_requests
        return answer.skip_message
    (request,) = answer.run_requests or []
    return request


def requests(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    return [*(evaluate(instance, "hourly_plays").run_requests or [])]


def evaluate(instance: dg.DagsterInstance, schedule: str) -> ScheduleExecutionData:
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime.now(UTC),
        repository_def=defs.get_repository_def(),
        resources=dict(defs.resources or {}),
    )
    with context:
        return defs.resolve_schedule_def(schedule).evaluate_tick(context)


def polled(instance: dg.DagsterInstance, first: datetime, last: datetime) -> None:
    """Materialize the hours from `first` to `last`, both included."""
    for n in range(int((last - first) / partitions.HOUR) + 1):
        key = partitions.key_of(first + n * partitions.HOUR)
        instance.report_runless_asset_event(dg.AssetMaterialization("recently_played_raw", partition=key))


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


@pytest.mark.parametrize("schedule", ["hourly_plays", "daily_upkeep", "wrapped_reports"])
def test_with_nobody_logged_in_nothing_is_asked_and_the_tick_says_so(
    local: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, schedule: str
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    assert tick(local, schedule) == NOT_CONNECTED


def test_before_the_first_hour_has_ended_the_tick_says_when_it_begins(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    clock.move_to(partitions.START + timedelta(minutes=25))
    assert tick(local) == f"The first hour ({partitions.START:%Y-%m-%d %H:%M} UTC) has not ended yet."


def test_the_daily_upkeep_is_one_run_a_day_at_the_first_chance(local: dg.DagsterInstance, clock: Traveller) -> None:
    done = "Today's upkeep is done or under way."
    assert isinstance(tick(local, "daily_upkeep"), dg.RunRequest)
    noted_run(local, "daily_upkeep", dg.DagsterRunStatus.FAILURE)
    assert isinstance(tick(local, "daily_upkeep"), dg.RunRequest)
    under_way = noted_run(local, "daily_upkeep", dg.DagsterRunStatus.STARTED)
    assert tick(local, "daily_upkeep") == done
    local.delete_run(under_way.run_id)
    noted_run(local, "daily_upkeep", dg.DagsterRunStatus.SUCCESS)
    for _ in range(8):
        assert tick(local, "daily_upkeep") == done
        clock.shift(timedelta(hours=1))
    clock.shift(timedelta(hours=1))
    assert isinstance(tick(local, "daily_upkeep"), dg.RunRequest)


WRITTEN = "Today's pages are written or under way."


def reports(instance: dg.DagsterInstance) -> list[str]:
    """The years whose pages this tick asks for, in one run."""
    asked = tick(instance, "wrapped_reports")
    if isinstance(asked, str):
        assert asked == WRITTEN
        return []
    first, last = hours_of(asked)
    return [str(year) for year in range(int(first), int(last) + 1)]


def written(instance: dg.DagsterInstance, *years: str) -> None:
    for year in years:
        noted_run(instance, "wrapped_reports", dg.DagsterRunStatus.SUCCESS, {"dagster/partition": year})


def test_a_run_over_several_years_wrote_each_of_them(local: dg.DagsterInstance) -> None:
    tags = {"dagster/asset_partition_range_start": "2025", "dagster/asset_partition_range_end": "2026"}
    noted_run(local, "wrapped_reports", dg.DagsterRunStatus.SUCCESS, tags)
    assert reports(local) == []


def new_year(day: int, hour: int = 0, month: int = 1) -> datetime:
    return datetime(2027, month, day, hour, 11, tzinfo=UTC)


def test_the_pages_of_a_year_are_written_once_a_day(local: dg.DagsterInstance, clock: Traveller) -> None:
    # Last year's once, too: Dagster knows of no run that wrote them.
    assert reports(local) == ["2025", "2026"]
    written(local, "2025")
    assert reports(local) == ["2026"]
    noted_run(local, "wrapped_reports", dg.DagsterRunStatus.FAILURE, {"dagster/partition": "2026"})
    assert reports(local) == ["2026"]
    under_way = noted_run(local, "wrapped_reports", dg.DagsterRunStatus.STARTED, {"dagster/partition": "2026"})
    assert reports(local) == []
    local.delete_run(under_way.run_id)
    written(local, "2026")
    assert reports(local) == []
    clock.shift(timedelta(days=1))
    assert reports(local) == ["2026"]


# The machine is on all the time; it sleeps over New Year; it sleeps until the year has long been settled.
ON_THROUGHOUT = [datetime(2026, 12, day, 0, 11, tzinfo=UTC) for day in (30, 31)] + [new_year(day) for day in (1, 2, 3)]
SLEPT = [datetime(2026, 12, 30, 0, 11, tzinfo=UTC), new_year(5, 9), new_year(5, 10), new_year(6, 9)]
SLEPT_LONG = [datetime(2026, 12, 30, 0, 11, tzinfo=UTC), new_year(9, 9, month=4), new_year(10, 9, month=4)]


@pytest.mark.parametrize("awake", [ON_THROUGHOUT, SLEPT, SLEPT_LONG], ids=["always on", "slept", "slept for months"])
def test_the_last_page_of_a_year_is_written_when_it_is_over_in_every_zone_and_its_end_was_polled(
    local: dg.DagsterInstance, clock: Traveller, awake: list[datetime]
) -> None:
    newest = polled_first = None
    for at in awake:
        clock.move_to(at)
        for year in reports(local):
            written(local, year)
            newest = at if year == "2026" else newest
        # The poll after waking comes later than the tick.
        clock.shift(timedelta(minutes=14))
        noted_run(local, "hourly_plays", dg.DagsterRunStatus.SUCCESS)
        if at > awake[1]:
            polled_first = polled_first or at
        assert reports(local) == []
    assert newest is not None
    # New Year at UTC-12, and the first poll after the machine woke.
    assert newest >= datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert newest > (awake[1] if awake != ON_THROUGHOUT else new_year(1))


def test_a_year_is_written_until_every_play_of_it_has_been_uploaded(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    """Spotify lets a device stay offline for 30 days; nothing is added to a year after that but by an import."""
    asked = {}
    for day in range(45):
        clock.move_to(new_year(1) + timedelta(days=day))
        asked[day] = reports(local)
        written(local, *asked[day])
        clock.shift(timedelta(minutes=14))
        noted_run(local, "hourly_plays", dg.DagsterRunStatus.SUCCESS)
    both = [day for day, years in asked.items() if years == ["2026", "2027"]]
    assert both == list(range(33))
    assert [asked[day] for day in range(33, 45)] == [["2027"]] * 12


def test_an_import_has_last_years_page_written_again(local: dg.DagsterInstance, clock: Traveller) -> None:
    clock.move_to(new_year(1, month=6))
    written(local, "2026", "2027")
    clock.shift(timedelta(days=1))
    written(local, "2027")
    assert reports(local) == []
    local.report_runless_asset_event(dg.AssetMaterialization("streaming_history"))
    assert reports(local) == ["2026"]
    written(local, "2026")
    clock.shift(timedelta(days=1))
    assert reports(local) == ["2027"]


def test_after_an_import_every_year_from_the_first_play_on_is_written_once(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    written(local, "2025", "2026")
    assert reports(local) == []
    local.report_runless_asset_event(dg.AssetMaterialization("streaming_history", metadata={"first_year": 2019}))
    clock.shift(timedelta(days=1))
    years = [str(year) for year in range(2019, 2027)]
    assert reports(local) == years
    written(local, *years)
    assert reports(local) == []
    clock.shift(timedelta(days=1))
    assert reports(local) == ["2026"]


def test_a_year_two_years_ago_that_was_left_unfinished_is_finished(local: dg.DagsterInstance, clock: Traveller) -> None:
    clock.move_to(datetime(2026, 12, 30, 0, 11, tzinfo=UTC))
    written(local, "2026")
    clock.move_to(datetime(2028, 3, 1, 8, 11, tzinfo=UTC))
    assert reports(local) == ["2026", "2027", "2028"]


@pytest.mark.parametrize("year", [1970, 2000])
def test_a_clock_that_is_decades_behind_asks_for_no_year_that_is_no_partition(
    local: dg.DagsterInstance, clock: Traveller, year: int
) -> None:
    clock.move_to(datetime(year, 1, 2, tzinfo=UTC))
    assert reports(local) == []


def test_only_the_asked_hours_are_read(local: dg.DagsterInstance) -> None:
    polled(local, datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC))
    assert closed_hours(local, ["2026-11-20-09:00", "2026-11-20-12:00"]) == {"2026-11-20-12:00"}
    assert closed_hours(local, []) == set()
