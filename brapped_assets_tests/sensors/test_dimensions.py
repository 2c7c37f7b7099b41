"""The sensor of the dimensions decides by the newest level in Dagster's own log; the heartbeat's by each poll."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import StepMaterializationData
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller, travel

from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.definitions import defs
from brapped_assets.notifications import heartbeat
from brapped_assets.schedules import UNFINISHED
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.sensors.heartbeat import heartbeat_sensor
from brapped_assets_tests.assets.runs import noted_run

NOW = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
NOTHING = "Nothing is due."


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def local(clock: Traveller, monkeypatch: pytest.MonkeyPatch, kept_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    # Neon may sleep: whoever asked this database would fail.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    return kept_instance


def level(instance: dg.DagsterInstance, asset: str, due: int, next_due_at: datetime | None = None) -> None:
    """Write a level as a run of this asset does."""
    metadata: dict[str, Any] = {DUE: due}
    if next_due_at is not None:
        metadata[NEXT_DUE_AT] = dg.MetadataValue.timestamp(next_due_at)
    instance.report_runless_asset_event(dg.AssetMaterialization(asset, metadata=metadata))


def tick(instance: dg.DagsterInstance) -> str | None:
    """Why nothing is asked for; None when a refresh is."""
    with dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def()) as context:
        answer = defs.resolve_sensor_def("refresh_dimensions").evaluate_tick(context)
    assert len(answer.run_requests or []) == (answer.skip_message is None)
    return answer.skip_message


@given(
    due=st.none() | st.integers(0, 10_000),
    hours=st.none() | st.integers(-100, 100),
)
def test_a_level_asks_when_something_is_due_or_its_instant_has_come(due: int | None, hours: int | None) -> None:
    told: dict[str, Any] = {} if due is None else {DUE: due}
    if hours is not None:
        told[NEXT_DUE_AT] = NOW.timestamp() + hours * 3600
    assert is_due(told, NOW) == (bool(due) or (hours is not None and hours <= 0))


def test_nothing_is_due_before_anything_was_materialized(local: dg.DagsterInstance) -> None:
    assert newest_level(local) == {}
    assert tick(local) == NOTHING


def test_new_work_is_asked_for_until_a_refresh_says_it_is_done(local: dg.DagsterInstance, clock: Traveller) -> None:
    level(local, "streaming_fact", 12)
    # A level, not an edge: asked for at every tick, so a crash cannot hide it.
    assert [tick(local), tick(local)] == [None, None]
    clock.shift(30)
    level(local, "artist_dim", 3)
    assert tick(local) is None
    level(local, "artist_dim", 0)
    assert tick(local) == NOTHING


def test_what_is_due_later_is_asked_for_later(local: dg.DagsterInstance, clock: Traveller) -> None:
    level(local, "artist_dim", 0, NOW + timedelta(hours=1))
    assert tick(local) == NOTHING
    clock.shift(timedelta(minutes=59, seconds=59))
    assert tick(local) == NOTHING
    clock.shift(1)
    assert tick(local) is None


def test_the_newest_level_counts_whoever_wrote_it(local: dg.DagsterInstance, clock: Traveller) -> None:
    level(local, "artist_dim", 7)
    clock.shift(60)
    level(local, "streaming_fact", 0, NOW + timedelta(days=2))
    assert newest_level(local) == {DUE: 0, NEXT_DUE_AT: (NOW + timedelta(days=2)).timestamp()}
    assert tick(local) == NOTHING


def test_a_level_written_by_a_clock_that_was_ahead_does_not_count_for_ever(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    clock.shift(timedelta(days=2))
    level(local, "streaming_fact", 12)
    clock.move_to(NOW)
    level(local, "artist_dim", 0)
    assert tick(local) == NOTHING


@pytest.mark.parametrize("status", UNFINISHED, ids=lambda status: status.value)
def test_one_refresh_at_a_time(local: dg.DagsterInstance, status: dg.DagsterRunStatus) -> None:
    level(local, "streaming_fact", 12)
    noted_run(local, "hourly_plays", status)
    assert tick(local) is None
    noted_run(local, "refresh_dimensions", status)
    assert tick(local) == "A refresh is queued or running."


def test_a_refresh_that_failed_is_tried_again_after_a_quarter_of_an_hour(
    local: dg.DagsterInstance, clock: Traveller
) -> None:
    level(local, "streaming_fact", 12)
    run = noted_run(local, "refresh_dimensions", dg.DagsterRunStatus.STARTED)
    local.report_run_failed(run)
    assert tick(local) == "The last refresh failed a moment ago; the next try is in a quarter of an hour."
    clock.shift(timedelta(minutes=15))
    assert tick(local) is None
    done = noted_run(local, "refresh_dimensions", dg.DagsterRunStatus.SUCCESS)
    assert done.is_finished
    assert tick(local) is None


def beaten(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """What the heartbeat's sensor answers to the success of this run."""
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name, message="It succeeded.")
    resources = dict(defs.resources or {})
    with dg.build_run_status_sensor_context("heartbeat", event, instance, run, resources=resources) as context:
        answer = heartbeat_sensor()(context)
    assert answer is None or isinstance(answer, dg.SkipReason)
    return answer.skip_message if answer else None


def test_a_poll_beats_a_postponed_one_does_not_and_a_deaf_watcher_is_told_without_the_url(
    local: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr("brapped_assets.sensors.heartbeat.beat", heard.append)
    job = defs.resolve_job_def("hourly_plays")
    postponed, polled = (local.create_run_for_job(job) for _ in "12")
    asset = dg.AssetMaterialization("recently_played_raw", partition="2026-11-20-14:00")
    local.report_dagster_event(
        dg.DagsterEvent(
            dg.DagsterEventType.ASSET_MATERIALIZATION.value,
            job.name,
            step_key="recently_played_raw",
            event_specific_data=StepMaterializationData(asset),
        ),
        polled.run_id,
    )
    assert beaten(local, polled) == "BRAPPED_HEARTBEAT_URL is not set."
    monkeypatch.setenv("BRAPPED_HEARTBEAT_URL", "http://127.0.0.1:1/a-secret-path")
    assert beaten(local, postponed) == "The poll was postponed."
    assert heard == []
    assert beaten(local, polled) is None
    assert heard == ["http://127.0.0.1:1/a-secret-path"]
    monkeypatch.setattr("brapped_assets.sensors.heartbeat.beat", heartbeat.beat)
    assert beaten(local, polled) == "The heartbeat URL did not answer (ConnectionError)."
