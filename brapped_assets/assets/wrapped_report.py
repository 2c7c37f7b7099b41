"""Read, write, report: Wrapped as files to keep and to send."""

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import CURE, CURED_BY_A_PERSON, told_plainly
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.partitions import years
from brapped_assets.resources.neon import NeonResource
from brapped_assets.settings import Settings
from brapped_assets.warehouse.listeners import listeners

if TYPE_CHECKING:
    from brapped_assets.rendering.report import Report


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
    # Templates and web pages: a fifth of a second that no poll's process, which loads the same definitions, should pay.
    from brapped_assets.insights.covers import Covers  # noqa: PLC0415
    from brapped_assets.insights.periods import named  # noqa: PLC0415
    from brapped_assets.insights.selected_viewer import usual, viewer_of  # noqa: PLC0415
    from brapped_assets.insights.viewer import viewer  # noqa: PLC0415
    from brapped_assets.rendering import report  # noqa: PLC0415
    from brapped_assets.rendering.environment import environment  # noqa: PLC0415

    started = perf_counter()
    settings = Settings.load()
    folder = config.folder or str(settings.brapped_home / "reports")
    covers = Covers(settings.brapped_home / "covers")
    # Written afterwards: a slow disk or store holds nobody up.
    found: list[tuple[str, Report]] = []
    previews = []
    with told_plainly(), neon.snapshot() as tx:
        templates, now = environment(), datetime.now(UTC)
        for nth, listener in enumerate(listeners(tx)):
            who = viewer(tx, now, listener.listener_id)
            if who is None or who.first_day is None:
                continue
            counting = viewer_of(tx, who, usual(who))
            for name in (context.partition_key, "all"):
                period = named(name, today=who.today, first_day=who.first_day)
                built = report.build(templates, tx, counting, period, is_demo=settings.is_demo, covers=covers)
                if built.plays:
                    found.append((f"-{who.listener_id}" if nth else "", built))
                    # Dagster's history names nobody: `brapped forget` could not remove it.
                    previews.append(f"**Listener {who.listener_id}, {built.period.label}**\n\n{built.preview}")
    files = [_written(built, folder, mark) for mark, built in found]
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


def _written(built: "Report", folder: str, mark: str) -> dict[str, Any]:
    from brapped_assets.rendering import report_file  # noqa: PLC0415

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
