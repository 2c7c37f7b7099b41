"""Everybody's reports of some periods: all of one moment, each a file of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from brapped_assets.insights.cover_cache import Covers
from brapped_assets.insights.periods import named
from brapped_assets.insights.selected_viewer import usual, viewer_of
from brapped_assets.insights.viewer import viewer
from brapped_assets.rendering import report, report_target
from brapped_assets.rendering.environment import environment
from brapped_assets.rendering.report import Report
from brapped_assets.settings import Settings
from brapped_assets.text.language import written_as
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.listeners import listeners


@dataclass(frozen=True)
class Built:
    """A listener's report; all but the first listener's have their key in the file's name."""

    listener_id: int
    is_first: bool
    report: Report

    @property
    def file_name(self) -> str:
        mark = "" if self.is_first else f"-{self.listener_id}"
        return self.report.file_name.replace(".html", f"{mark}.html")

    @property
    def range(self) -> str:
        """The period as an address names it: a year, or `all`."""
        return self.report.period.name

    @property
    def preview(self) -> str:
        """Markdown. Dagster's history names nobody: `brapped forget` could not remove it."""
        return f"**Listener {self.listener_id}, {self.report.period.label}**\n\n{self.report.preview}"


def build_all(tx: Connection, settings: Settings, periods: Sequence[str]) -> list[Built]:
    """The reports of these periods, of whoever played something in them."""
    templates, now = environment(), datetime.now(UTC)
    covers = Covers(settings.brapped_home / "covers")
    found: list[Built] = []
    for nth, listener in enumerate(listeners(tx)):
        who = viewer(tx, now, listener.listener_id)
        if who is None or who.first_day is None:
            continue
        counting = viewer_of(tx, who, usual(who))
        for name in periods:
            with written_as(who.preference.display):
                period = named(name, today=who.today, first_day=who.first_day)
                built = report.build(templates, tx, counting, period, is_demo=settings.is_demo, covers=covers)
            if built.plays:
                found.append(Built(who.listener_id, nth == 0, built))
    return found


def write_all(built: Iterable[Built], folder: str) -> list[dict[str, Any]]:
    """Write each into a folder, on this machine or at a URL; where it is, and what is in it. Raises NotWritten."""
    return [
        {
            "file": report_target.write(one.report.html, f"{folder.rstrip('/')}/{one.file_name}"),
            "range": one.range,
            "plays": one.report.plays,
            "rows": one.report.rows,
            "bytes": len(one.report.html),
            "sha256": one.report.sha256,
        }
        for one in built
    ]
