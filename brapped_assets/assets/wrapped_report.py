"""Read, write, report: Wrapped as files to keep and to send."""

from collections.abc import Iterator
from time import perf_counter

import dagster as dg
from pydantic import Field

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import CURE, CURED_BY_A_PERSON, as_dagster_failures
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.partitions import years
from brapped_assets.resources.neon import NeonResource


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
    # A year without plays has no page.
    output_required=False,
    group_name="insights",
    kinds={"html"},
    owners=table_metadata.OWNERS,
    code_version="1",
)
def wrapped_report(
    context: dg.AssetExecutionContext, config: Reports, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One HTML file per listener and year, and with it the one of all time, which every year is part of.

    Each file is complete in itself: it loads nothing, and opens anywhere. `brapped-2026.html`, `brapped-all.html`; the
    second listener's have `-2` before the dot. All are of one moment.
    """
    # Templates: a fifth of a second that no poll's process, which loads the same definitions, should pay.
    from brapped_assets.rendering.report_set import build_all, write_all  # noqa: PLC0415

    started = perf_counter()
    settings = neon.settings
    with as_dagster_failures(), neon.snapshot() as tx:
        built = build_all(tx, settings, (context.partition_key, "all"))
    # Written afterwards: a slow disk or store holds nobody up.
    try:
        files = write_all(built, config.folder or str(settings.brapped_home / "reports"))
    except OSError as error:
        raise dg.Failure(str(error), metadata={CURE: CURED_BY_A_PERSON}, allow_retries=False) from error
    if not any(file["range"] == context.partition_key for file in files):
        context.log.info("Nothing was played in %s.", context.partition_key)
        return
    yield dg.MaterializeResult(
        metadata={
            "range": context.partition_key,
            "rows": sum(file["rows"] for file in files),
            "bytes": sum(file["bytes"] for file in files),
            "sha256": files[0]["sha256"],
            "files": dg.MetadataValue.json(files),
            "preview": dg.MetadataValue.md("\n\n".join(one.preview for one in built)),
            "seconds": round(perf_counter() - started, 3),
        }
    )
