"""Dagster's own instance: where its storage is, and the runs a crash left behind."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg import sql

from brapped_assets.commands.sync import QUIET
from brapped_assets.definitions import defs
from brapped_assets.services.dagster_instance import daemon_is_up, environment, open_instance, storage_url
from brapped_assets.services.orphans import PROCESS_TAG, fail_leftover_runs, this_process
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.errors import Interrupted, NotAllowed, OutOfSpace, ReadOnly
from brapped_assets_tests.commands.subprocess_user import wait_until


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("postgresql://me:pw@127.0.0.1:5432/dagster", "postgresql+psycopg2://me:pw@127.0.0.1:5432/dagster"),
        ("postgresql://me@localhost/dagster", "postgresql+psycopg2://me@localhost/dagster"),
        ("postgresql://me:@/dagster?host=/tmp/x", "postgresql+psycopg2://me:@/dagster?host=/tmp/x"),
        ("postgres://me:p%40w@db.example/d", "postgresql+psycopg2://me:p%40w@db.example/d?sslmode=require"),
        (
            "postgresql://me:pw@ep-x.neon.tech/d?sslmode=verify-full&channel_binding=require",
            "postgresql+psycopg2://me:pw@ep-x.neon.tech/d?sslmode=verify-full&channel_binding=require",
        ),
        ("postgresql+psycopg2://me@/d?host=db.example", "postgresql+psycopg2://me@/d?host=db.example&sslmode=require"),
    ],
)
def test_dagsters_storage_is_reached_by_psycopg2_and_with_tls_unless_it_is_here(given: str, stored: str) -> None:
    assert storage_url(given) == stored


def test_the_instance_is_written_anew_at_every_start(dagster_url: str) -> None:
    settings = Settings.load()
    file = settings.dagster_home / "dagster.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("of an older version")
    found = environment(settings)
    assert "DAGSTER_PG_URL" in file.read_text()
    assert found == {
        "BRAPPED_HOME": str(settings.brapped_home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_PG_URL": storage_url(dagster_url),
        "PGTZ": "UTC",
    }
    # The URL and its password stay out of the file.
    assert dagster_url not in file.read_text()


def test_the_instance_has_the_queue_the_pool_and_the_monitoring_it_needs(dagster_url: str) -> None:
    with open_instance(Settings.load()) as instance:
        assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
        pools = instance.get_concurrency_config().pool_config
        assert (pools.default_pool_limit, str(pools.pool_granularity)) == (1, "PoolGranularity.RUN")
        assert (instance.run_monitoring_enabled, instance.run_monitoring_max_runtime_seconds) == (True, 300)
        assert not instance.telemetry_enabled
        assert instance.freshness_enabled


def test_with_eight_shards_eight_runs_may_ask_spotify_at_a_time(
    dagster_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_SHARDS", "8")
    with open_instance(Settings.load()) as instance:
        config = instance.get_concurrency_config()
        assert config.pool_config.default_pool_limit == 8
        assert config.run_queue_config is not None
        assert config.run_queue_config.max_concurrent_runs == 11


def test_a_connection_to_dagsters_database_is_kept_and_made_anew_when_it_died(
    dagster_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own storage connects for every question: 140 times a run."""
    with psycopg.connect(dagster_url, autocommit=True) as admin:

        def connected() -> set[int]:
            others = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            return {pid for (pid,) in admin.execute(others).fetchall()}

        for name, value in environment(Settings.load()).items():
            monkeypatch.setenv(name, value)
        # As Dagster's daemon has it, and its runs.
        with dg.DagsterInstance.get() as instance:
            unfinished(instance, dg.DagsterRunStatus.STARTED, None)
            kept = connected()
            assert 1 <= len(kept) <= 2
            for _ in range(3):
                unfinished(instance, dg.DagsterRunStatus.STARTED, None)
                assert connected() == kept
            for one in kept:
                # As when the server is started anew.
                admin.execute("select pg_terminate_backend(%s, 60000)", [one])
            assert instance.get_runs_count() == 4
            assert not connected() & kept
        wait_until(lambda: not connected(), "nothing is left open")


def test_a_run_is_created_now_in_whatever_zone_the_database_lives(dagster_url: str) -> None:
    with psycopg.connect(dagster_url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("alter database {} set timezone to 'Asia/Kolkata'").format(name))
    with open_instance(Settings.load()) as instance:
        run_id = unfinished(instance, dg.DagsterRunStatus.NOT_STARTED, None)
        (record,) = instance.get_run_records(dg.RunsFilter(run_ids=[run_id]))
        assert abs(record.create_timestamp - datetime.now(UTC)) < timedelta(minutes=1)


def unfinished(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, process: str | None) -> str:
    """A run that began and of which nothing more was heard; its id."""
    job = defs.resolve_job_def("refresh_dimensions")
    tags = {PROCESS_TAG: process} if process else {}
    return instance.create_run_for_job(job, tags=tags, status=status).run_id


def test_leftovers_of_a_dead_process_are_failed_and_those_of_a_live_one_left_alone(
    instance: dg.DagsterInstance,
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    host, started = socket.gethostname(), dg.DagsterRunStatus.STARTED
    dead = [
        unfinished(instance, started, f"{host}:{ended.pid}"),
        # This process has just begun, so a run under its id is of an earlier one, before a restart of the machine.
        unfinished(instance, started, this_process()),
        # The daemon's, which does not run yet.
        unfinished(instance, started, None),
        unfinished(instance, dg.DagsterRunStatus.STARTING, None),
        unfinished(instance, dg.DagsterRunStatus.CANCELING, None),
    ]
    alive = [
        unfinished(instance, started, f"{host}:{os.getppid()}"),
        unfinished(instance, started, f"another-machine:{ended.pid}"),
        unfinished(instance, dg.DagsterRunStatus.NOT_STARTED, None),
    ]
    assert fail_leftover_runs(instance) == len(dead)

    def status(run_id: str) -> dg.DagsterRunStatus:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return run.status

    assert {status(run_id) for run_id in dead} == {dg.DagsterRunStatus.FAILURE}
    assert not {status(run_id) for run_id in alive} & {dg.DagsterRunStatus.FAILURE}
    assert fail_leftover_runs(instance) == 0
    told = [entry.dagster_event.message for entry in instance.all_logs(dead[0]) if entry.dagster_event]
    assert "The process of this run is gone; its work is done again by the next poll." in told


def test_a_sync_beside_a_running_daemon_leaves_its_runs_alone(instance: dg.DagsterInstance) -> None:
    settings = Settings.load()
    settings.brapped_home.mkdir(parents=True)
    running = settings.brapped_home / "running.json"
    of_the_daemon = unfinished(instance, dg.DagsterRunStatus.STARTED, None)
    running.write_text(json.dumps({"pid": os.getppid(), "dagster": "http://127.0.0.1:3000"}))
    assert fail_leftover_runs(instance, daemon_is_up=daemon_is_up(settings)) == 0
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    shows_only = json.dumps({"pid": os.getppid(), "collects": False})
    for stale in (json.dumps({"pid": ended.pid}), shows_only, "", "{}"):
        running.write_text(stale)
        assert not daemon_is_up(settings)
    running.unlink()
    assert fail_leftover_runs(instance, daemon_is_up=daemon_is_up(settings)) == 1
    run = instance.get_run_by_id(of_the_daemon)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.FAILURE


def test_the_process_tag_names_host_and_process() -> None:
    assert this_process() == f"{socket.gethostname()}:{os.getpid()}"


def test_dagster_yaml_is_in_the_package() -> None:
    assert (Path(__file__).parents[2] / "brapped_assets" / "dagster.yaml").is_file()


@pytest.mark.parametrize(
    ("sqlstate", "told", "words"),
    [
        ("53100", OutOfSpace, "The database is out of space."),
        ("57P01", Interrupted, "The connection to Dagster's database was lost"),
        ("25006", ReadOnly, "Dagster's database accepts no writes. Point DAGSTER_PG_URL at the primary"),
        ("42501", NotAllowed, r"role of Dagster's database lacks a privilege \(injected\).*in DAGSTER_PG_URL"),
    ],
    ids=["its disk is full", "it is shut down", "it is read-only", "the role lost a right"],
)
def test_dagsters_storage_that_fails_under_way_is_a_sentence(
    dagster_url: str, sqlstate: str, told: type[Exception], words: str
) -> None:
    """As SQLAlchemy tells it, it would be a traceback with every value that was to be written."""
    with psycopg.connect(dagster_url, autocommit=True) as connection:
        connection.execute(
            "create function fail() returns trigger language plpgsql as"
            f" $$ begin raise exception 'injected' using errcode = '{sqlstate}'; end $$;"
            " create trigger fail before insert on runs for each row execute function fail()"
        )
    with pytest.raises(told, match=words), open_instance(Settings.load()) as instance:
        unfinished(instance, dg.DagsterRunStatus.STARTED, None)


@pytest.mark.slow
def test_a_database_that_dies_under_a_run_is_told_in_a_sentence_and_not_in_sql(
    postgres: embedded_server.EmbeddedServer, dagster_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = dagster_url.partition("?")[0].rpartition("/")[2]

    @dg.op
    def outlives_it(context: dg.OpExecutionContext) -> None:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
            admin.execute(f"drop database {name} with (force)".encode())
        context.log.info("a line that Dagster cannot keep")

    @dg.job
    def doomed() -> None:
        outlives_it()

    with (
        pytest.raises(Interrupted, match="connection to Dagster's database was lost"),
        open_instance(Settings.load()) as dagster,
    ):
        doomed.execute_in_process(instance=dagster, raise_on_error=False, run_config=QUIET)
    shown = capsys.readouterr().err
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        # For whoever tidies up.
        admin.execute(f"create database {name}".encode())
    assert "Exception while writing" not in shown
    assert "INSERT INTO" not in shown
