"""Read, write, report: Wrapped as files to keep and to send."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import dagster as dg
from pydantic import Field

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import CURE, CURED_BY_A_PERSON, as_dagster_failures, asked_partitions
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.home_folder import where_it_runs
from brapped_assets.partitions import years
from brapped_assets.resources.neon import NeonResource

ALL_TIME = "all"


class Reports(dg.Config):
    """Where the files go."""

    folder: str | None = Field(
        default=None,
        description="A folder on the machine that runs this, or a URL that universal-pathlib understands (s3://…); "
        "BRAPPED_HOME/reports when absent.",
    )


@dg.asset(
    # Once a day is enough: of the fact its first hour, or Dagster would call each report out of date after each poll.
    deps=[dg.AssetDep(streaming_fact, partition_mapping=partitions.only_first_hour)],
    partitions_def=years,
    backfill_policy=dg.BackfillPolicy.single_run(),
    # The running year is written once a UTC day, at the first chance.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=3), warn_window=timedelta(days=2)),
    group_name="insights",
    kinds={"html"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    code_version=code_version("wrapped_report"),
)
def wrapped_report(
    context: dg.AssetExecutionContext, config: Reports, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One HTML file per listener and year, and once a run the one of all time, which every year is part of.

    A year in which nobody played anything is a result with 0 plays and no file. Each file is complete in itself: it
    loads nothing, and opens anywhere. `brapped-2026.html`, `brapped-all.html`; the second listener's have `-2` before
    the dot. All are of one moment.
    """
    # Templates: a fifth of a second that no poll's process, which loads the same definitions, should pay.
    from brapped_assets.rendering.report_set import build_all, write_all  # noqa: PLC0415

    started = perf_counter()
    years_asked = asked_partitions(context)
    with as_dagster_failures(), neon.snapshot() as tx:
        settings = neon.settings
        built = build_all(tx, settings, (*years_asked, ALL_TIME))
    # Written afterwards: a slow disk or store holds nobody up.
    try:
        files = write_all(built, config.folder or str(settings.brapped_home / "reports"))
    except OSError as error:
        raise dg.Failure(str(error), metadata={CURE: CURED_BY_A_PERSON}, allow_retries=False) from error
    newest = years_asked[-1]
    context.log.info("Years asked for: %d. Files written: %d.", len(years_asked), len(files))
    for year in years_asked:
        # That of all time is told of once a run, as the seconds are.
        told = (year, ALL_TIME) if year == newest else (year,)
        of_year = [file for file in files if file["range"] in told]
        context.add_asset_metadata(
            {
                # What one can open comes first.
                **_links(of_year, where_it_runs(settings.brapped_home).get("page")),
                "range": year,
                "plays": sum(file["plays"] for file in of_year if file["range"] == year),
                "rows": sum(file["rows"] for file in of_year),
                "bytes": sum(file["bytes"] for file in of_year),
                "preview": dg.MetadataValue.md("\n\n".join(one.preview for one in built if one.range in told)),
                "files": dg.MetadataValue.json(of_year),
            },
            partition_key=year,
        )
    context.add_asset_metadata({"seconds": round(perf_counter() - started, 3)}, partition_key=newest)
    yield dg.MaterializeResult()


def _links(files: Sequence[Mapping[str, Any]], pages: str | None) -> dict[str, dg.MetadataValue]:
    """Where the first file is, and, while the pages are up here, the same as a page.

    A browser opens no file from Dagster's pages.
    """
    if not files:
        return {}
    first = files[0]
    place = first["file"] if "://" in first["file"] else Path(first["file"]).as_uri()
    page = {"page": dg.MetadataValue.url(f"{pages}/wrapped?range={first['range']}")} if pages else {}
    return {**page, "dagster/uri": dg.MetadataValue.text(place)}
