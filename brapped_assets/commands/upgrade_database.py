"""`brapped upgrade-database`: the embedded PostgreSQL's data from an older major version to the one brought along."""

from pathlib import Path

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db.major_upgrade import upgrade_data


def upgrade_database(settings: Settings, console: Console, *, old_binaries: Path | None) -> int:
    """Carry everything over, compare, and say where the old data lies. Raises EmbeddedUnusable."""
    carried = upgrade_data(
        settings.brapped_home, old_binaries, progress=lambda step: console.print(f"{escape(step)} …", style="dim")
    )
    if carried is None:
        console.print("There is nothing to carry over: the data is of the version that this Brapped brings.")
        return exit_codes.DONE
    rows = ", ".join(f"{count:,} rows in {name}" for name, count in carried.rows.items())
    console.print(f"[green]✓[/] Carried from PostgreSQL {carried.old} to {carried.new}: {escape(rows)}.")
    console.print(
        f"The old data is kept in {escape(str(carried.kept_in))}; remove that folder when all is well.", soft_wrap=True
    )
    return exit_codes.DONE
