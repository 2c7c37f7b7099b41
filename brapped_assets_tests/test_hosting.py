"""Somebody else's code location hosts all of it, twice: two listeners, two warehouses, one of everything else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from time_machine import Traveller

from brapped_assets.assets.location_names import Names
from brapped_assets.code_location.build import build_defs
from brapped_assets.definitions import defs
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.server import serve
from brapped_assets.partitions import START, key_of
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.assets.conftest import clock
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import quick_of

__all__ = ["clock"]

LINEAGE, TABLE = "dagster/column_lineage", "dagster/table_name"
PLAYS = """
select played_at, coalesce('spotify:track:' || t.track_id, t.track_ref)
  from star.streaming_fact join star.track_dim t using (track_key)
"""
FIRST_HOUR = datetime(2026, 11, 18, tzinfo=UTC)
HOUR = "2026-11-20-14:00"


@dataclass(frozen=True)
class Hosted:
    """One of the two sets."""

    name: str
    account: SimulatedAccount
    database_url: str
    definitions: dg.Definitions

    def plays(self) -> set[tuple[datetime, str]]:
        """All of this warehouse, as (END, track uri)."""
        with psycopg.connect(self.database_url) as connection:
            return {(at.astimezone(UTC), uri) for at, uri in connection.execute(PLAYS).fetchall()}


@dg.asset(deps=[dg.AssetKey(["ann", "streaming_fact"]), dg.AssetKey(["ben", "streaming_fact"])])
def both_lives() -> None:
    """An asset of the host's own."""


@pytest.fixture
def hosted(
    postgres: EmbeddedServer,
    catalogue: Catalogue,
    somebody: Listener,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[Hosted]]:
    # Whatever else is set is some other program's.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "somebody else's")
    found = []
    with ExitStack() as stack:
        for name, listener in (("ann", copy(somebody)), ("ben", Listener(catalogue, "ben"))):
            account = SimulatedAccount(listener, catalogue=catalogue, seed=name)
            # Each artist on it costs a call.
            account.page_size = 12
            server = stack.enter_context(serve(account))
            url = stack.enter_context(database(postgres))
            monkeypatch.setenv(f"{name.upper()}_DATABASE", url)
            monkeypatch.setenv(f"{name.upper()}_TOKEN", account.refresh_token())
            neon = NeonResource.configure_at_launch(database_url=dg.EnvVar(f"{name.upper()}_DATABASE"))
            spotify = SpotifyResource(
                neon=neon,
                client_id=account.client_id,
                client_secret=account.client_secret,
                refresh_token=dg.EnvVar(f"{name.upper()}_TOKEN"),
                api_url=server.api_url,
                accounts_url=server.url,
            )
            definitions = build_defs(
                key_prefix=name, resources={"neon": neon, "spotify": spotify}, first_hour=FIRST_HOUR, is_on=False
            )
            found.append(Hosted(name, account, url, definitions))
        yield found


@pytest.fixture
def location(hosted: list[Hosted]) -> dg.Definitions:
    """The code location of the host."""
    theirs = dg.Definitions(assets=[both_lives], executor=dg.in_process_executor)
    return dg.Definitions.merge(theirs, *(one.definitions for one in hosted))


@pytest.mark.slow
def test_each_of_two_sets_collects_into_its_own_warehouse(
    location: dg.Definitions, hosted: list[Hosted], instance: dg.DagsterInstance
) -> None:
    for one in hosted:
        job = location.resolve_job_def(f"{one.name}_hourly_plays")
        polled = job.execute_in_process(instance=instance, tags={"dagster/partition": HOUR})
        assert polled.success
        assert {check.asset_check_key.to_user_string() for check in polled.get_asset_check_evaluations()} == {
            f"{one.name}/recently_played_raw:no_hour_was_lost",
            f"{one.name}/streaming_fact:every_landed_play_is_merged",
        }
        audited = location.resolve_job_def(f"{one.name}_daily_upkeep").execute_in_process(instance=instance)
        assert audited.success
        assert len(audited.get_asset_check_evaluations()) == 18
        assert location.resolve_job_def(f"{one.name}_refresh_dimensions").execute_in_process(instance=instance).success
    ann, ben = hosted
    assert ann.plays() == set(ann.account.served) != set()
    assert ben.plays() == set(ben.account.served) != set()
    assert ann.plays().isdisjoint(ben.plays())
    for one in hosted:
        assert instance.get_materialized_partitions(dg.AssetKey([one.name, "streaming_fact"])) == {HOUR}


def test_what_the_ui_materializes_of_both_at_once_is_one_run(
    location: dg.Definitions, hosted: list[Hosted], instance: dg.DagsterInstance
) -> None:
    keys = [dg.AssetKey([one.name, asset]) for one in hosted for asset in ("recently_played_raw", "streaming_fact")]
    job = location.resolve_implicit_global_asset_job_def().get_subset(asset_selection=set(keys))
    assert job.execute_in_process(instance=instance, tags={"dagster/partition": HOUR}).success
    assert [one.plays() == set(one.account.served) != set() for one in hosted] == [True, True]


def test_everything_has_the_prefix_and_nothing_runs_until_it_is_switched_on(location: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(location)
    repository, ours = location.get_repository_def(), defs.get_repository_def()
    prefixes = ("ann", "ben")

    def twice(names: set[str]) -> set[str]:
        return {f"{prefix}_{name}" for prefix in prefixes for name in names}

    graph, our_graph = location.resolve_asset_graph(), defs.resolve_asset_graph()
    assert graph.get_all_asset_keys() - {both_lives.key} == {
        key.with_prefix(prefix) for prefix in prefixes for key in our_graph.get_all_asset_keys()
    }
    assert set(graph.asset_check_keys) == {
        dg.AssetCheckKey(key.asset_key.with_prefix(prefix), key.name)
        for prefix in prefixes
        for key in our_graph.asset_check_keys
    }
    jobs, our_jobs = (
        {job.name for job in each.get_all_jobs() if not job.name.startswith("__")} for each in (repository, ours)
    )
    assert jobs == twice(our_jobs)
    assert {one.name for one in repository.schedule_defs} == twice({one.name for one in ours.schedule_defs})
    assert {one.name for one in repository.sensor_defs} == twice({one.name for one in ours.sensor_defs})
    assert set(repository.get_top_level_resources()) == twice({"neon", "spotify", "musicbrainz"})
    assert {one.default_status for one in repository.schedule_defs} == {dg.DefaultScheduleStatus.STOPPED}
    assert {one.default_status for one in repository.sensor_defs} == {dg.DefaultSensorStatus.STOPPED}


def test_a_hosted_asset_is_the_same_in_everything_but_its_name_and_its_first_hour(location: dg.Definitions) -> None:
    names = Names(("ann",))
    hosted_specs = {spec.key: spec for spec in location.resolve_all_asset_specs()}
    for spec in defs.resolve_all_asset_specs():
        hosted_spec = hosted_specs[names.key(spec.key)]
        assert hosted_spec.group_name == f"ann_{spec.group_name}"
        for field in ("description", "owners", "code_version", "skippable", "tags", "freshness_policy"):
            assert getattr(hosted_spec, field) == getattr(spec, field)
        assert [dep.asset_key for dep in hosted_spec.deps] == [names.key(dep.asset_key) for dep in spec.deps]
        # Dagster would take tables of one name for one table.
        assert {**hosted_spec.metadata, LINEAGE: None, TABLE: None} == {**spec.metadata, LINEAGE: None, TABLE: None}
        assert TABLE not in hosted_spec.metadata
        if spec.key in defs.resolve_asset_graph().materializable_asset_keys:
            asset, again = defs.resolve_assets_def(spec.key), location.resolve_assets_def(hosted_spec.key)
            assert again.backfill_policy == asset.backfill_policy
            # Each has an app of its own, and so a quota.
            assert again.op.pool == (f"ann_{asset.op.pool}" if asset.op.pool else None)
    lineage = hosted_specs[dg.AssetKey(["ann", "bi", "plays"])].metadata[LINEAGE].deps_by_column
    assert lineage["track_name"] == [dg.TableColumnDep(names.key("track_dim"), "track_name")]
    partitions = location.resolve_assets_def(["ann", "streaming_fact"]).partitions_def
    assert partitions is not None
    assert partitions.get_first_partition_key() == key_of(FIRST_HOUR) != key_of(START)


HOSTILE = (
    {"BRAPPED_START": "yesterday", "BRAPPED_NOBODY_KNOWS": "this", "SPOTIFY_DAILY_CALL_BUDGET": "many"},
    {"BRAPPED_HOME": "~nobody-here/brapped"},
    {"BRAPPED_HOME": "/proc/nowhere", "BRAPPED_START": ""},
)
FILES = (b"BRAPPED_START=never\nBRAPPED_NOBODY=1\n", b"BRAPPED_HOME=\xff\xfe\n")
# Imports Brapped in each folder with its environment: in processes of their own that share the import of Dagster.
IMPORTS = """
import dagster, json, os, sqlalchemy, sys, traceback
def refuse(event, args):
    if event in ("socket.connect", "socket.bind", "os.mkdir", "os.rename", "os.link") or (
        event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax") and ".pyc" not in str(args[0])
    ):
        raise AssertionError(f"{event} {args}")
def import_it():
    sys.addaudithook(refuse)
    from brapped_assets.code_location.build import build_defs
    from datetime import UTC, datetime
    build_defs(first_hour=datetime(2026, 11, 18, tzinfo=UTC), key_prefix="theirs").get_repository_def()
told = {}
for folder, environment in json.loads(sys.argv[1]).items():
    assert not [name for name in sys.modules if name.startswith("brapped_assets")]
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.update(environment)
        try:
            import_it()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    told[folder] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(told))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "cases", quick_of(1, [list(zip(HOSTILE, FILES, strict=False)), list(product(HOSTILE, FILES))]), ids=len
)
def test_importing_what_is_to_be_hosted_hears_nothing_of_settings_and_writes_nothing(
    tmp_path: Path, cases: list[tuple[dict[str, str], bytes]]
) -> None:
    places = {}
    for nth, (hostile, file) in enumerate(cases):
        folder = tmp_path / f"{nth}"
        folder.mkdir()
        (folder / ".env").write_bytes(file)
        places[str(folder)] = hostile
    environment = {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", IMPORTS, json.dumps(places)],
        check=True, env=environment, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(ran.stdout) == dict.fromkeys(places, 0), ran.stderr[-1500:]
    assert {str(one) for one in tmp_path.iterdir()} == set(places)
    assert [one.name for place in places for one in Path(place).iterdir()] == [".env"] * len(places)


def test_a_hosted_schedule_asks_for_its_own_hours_once_it_is_connected(
    location: dg.Definitions, hosted: list[Hosted], kept_instance: dg.DagsterInstance
) -> None:
    for asset in ("recently_played_raw", "streaming_fact"):
        kept_instance.report_runless_asset_event(dg.AssetMaterialization(["ann", asset], partition="2026-11-18-00:00"))
    asked = {}
    for one in hosted:
        with dg.build_schedule_context(
            instance=kept_instance,
            scheduled_execution_time=datetime.now(UTC) + timedelta(seconds=1),
            repository_def=location.get_repository_def(),
            resources=dict(location.resources or {}),
        ) as context:
            (request,) = (
                location.resolve_schedule_def(f"{one.name}_hourly_plays").evaluate_tick(context).run_requests or []
            )
        asked[one.name] = request.tags["dagster/asset_partition_range_start"]
    assert asked == {"ann": "2026-11-18-01:00", "ben": "2026-11-18-00:00"}
