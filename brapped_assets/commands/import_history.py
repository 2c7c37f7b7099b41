"""`brapped import`: Spotify's own data export, merged with what was polled."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

from brapped_assets.commands import exit_codes
from brapped_assets.fetching import here
from brapped_assets.history.finding import Unusable, find
from brapped_assets.importing import Summary, import_history, whose
from brapped_assets.insights import rollup
from brapped_assets.settings import Settings
from brapped_assets.warehouse.connections import Warehouse

# More names than this tell no more.
MOST_NAMES = 5


def import_files(settings: Settings, console: Console, paths: Sequence[str], *, listener: str | None = None) -> int:
    """Import every history at these paths; returns the exit code.

    Raises HistoryError when one of the paths holds none: then nothing was imported.
    """
    with ExitStack() as stack:
        found = [find(stack.enter_context(here(path))) for path in paths]
        warehouse = stack.enter_context(Warehouse(settings.brapped_home, settings.database_url_text()))
        with warehouse.transaction() as tx:
            person = whose(tx, settings, listener, datetime.now(UTC))
        summary, began = Summary(), monotonic()
        try:
            with Progress(
                TextColumn("{task.description}"), BarColumn(), _Rows(), console=console,
                transient=True,
            ) as bar:  # fmt: skip
                task = bar.add_task("Importing", total=None)
                import_history(
                    warehouse,
                    person.listener_id,
                    found,
                    summary,
                    progress=lambda done, expected: bar.update(task, completed=done, total=expected),
                )
                bar.update(task, description="Counting")
                rollup.catch_up(warehouse, person.listener_id)
        except KeyboardInterrupt:
            _show(console, summary, person.display_name, monotonic() - began)
            console.print("Stopped. What is merged stays; run the same command again and it goes on from there.")
            return exit_codes.FAILED
        _show(console, summary, person.display_name, monotonic() - began)
    return exit_codes.FAILED if summary.failed else exit_codes.DONE


class _Rows(ProgressColumn):
    """Rows, rows a second and time left since the beginning: rich's own columns need many steps, and files are few."""

    def render(self, task: Task) -> Text:
        text = f"{task.completed:,.0f} rows"
        if task.completed and task.elapsed:
            speed = task.completed / task.elapsed
            left = timedelta(seconds=round(((task.total or task.completed) - task.completed) / speed))
            text += f", {speed:,.0f} rows/s, {left} left"
        return Text(text)


def _show(console: Console, summary: Summary, name: str, seconds: float) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    for count, what in summary.told():
        table.add_row(f"{count:,}", what)
    again = f", {summary.files_known} of them imported before" if summary.files_known else ""
    speed = f", {summary.rows / seconds:,.0f} rows/s" if seconds else ""
    files = "1 file" if summary.files == 1 else f"{summary.files} files"
    console.print(f"{summary.rows:,} rows in {files}{again}, for {escape(name)} ({seconds:.1f} s{speed})")
    console.print(table)
    _name(console, "[red]✗[/] could not be read, nothing of it was imported:", summary.failed)
    _name(console, "[dim]·[/] not a listening history:", summary.ignored)


def _name(console: Console, what: str, unusable: Sequence[Unusable]) -> None:
    for name, reason in unusable[:MOST_NAMES]:
        console.print(f"{what} {escape(name)}: {escape(reason)}")
    if len(unusable) > MOST_NAMES:
        console.print(f"{what} {len(unusable) - MOST_NAMES} more")
