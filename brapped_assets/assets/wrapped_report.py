"""Read, write, report: Wrapped as files to keep and to send."""

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import dagster as dg
from pydantic import Field

from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import CURE, CURED_BY_A_PERSON, told_plainly
from brapped_assets.insights import report, report_file
from brapped_assets.insights.periods import named
from brapped_assets.insights.report import Report
from brapped_assets.insights.viewer import viewer
from brapped_assets.insights.web.site import environment
from brapped_assets.partitions import years
from brapped_assets.resources.neon import NeonResource
from brapped_assets.settings import Settings
from brapped_assets.warehouse.listeners import listeners


class Reports(dg.Config):
    """Where the files go."""

    folder: str | None = Field(
        default=None,
        description="A folder on the machine that runs this, or a URL that universal-pathlib understands (s3://…); "
        "BRAPPED_HOME/reports when absent.",
    )


@dg.asset(
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
    second listener's have `-2` before the dot.
    """
    started = perf_counter()
    folder = config.folder or str(Settings.load().brapped_home / "reports")
    templates, files, previews = environment(), [], []
    with told_plainly():
        with neon.transaction() as tx:
            everybody = [one.listener_id for one in listeners(tx)]
        for listener_id in everybody:
            for period in (context.partition_key, "all"):
                with neon.transaction() as tx:
                    who = viewer(tx, datetime.now(UTC), listener_id)
                    if who is None or who.first_day is None:
                        continue
                    built = report.build(templates, tx, who, named(period, today=who.today, first_day=who.first_day))
                if built.plays:
                    files.append(_written(built, folder, "" if listener_id == everybody[0] else f"-{listener_id}"))
                    previews.append(f"**{who.name}, {built.period.label}**\n\n{built.preview}")
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
            "preview": dg.MetadataValue.md("\n\n".join(previews)),
            "seconds": round(perf_counter() - started, 3),
        }
    )


def _written(built: Report, folder: str, mark: str) -> dict[str, Any]:
    name = built.file_name.replace(".html", f"{mark}.html")
    try:
        where = report_file.write(built.html, f"{folder.rstrip('/')}/{name}")
    except report_file.NotWritten as error:
        raise dg.Failure(str(error), metadata={CURE: CURED_BY_A_PERSON}, allow_retries=False) from error
    return {
        "file": where,
        "range": built.period.name,
        "rows": built.rows,
        "bytes": len(built.html),
        "sha256": built.sha256,
    }
