"""What is asked for once a day, after which poll; and which years are owed. Neither asks the warehouse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller, travel

from brapped_assets.definitions import defs
from brapped_assets.sensors.daily import owed_years
from brapped_assets_tests.assets.runs import noted_run

NOW = datetime(2026, 11, 20, 15, 5, 3, tzinfo=UTC)
NO_POLL = "No poll has ended since the last look."
UNDER_WAY = "A run is queued or running."
DONE = {"daily_upkeep": "Today's upkeep is done.", "wrapped_reports": "Today's pages are written."}
# Both years that are owed on the first day; a run of the upkeep has no partition.
WHOLE = {
    "daily_upkeep": {},
    "wrapped_reports": {
        "dagster/asset_partition_range_start": "2025",
        "dagster/asset_partition_range_end": "2026",
    },
}
BOTH = pytest.mark.parametrize("name", WHOLE)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def local(clock: Traveller, monkeypatch: pytest.MonkeyPatch, kept_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "some token")
    # Neon may sleep: whoever asked this database would fail.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    return kept_instance


class Sensor:
    """One that remembers its cursor, as the daemon does."""

    def __init__(self, name: str, instance: dg.DagsterInstance) -> None:
        self._definition, self._instance = defs.resolve_sensor_def(name), instance
        self._cursor: str | None = None

    def tick(self) -> dict[str, str] | str:
        """The tags of the one run that this tick asks for, or why it asks for nothing."""
        with dg.build_sensor_context(
            instance=self._instance,
            cursor=self._cursor,
            repository_def=defs.get_repository_def(),
            resources=dict(defs.resources or {}),
        ) as context:
            answer = self._definition.evaluate_tick(context)
        self._cursor = answer.cursor
        if answer.skip_message:
            return answer.skip_message
        (asked,) = answer.run_requests or []
        return {name: value for name, value in asked.tags.items() if name != "dagster/sensor_name"}


def polled(instance: dg.DagsterInstance, status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS) -> None:
    noted_run(instance, "hourly_plays", status)


@BOTH
def test_with_nobody_logged_in_nothing_is_asked_and_the_tick_says_so(
    local: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    assert Sensor(name, local).tick() == "No Spotify account is connected yet. Connect one with `brapped login`."


@BOTH
def test_it_is_asked_for_after_a_poll_and_once_a_day(local: dg.DagsterInstance, clock: Traveller, name: str) -> None:
    sensor = Sensor(name, local)
    assert sensor.tick() == NO_POLL
    polled(local)
    assert sensor.tick() == WHOLE[name]
    noted_run(local, name, dg.DagsterRunStatus.SUCCESS, WHOLE[name])
    for _ in range(8):
        assert sensor.tick() == NO_POLL
        polled(local)
        assert sensor.tick() == DONE[name]
        clock.shift(timedelta(hours=1))
    clock.shift(timedelta(hours=1))
    # The next day has begun; the database sleeps until a poll, also one that fails.
    assert sensor.tick() == NO_POLL
    polled(local, dg.DagsterRunStatus.FAILURE)
    assert sensor.tick() == ({} if name == "daily_upkeep" else {"dagster/partition": "2026"})


@BOTH
def test_while_one_is_under_way_none_is_asked_for_and_no_poll_is_passed_over(
    local: dg.DagsterInstance, name: str
) -> None:
    sensor = Sensor(name, local)
    under_way = noted_run(local, name, dg.DagsterRunStatus.STARTED, WHOLE[name])
    polled(local)
    assert [sensor.tick(), sensor.tick()] == [UNDER_WAY, UNDER_WAY]
    local.delete_run(under_way.run_id)
    assert sensor.tick() == WHOLE[name]


@BOTH
def test_one_that_failed_is_tried_again_after_a_poll_an_hour_later(
    local: dg.DagsterInstance, clock: Traveller, name: str
) -> None:
    sensor = Sensor(name, local)
    noted_run(local, name, dg.DagsterRunStatus.FAILURE, WHOLE[name])
    asked = []
    for _ in range(4):
        polled(local)
        asked.append(sensor.tick())
        clock.shift(timedelta(minutes=20))
    rests = "The last run failed within the hour; the next try is after a later poll."
    assert asked == [rests, rests, rests, WHOLE[name]]


def reports(instance: dg.DagsterInstance) -> list[str]:
    """The years whose pages are to be written now."""
    return [str(year) for year in owed_years(instance, datetime.now(UTC))]


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
    # Each day around the end of it, and some before.
    for day in (0, 1, 2, 12, 22, *range(30, 36), 44):
        clock.move_to(new_year(1) + timedelta(days=day))
        asked[day] = reports(local)
        written(local, *asked[day])
        clock.shift(timedelta(minutes=14))
        noted_run(local, "hourly_plays", dg.DagsterRunStatus.SUCCESS)
    assert asked == {day: ["2026", "2027"] if day < 33 else ["2027"] for day in asked}


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
    clock.shift(timedelta(minutes=1))
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
