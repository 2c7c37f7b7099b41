"""`brapped import`: Spotify's own data export, merged with what was polled."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.prompt import Confirm
from rich.table import Table
from rich.text import Text
from typer import BadParameter

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.history.discovery import Found, Unusable, find_histories
from brapped_assets.services.dagster_import_event import tell_dagster
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.formatting import time_left
from brapped_assets.transfer.download import local_copy
from brapped_assets.transfer.dry_run import preview
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import Progress as ImportProgress
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.listener_choice import foreseen_listener, new_listener, resolve_listener
from brapped_assets.transfer.ownership import doubts
from brapped_assets.transfer.ownership_doubts import Doubt
from brapped_assets.transfer.stays_abroad import remarks
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listeners import NAMELESS, Listener

# More names than this tell no more.
MOST_NAMES = 5
STOPPED = "Stopped. What is merged stays; run the same command again and it goes on from there."


def make_sure_of_one(
    paths: Sequence[str] | None, legacy: str | None, *, listener: str | None, new: str | None, is_dry_run: bool
) -> None:
    """Raises BadParameter for what is no import, or two of them."""
    if legacy is not None and paths:
        raise BadParameter("Name paths or --legacy, not both: these are two imports.")
    if legacy is not None and is_dry_run:
        raise BadParameter("The old tables are imported as they are; --dry-run is for files.")
    if new is not None and (legacy is not None or listener is not None):
        raise BadParameter("Somebody new comes with an export: --new-listener goes with paths alone.")
    if legacy is None and not paths:
        raise BadParameter("Name what to import: a zip, folder or file of your export, or --legacy URL.")


def import_files(
    settings: Settings,
    console: Console,
    paths: Sequence[str],
    *,
    listener: str | None = None,
    new: str | None = None,
    even_if_someone_elses: bool = False,
    is_dry_run: bool = False,
    is_demo: bool = False,
) -> int:
    """Import every history at these paths, count for the pages, and let Dagster know; returns the exit code.

    In the demo Dagster knows it from the first start on; elsewhere once its storage is there. Raises HistoryError when
    one of the paths holds none, SettingsError when it seems somebody else's and nobody can be asked: then nothing was
    imported. `new` is what somebody new is called, whose export it is. `is_dry_run` tells what would become of the
    files, and stores nothing.
    """
    with ExitStack() as stack:
        found = [stack.enter_context(find_histories(stack.enter_context(local_copy(path)))) for path in paths]
        warehouse = stack.enter_context(settings.warehouse(is_bulky=True))

        def person_of(tx: Connection) -> Listener:
            if new is not None:
                return new_listener(tx, settings, new, datetime.now(UTC))
            return resolve_listener(tx, settings, listener, datetime.now(UTC), found)

        if is_dry_run:
            return _rehearse(console, warehouse, person_of, found)
        person = foreseen_listener(warehouse, person_of)
        with console.status("Looking at the files…"):
            found_doubts, _ = doubts(warehouse, person.listener_id, found)
        if found_doubts and not even_if_someone_elses and not _agreed(console, found_doubts, person.display_name):
            console.print("Nothing was imported.")
            return exit_codes.FAILED
        with warehouse.transaction() as tx:
            person = person_of(tx)
        summary, began = Summary(), monotonic()
        try:
            with import_bar(console) as progress:
                import_history(warehouse, person.listener_id, found, summary, progress=progress)
        except (KeyboardInterrupt, WarehouseError) as error:
            _show(console, summary, person.display_name, monotonic() - began)
            console.print(STOPPED)
            if isinstance(error, WarehouseError):
                raise
            return exit_codes.FAILED
        seconds = monotonic() - began
        _show(console, summary, person.display_name, seconds)
        if not summary.failed:
            tell_dagster(settings, person.listener_id, summary, seconds, even_first=is_demo)
        with warehouse.transaction() as tx:
            stays = remarks(tx, person.listener_id, datetime.now(UTC), found)
        for stay in stays:
            console.print(f"[yellow]![/] {escape(stay)}", soft_wrap=True)
    return exit_codes.FAILED if summary.failed else exit_codes.DONE


def _rehearse(
    console: Console, warehouse: Warehouse, whose: Callable[[Connection], Listener], found: Sequence[Found]
) -> int:
    began = monotonic()
    with import_bar(console, "Trying") as progress:
        shown = preview(warehouse, whose, found, progress=progress)
    console.print("A dry run: nothing was stored. An import would say:")
    _show(console, shown.summary, shown.listener.display_name, monotonic() - began)
    for sentence in shown.remarks():
        console.print(sentence, soft_wrap=True)
    if shown.doubts:
        _doubt(console, shown.doubts, shown.listener.display_name)
    if months := shown.by_month():
        table = Table("month", "plays told", "new", box=None, padding=(0, 2, 0, 0))
        for column in table.columns[1:]:
            column.justify = "right"
        for month, told, new in months:
            table.add_row(f"{month:%b %Y}", f"{told:,}", f"{new:,}")
        console.print(table)
    return exit_codes.FAILED if shown.summary.failed else exit_codes.DONE


def _doubt(console: Console, found: Sequence[Doubt], name: str) -> None:
    whose = "yours" if name == NAMELESS else f"{escape(name)}'s"
    console.print(f"This may be somebody else's listening, not {whose}:")
    for doubt in found:
        console.print(f"  {escape(doubt.text)}", soft_wrap=True)


def _agreed(console: Console, found: Sequence[Doubt], name: str) -> bool:
    """Say why this may be somebody else's, and ask. Raises SettingsError when there is nobody to ask."""
    _doubt(console, found, name)
    if not (console.is_terminal and sys.stdin.isatty()):
        raise SettingsError(
            "Nothing was imported. Name whose it is with --listener, or, if it is this listener's, add "
            "--even-if-someone-elses."
        )
    return Confirm.ask(f"Import all of it for {escape(name)}?", console=console, default=False)


@contextmanager
def import_bar(console: Console, doing: str = "Importing") -> Iterator[ImportProgress]:
    columns = (TextColumn("{task.description}"), BarColumn(), _Rows())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, expected: bar.update(task, completed=done, total=expected)


class _Rows(ProgressColumn):
    """Rows, rows a second and time left since the beginning: rich's own columns need many steps, and files are few."""

    def render(self, task: Task) -> Text:
        text = f"{task.completed:,.0f} rows"
        if task.completed and task.elapsed:
            speed = task.completed / task.elapsed
            left = time_left(((task.total or task.completed) - task.completed) / speed)
            text += f", {speed:,.0f} rows/s, {left} left"
        return Text(text)


def _show(console: Console, summary: Summary, name: str, seconds: float) -> None:
    again = f", {summary.files_known} of them imported before" if summary.files_known else ""
    if summary.files_read_again:
        again += f" ({summary.files_read_again} read again for podcasts, audiobooks and videos)"
    files = "1 file" if summary.files == 1 else f"{summary.files} files"
    if summary.is_within_file:
        files = f"{files} and a part of another" if summary.files else "a part of a file"
    if summary.archives:
        files = f"an export of Brapped's{f' and {files}' if summary.files or summary.is_within_file else ''}"
    print_counts(console, summary.rows, f"{files}{again}, for {escape(name)}", seconds, summary.told())
    _name(console, "[red]✗[/] could not be read, nothing of it was imported:", summary.failed)
    _name(console, "[dim]·[/] not a listening history:", summary.ignored)


def print_counts(console: Console, rows: int, of_what: str, seconds: float, counts: Iterable[tuple[int, str]]) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    for count, what in counts:
        if count or what == "new plays":
            table.add_row(f"{count:,}", what)
    speed = f", {rows / seconds:,.0f} rows/s" if seconds else ""
    console.print(f"{rows:,} rows in {of_what} ({seconds:.1f} s{speed})")
    console.print(table)


def _name(console: Console, what: str, unusable: Sequence[Unusable]) -> None:
    for name, reason in unusable[:MOST_NAMES]:
        console.print(f"{what} {escape(name)}: {escape(reason)}")
    if len(unusable) > MOST_NAMES:
        console.print(f"{what} {len(unusable) - MOST_NAMES} more")
