"""`brapped export`: everything of a listener, to keep, to read with other programs, and to import again."""

import re
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.transfer.export_target import open_target
from brapped_assets.transfer.exporter import export
from brapped_assets.transfer.listener_choice import choose_listener


def export_listener(settings: Settings, console: Console, *, to: Path | None, listener: str | None) -> int:
    """Write the export. Raises SettingsError when it is not clear whose, NotWritten when it cannot be written."""
    now = datetime.now(UTC)
    with settings.warehouse() as warehouse:
        with warehouse.transaction() as tx:
            person = choose_listener(tx, listener)
        if person is None:
            raise SettingsError("There is nobody to export yet. Connect a listener, or import an export, first.")
        path = to or Path(f"brapped-{_plain(person.display_name)}-{now:%Y-%m-%d}.zip")
        with console.status("Writing…") as shown, open_target(path) as target:
            held = export(
                warehouse, person.listener_id, target, now=now, progress=lambda name: shown.update(f"Writing {name}…")
            )
    console.print(
        f"{held.plays:,} plays of {escape(person.display_name)} are in {escape(str(path))}, and everything else "
        f"known of them ({held.records:,} records).",
        soft_wrap=True,
    )
    console.print("It holds your listening: keep it private. To bring it back: brapped import.")
    return exit_codes.DONE


def _plain(name: str) -> str:
    """A name as part of a file's."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "listener"
