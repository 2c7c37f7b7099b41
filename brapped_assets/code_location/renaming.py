"""Our definitions a second time, under other names and from another first hour, for somebody's own code location.

Dagster can give assets another key; but two sets in one code location also need ops, resources, checks and jobs of
their own. So each is declared anew, with the same function.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from inspect import unwrap
from typing import TYPE_CHECKING, Any, cast

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.location_names import Names

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

COLUMN_LINEAGE, TABLE_NAME = "dagster/column_lineage", "dagster/table_name"


def renamed_spec(spec: dg.AssetSpec, names: Names, start: datetime) -> dg.AssetSpec:
    """This asset under another key, its hours beginning at `start`, and so those that it comes after."""
    hours, first_hour = partitions.hours_from(start), partitions.only_first_hour_from(start)
    return spec.replace_attributes(
        key=names.key(spec.key),
        deps=[
            dg.AssetDep(
                names.key(dep.asset_key),
                partition_mapping=first_hour
                if dep.partition_mapping == partitions.only_first_hour
                else dep.partition_mapping,
            )
            for dep in spec.deps
        ],
        metadata=_metadata(spec, names),
        group_name=names.of(spec.group_name) if spec.group_name else None,
        partitions_def=hours if spec.partitions_def == partitions.hours else spec.partitions_def,
    )


def renamed_asset(asset: dg.AssetsDefinition, names: Names, start: datetime) -> dg.AssetsDefinition:
    """This asset under another key, its hours beginning at `start`."""
    spec = asset.get_asset_spec()
    again = dg.multi_asset(
        name=names.of(spec.key.path[-1]),
        specs=[renamed_spec(spec, names, start)],
        check_specs=[check._replace(asset_key=names.key(check.asset_key)) for check in asset.check_specs],
        can_subset=asset.can_subset,
        backfill_policy=asset.backfill_policy,
        pool=names.of(asset.op.pool) if asset.op.pool else None,
    )
    return again(names.bind(_function(asset)))


def renamed_checks(checks: dg.AssetChecksDefinition, names: Names) -> dg.AssetChecksDefinition:
    """These checks of the assets under their other keys."""
    specs = [spec._replace(asset_key=names.key(spec.asset_key)) for spec in checks.check_specs]
    again = dg.multi_asset_check(name=names.of(checks.op.name), specs=specs, can_subset=checks.can_subset)
    return again(names.bind(_function(checks)))


def renamed_jobs(
    jobs: Iterable["UnresolvedAssetJobDefinition"], definitions: dg.Definitions, names: Names
) -> list["UnresolvedAssetJobDefinition"]:
    """These jobs, of the assets and checks under their other keys; `definitions` hold those under the first ones."""
    graph = definitions.resolve_asset_graph()
    return [
        dg.define_asset_job(
            names.of(job.name),
            dg.AssetSelection.assets(*map(names.key, job.selection.resolve(graph))).without_checks()
            | dg.AssetSelection.checks(
                *(dg.AssetCheckKey(names.key(key.asset_key), key.name) for key in job.selection.resolve_checks(graph))
            ),
            description=job.description,
            tags=job.tags,
        )
        for job in jobs
    ]


def _metadata(spec: dg.AssetSpec, names: Names) -> dict[str, Any]:
    """Its own; but Dagster links assets whose tables have the same name, and these are in another database."""
    return {
        **{name: value for name, value in spec.metadata.items() if name != TABLE_NAME or not names.prefix},
        **_renamed_lineage(spec, names),
    }


def _renamed_lineage(spec: dg.AssetSpec, names: Names) -> dict[str, dg.TableColumnLineage]:
    lineage = spec.metadata.get(COLUMN_LINEAGE)
    if not isinstance(lineage, dg.TableColumnLineage):
        return {}
    renamed = {
        column: [dg.TableColumnDep(names.key(dep.asset_key), dep.column_name) for dep in made_of]
        for column, made_of in lineage.deps_by_column.items()
    }
    return {COLUMN_LINEAGE: dg.TableColumnLineage(renamed)}


def _function(asset: dg.AssetsDefinition) -> Callable[..., Any]:
    """What was decorated."""
    return cast("Callable[..., Any]", unwrap(asset.op))
