"""`brapped import --legacy`: the old scripts' tables, merged with what was polled and exported."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from time import monotonic

from rich.console import Console

from brapped_assets.commands.import_history import STOPPED, import_bar, print_counts
from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.transfer.import_summary import FORGOTTEN
from brapped_assets.transfer.legacy_importer import TABLES, LegacySummary, import_legacy, old_tables
from brapped_assets.transfer.listener_choice import resolve_listener
from brapped_assets.warehouse.db.urls import has_password
from brapped_assets.warehouse.errors import WarehouseError


def import_tables(settings: Settings, console: Console, url: str, *, listener: str | None = None) -> int:
    """Import the old scripts' tables from the PostgreSQL at `url`, where nothing is written; returns the exit code.

    Raises a WarehouseError, which never repeats the URL, before anything is imported when they are not there.
    """
    with ExitStack() as stack:
        tables = stack.enter_context(old_tables(url, TABLES))
        warehouse = stack.enter_context(settings.warehouse(is_bulky=True))
        with warehouse.transaction() as tx:
            person = resolve_listener(tx, settings, listener, datetime.now(UTC))
        summary, began = LegacySummary(), monotonic()
        try:
            with import_bar(console) as progress:
                import_legacy(warehouse, person.listener_id, tables, summary, progress=progress)
        except (KeyboardInterrupt, WarehouseError) as error:
            _show_tables(console, summary, tables.names, person.display_name, monotonic() - began)
            console.print(STOPPED)
            if isinstance(error, WarehouseError):
                raise
            return exit_codes.FAILED
        _show_tables(console, summary, tables.names, person.display_name, monotonic() - began)
    return exit_codes.DONE


def legacy_url(given: str, errors: Console) -> str:
    """The URL itself, or what the environment variable of `env:NAME` holds. Raises SettingsError without one.

    Every user of this machine can read the arguments of a process: a password among them is warned of.
    """
    if not given.startswith("env:"):
        if has_password(given):
            errors.print(
                "[yellow]![/] The password in this URL can be read by other users of this machine while the import "
                "runs, and stays in your shell's history. Rather: OLD_DATABASE_URL=… brapped import --legacy "
                "env:OLD_DATABASE_URL",
                soft_wrap=True,
            )
        return given
    name = given.removeprefix("env:")
    if not (url := os.environ.get(name)):
        raise SettingsError(f"--legacy {given}: the environment has no {name or 'variable without a name'}.")
    return url


def _show_tables(console: Console, summary: LegacySummary, tables: Sequence[str], name: str, seconds: float) -> None:
    plays = summary.plays
    counts = (
        (plays.added, "new plays"),
        (plays.matched, "matched with polled or exported plays"),
        (plays.told_twice, "told more than once by the old tables"),
        (plays.known, "already there"),
        (plays.forgotten, FORGOTTEN),
        (summary.artists, "artists described"),
        (summary.tracks, "tracks described"),
        *((count, f"too odd, kept aside: {reason}") for reason, count in sorted(summary.odd.items())),
    )
    print_counts(console, summary.rows, f"{', '.join(tables)}, for {escape(name)}", seconds, counts)
