"""Metrics of runs: as Dagster's own database keeps them, asked by pages that have no Dagster."""

import time
from pathlib import Path

import dagster as dg
import pytest

from brapped_assets.services.dagster_instance import open_instance, storage_url
from brapped_assets.settings import Settings
from brapped_assets.warehouse.dagster_runs import DagsterRuns, RunTally
from brapped_assets.web import metrics
from brapped_assets_tests.web.api.asking import program
from brapped_assets_tests.web.test_metrics import OF_RUNS, read


@dg.op
def poll(context: dg.OpExecutionContext) -> None:
    if context.run.tags.get("outcome") == "fails":
        raise dg.Failure("Spotify does not answer.")


@dg.job
def hourly_plays() -> None:
    poll()


@dg.asset
def picked() -> None:
    pass


def test_runs_are_counted_by_job_and_status_and_dated_by_their_newest_end(
    dagster_url: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)
    began = time.time()
    # As `up` tells it to its parts: by SQLAlchemy's driver.
    runs = DagsterRuns(storage_url(dagster_url))
    with open_instance(Settings.load()) as instance, program(tmp_path, database_url, "", runs=runs) as asking:
        assert "brapped_dagster_runs" not in read(asking.client.get("/metrics").text)
        for _ in range(2):
            assert hourly_plays.execute_in_process(instance=instance).success
        hourly_plays.execute_in_process(instance=instance, tags={"outcome": "fails"}, raise_on_error=False)
        instance.create_run_for_job(hourly_plays, status=dg.DagsterRunStatus.STARTED)
        assert dg.materialize([picked], instance=instance).success
        told = read(asking.client.get("/metrics").text)
        ended = time.time()
    assert {name for name in told if "dagster" in name} == OF_RUNS
    assert told["brapped_dagster_database_up"] == [({}, 1)]
    assert told["brapped_dagster_runs"] == [
        ({"dagster_job": "assets", "status": "success"}, 1),
        ({"dagster_job": "hourly_plays", "status": "failure"}, 1),
        ({"dagster_job": "hourly_plays", "status": "started"}, 1),
        ({"dagster_job": "hourly_plays", "status": "success"}, 2),
    ]
    ends = told["brapped_dagster_run_end_timestamp_seconds"]
    assert [labels for labels, _ in ends] == [
        labels for labels, _ in told["brapped_dagster_runs"] if labels["status"] != "started"
    ]
    (picked_at, failed_at, succeeded_at) = (at for _, at in ends)
    assert began - 1 < succeeded_at < failed_at < picked_at < ended + 1


def test_before_dagsters_first_start_there_are_no_runs_and_that_is_no_failure(database_url: str) -> None:
    found: list[RunTally] = DagsterRuns(database_url).tallies()
    assert found == []


def test_dagsters_database_that_is_away_is_told_and_hides_nothing_else(tmp_path: Path, database_url: str) -> None:
    runs = DagsterRuns("postgresql://nobody:secret@127.0.0.1:1/none")
    with program(tmp_path, database_url, "", runs=runs) as asking:
        text = asking.client.get("/metrics").text
    told = read(text)
    assert "secret" not in text
    assert told["brapped_dagster_database_up"] == [({}, 0)]
    assert "brapped_dagster_runs" not in told
    assert told["brapped_database_up"] == [({}, 1)]
    assert told["brapped_plays"] == [({}, 0)]


def test_a_database_that_sleeps_is_let_sleep() -> None:
    assert DagsterRuns("postgresql+psycopg2://me:pw@ep-x-pooler.eu.aws.neon.tech/dagster").may_sleep
    assert not DagsterRuns("postgresql://me@localhost/dagster").may_sleep
