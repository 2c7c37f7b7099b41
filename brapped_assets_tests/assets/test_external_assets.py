"""What stands before our assets and after them, and the columns that Dagster shows of all."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.assets.warehouse_tables import asset_of, tables
from brapped_assets.definitions import defs
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import FACT, RAW, closed, everything, poll
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.generated.tables import tables_of

SPECS = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
LINEAGE, SCHEMA = "dagster/column_lineage", "dagster/column_schema"


def test_the_tables_that_dagster_shows_are_those_of_the_schema(warehouse: Warehouse) -> None:
    """After a change of the schema: `make generated`."""
    with warehouse.transaction() as tx:
        found = tables_of(tx)
    kept = {name: {key: value for key, value in table.items() if key != "from"} for name, table in tables().items()}
    assert kept == json.loads(json.dumps(found))


def test_every_column_that_lineage_speaks_of_is_there() -> None:
    columns = {
        (key, column.name)
        for key, spec in SPECS.items()
        if SCHEMA in spec.metadata
        for column in spec.metadata[SCHEMA].columns
    }
    told = [
        (made, source)
        for key, spec in SPECS.items()
        if LINEAGE in spec.metadata
        for column, sources in spec.metadata[LINEAGE].deps_by_column.items()
        for made in [(key, column)]
        for source in sources
    ]
    assert {made for made, _ in told} <= columns
    assert {(source.asset_key, source.column_name) for _, source in told} <= columns
    assert len(told) > 60


def test_a_view_comes_after_what_its_columns_are_made_of() -> None:
    for key, spec in SPECS.items():
        if key.path[0] == "bi":
            sources = {
                source.asset_key for made_of in spec.metadata[LINEAGE].deps_by_column.values() for source in made_of
            }
            assert sources <= {dep.asset_key for dep in spec.deps}
    plays = SPECS[dg.AssetKey(["bi", "plays"])]
    assert [dep.column_name for dep in plays.metadata[LINEAGE].deps_by_column["source"]] == ["api_at", "export_at"]
    assert {dep.asset_key.path[-1] for dep in plays.deps} == {
        *("streaming_fact", "streaming_history", "track_dim", "artist_dim")
    }
    assert asset_of("bi.plays") == plays.key


@pytest.mark.slow
def test_an_import_feeds_the_views_and_makes_no_hour_out_of_date(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, catalogue: Catalogue, tmp_path: Path
) -> None:
    assert poll(instance, 72).success
    clock.shift(timedelta(minutes=10))
    export = write_export(Listener(catalogue), tmp_path / "e.zip", start=NOW - timedelta(days=9), end=NOW)
    config = {"ops": {"streaming_history": {"config": {"paths": [str(export)]}}}}
    job = everything.resolve_job_def("import_history")
    assert job.execute_in_process(instance=instance, run_config=config).success
    resolver = CachingStaleStatusResolver(instance, everything.resolve_asset_graph(), LoadingContextForTest(instance))
    hours = partitions.look_back(datetime.now(UTC))
    assert closed(instance) == closed(instance, FACT) == set(hours)
    status = {(name, hour): resolver.get_status(dg.AssetKey(name), hour) for name in (RAW, FACT) for hour in hours}
    assert status == dict.fromkeys(status, StaleStatus.FRESH)
    graph = everything.resolve_asset_graph()
    assert dg.AssetKey("streaming_history") in graph.get(dg.AssetKey(["bi", "plays"])).parent_keys


@pytest.mark.parametrize("url", [None, "https://github.com/owner/name"])
def test_an_asset_leads_to_its_code_here_or_in_the_repository(url: str | None) -> None:
    from brapped_assets.code_location.build import build_defs

    spec = build_defs(first_hour=NOW, git_url=url, git_branch="stable").resolve_assets_def(FACT).get_asset_spec()
    (link,) = spec.metadata["dagster/code_references"].code_references
    if url is None:
        assert Path(link.file_path).read_text().splitlines()[link.line_number - 1] == "@dg.asset("
    else:
        assert link.url.startswith(f"{url}/tree/stable/brapped_assets/assets/streaming_fact.py#L")
