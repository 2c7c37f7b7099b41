"""The sensor looks after runs and at a standstill, on a real Dagster instance, and tells each thing once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller, travel

from brapped_assets.assets.error_to_failure import UNKNOWN
from brapped_assets.definitions import defs
from brapped_assets.notifications.conditions import Failed
from brapped_assets.sensors.notifications import Seen, is_standstill, newest_failure
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.assets.runs import noted_run
from brapped_assets_tests.notifications.mailbox import Mailbox

NOW = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
NOTHING = "Nothing has happened since the last look."
HOUR = 3600.0


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def local(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch, database_url: str, kept_instance: dg.DagsterInstance
) -> dg.DagsterInstance:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return kept_instance


class Sensor:
    """Its ticks, with the cursor kept between them as the daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> str:
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=defs.get_repository_def(),
            cursor=self.cursor,
            resources=dict(defs.resources or {}),
        ) as context:
            answer = defs.resolve_sensor_def("notices").evaluate_tick(context)
        self.cursor = answer.cursor
        assert (answer.run_requests or []) == []
        assert answer.skip_message is not None
        return answer.skip_message


@pytest.fixture
def sensor(local: dg.DagsterInstance) -> Sensor:
    return Sensor(local)


@pytest.fixture
def polled_now(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listeners.save_listener(tx, refresh_token="ann", time_zone="Europe/Berlin", now=NOW, authorized_at=NOW)


def ended(instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus) -> None:
    run = noted_run(instance, job, dg.DagsterRunStatus.STARTED)
    if status == dg.DagsterRunStatus.FAILURE:
        instance.report_run_failed(run)
    else:
        instance.report_dagster_event(dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, job), run.run_id)


def test_without_an_address_nobody_is_asked(sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert sensor.tick() == "BRAPPED_NOTIFY is not set: nobody is to be told."


@pytest.mark.usefixtures("polled_now")
def test_it_looks_once_after_each_run_and_lets_the_warehouse_sleep_otherwise(
    sensor: Sensor, mailbox: Mailbox, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sensor.tick() == NOTHING
    ended(sensor.instance, "hourly_plays", dg.DagsterRunStatus.SUCCESS)
    assert sensor.tick() == "Looked; 0 told."
    # Neon may sleep: whoever asked this database would fail.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    for _ in range(5):
        clock.shift(60)
        assert sensor.tick() == NOTHING
    assert mailbox.asked == 0


@pytest.mark.usefixtures("polled_now")
def test_a_run_that_is_killed_again_and_again_is_told_of_once_and_so_is_its_end(
    sensor: Sensor, mailbox: Mailbox, clock: Traveller
) -> None:
    said = []
    for _ in range(5):
        ended(sensor.instance, "hourly_plays", dg.DagsterRunStatus.FAILURE)
        said.append(sensor.tick())
        clock.shift(timedelta(minutes=20))
    assert said == ["Looked; 0 told.", "Looked; 0 told.", "Looked; 1 told.", "Looked; 0 told.", "Looked; 0 told."]
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: a run failed"
    assert text.startswith("A run of hourly_plays failed. It was stopped before its end.")
    ended(sensor.instance, "hourly_plays", dg.DagsterRunStatus.SUCCESS)
    assert sensor.tick() == "Looked; 1 told."
    assert mailbox.texts() == [("Brapped: all is well again", "Runs succeed again.")]


@pytest.mark.slow
@pytest.mark.usefixtures("polled_now")
def test_polls_that_stop_coming_are_told_of_by_a_machine_that_is_awake(
    sensor: Sensor, mailbox: Mailbox, clock: Traveller
) -> None:
    sensor.instance.report_runless_asset_event(dg.AssetMaterialization("recently_played_raw"))
    told = []
    for minutes in range(0, 364, 4):
        if sensor.tick() != NOTHING:
            told.append((minutes, [title for title, _ in mailbox.texts()]))
        clock.shift(240)
    # Once an hour, and told of after the second look.
    assert told == [
        (180, []), (240, ["Brapped: nothing is being collected"]), *[(hour * 60, []) for hour in (5, 6)]
    ]  # fmt: skip


def test_what_an_address_or_a_cursor_of_another_version_breaks_is_a_sentence(
    sensor: Sensor, monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse
) -> None:
    monkeypatch.setenv("BRAPPED_NOTIFY", "nonsense://a-secret")
    sensor.cursor = '{"unknown": 1}'
    with warehouse.transaction() as tx:
        listeners.save_listener(
            tx, refresh_token="ann", time_zone="Europe/Berlin", now=NOW, authorized_at=NOW - timedelta(days=200)
        )
    ended(sensor.instance, "daily_upkeep", dg.DagsterRunStatus.SUCCESS)
    assert sensor.tick().startswith("BRAPPED_NOTIFY: Apprise does not understand address 1 of 1.")


@given(st.none() | st.floats(0, 9), st.floats(0, 9), st.floats(0, 9))
def test_a_standstill_is_one_on_a_machine_that_was_awake_and_is_looked_into_once_an_hour(
    polled: float | None, awake: float, looked: float
) -> None:
    now = NOW.timestamp()
    seen = Seen("", now - looked * HOUR, now, now - awake * HOUR)
    polled_at = None if polled is None else now - polled * HOUR
    assert is_standstill(seen, polled_at, now) == (
        polled_at is not None
        and now - polled_at >= 3 * HOUR
        and now - seen.awake_since >= HOUR / 2
        and now - seen.looked_at >= HOUR
    )


@dg.asset
def broken() -> None:
    raise ValueError("a canary of somebody's plays")


@dg.asset
def known() -> None:
    raise dg.Failure("Spotify answered 503.", metadata={"cure": "time"}, allow_retries=False)


@pytest.mark.parametrize(
    ("asset", "failed"),
    [
        (broken, Failed("hourly_plays", UNKNOWN)),
        (known, Failed("hourly_plays", "Spotify answered 503.", cures_itself=True)),
    ],
    ids=["a mistake of ours", "known"],
)
def test_only_sentences_of_our_own_leave_the_machine(
    instance: dg.DagsterInstance, asset: dg.AssetsDefinition, failed: Failed
) -> None:
    job = dg.define_asset_job("hourly_plays", dg.AssetSelection.assets(asset))
    resolved = dg.Definitions(assets=[asset], jobs=[job]).resolve_job_def("hourly_plays")
    assert newest_failure(instance) is None
    assert not resolved.execute_in_process(instance=instance, raise_on_error=False).success
    assert newest_failure(instance) == failed
