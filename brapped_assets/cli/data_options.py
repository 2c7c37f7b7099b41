"""The `brapped` commands on what is kept: bring it in, take it out, look after it."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from brapped_assets.console.runner import console, errors, ready_settings

app = typer.Typer()

Listener = Annotated[
    str | None, typer.Option(help="Whose data it is, by name or Spotify id, when there are several listeners.")
]


def _day(text: str) -> date:
    from brapped_assets.commands.forget import read_day  # noqa: PLC0415

    return read_day(text)


@app.command("import")
def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Zip, folder (also one of downloads), JSON file, or URL.", show_default=False
        ),
    ] = None,
    legacy: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Instead of a path: the PostgreSQL with the old scripts' tables; env:NAME reads its URL from the "
            "environment, where no other user sees the password.",
        ),
    ] = None,
    *,
    listener: Listener = None,
    new_listener: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="It is the export of somebody new, who is called so and needs no login."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what an import would do, by reason and by month, and store nothing.")
    ] = False,
    even_if_someone_elses: Annotated[
        bool,
        typer.Option("--even-if-someone-elses", help="Import also what seems to be another person's, without asking."),
    ] = False,
) -> int:
    """Bring in Spotify's own data export, or one of `brapped export`. Needs no login; the same twice is no harm."""
    from brapped_assets.commands.import_history import import_files, make_sure_of_one  # noqa: PLC0415
    from brapped_assets.commands.import_legacy import import_tables, legacy_url  # noqa: PLC0415

    make_sure_of_one(paths, legacy, listener=listener, new=new_listener, is_dry_run=dry_run)
    if legacy is not None:
        return import_tables(ready_settings(), console, legacy_url(legacy, errors), listener=listener)
    return import_files(
        ready_settings(),
        console,
        paths or [],
        listener=listener,
        new=new_listener,
        even_if_someone_elses=even_if_someone_elses,
        is_dry_run=dry_run,
    )


@app.command()
def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A zip if its name ends so, else a folder. Nothing may be there yet."),
    ] = None,
    listener: Listener = None,
) -> int:
    """Write everything of a listener: to keep, for other programs, and to import again with nothing lost."""
    from brapped_assets.commands.export import export_listener as run  # noqa: PLC0415

    return run(ready_settings(), console, to=output, listener=listener)


@app.command()
def forget(
    listener: Listener = None,
    before: Annotated[
        date | None,
        typer.Option(
            parser=_day, metavar="DAY", help="Only what ended before this day, at the listener's local midnight."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Remove a listener, or what they played before a day, without trace. Shows what goes, and asks."""
    from brapped_assets.commands.forget import forget_listener as run  # noqa: PLC0415

    return run(ready_settings(), console, listener=listener, before=before, confirmed=yes)


@app.command()
def report(
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="File, folder or URL; BRAPPED_HOME/reports without.",
            show_default=False,
        ),
    ] = None,
    period: Annotated[
        str, typer.Option("--range", help="year, all, 30d, week, 2025, 2025-03, 2025-W10, 2025-03-01..2025-04-15.")
    ] = "year",
    listener: Listener = None,
) -> int:
    """Wrapped for any time as one HTML file: it loads nothing, and opens anywhere."""
    from brapped_assets.commands.report import make_report as run  # noqa: PLC0415

    return run(ready_settings(), console, to=output, asked=period, listener=listener)


@app.command()
def timezone(
    zone: Annotated[
        str | None,
        typer.Argument(
            metavar="REGION",
            help="IANA region, like Europe/Berlin. Without one, the zones so far.",
            show_default=False,
        ),
    ] = None,
    begins: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="From this day on (local midnight there), or this instant; without, all your life.",
            show_default=False,
        ),
    ] = None,
    ends: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="Until this day, from which on the zone of before holds again.",
            show_default=False,
        ),
    ] = None,
    back: Annotated[
        str | None,
        typer.Option(
            "--take-back", metavar="DATE", help="Undo the move of this day or instant instead.", show_default=False
        ),
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    listener: Listener = None,
) -> int:
    """The time zones you lived in: your days and hours go by them. Shows what a change changes, and asks."""
    from brapped_assets.commands.timezone import Wanted  # noqa: PLC0415
    from brapped_assets.commands.timezone import time_zones as run  # noqa: PLC0415

    wanted = Wanted(zone, begins, ends, back)
    return run(ready_settings(), console, wanted, listener=listener, confirmed=yes)


@app.command()
def genres() -> int:
    """How far genres and countries of artists are known; takes over what genres.csv in the home says of them."""
    from brapped_assets.commands.genres import tell_genres as run  # noqa: PLC0415

    return run(ready_settings(), console)


@app.command(context_settings={"allow_interspersed_args": False})
def postgres(
    program: Annotated[str, typer.Argument(help="psql, pg_dump, pg_restore…")],
    arguments: Annotated[list[str] | None, typer.Argument(help="The program's own, as it is.")] = None,
) -> int:
    """Run one of PostgreSQL's programs with your plays as its default database: a backup, a look inside."""
    from brapped_assets.commands.postgres import postgres as run  # noqa: PLC0415

    return run(ready_settings(), program, arguments or [])


@app.command("upgrade-database")
def upgrade_database(
    old_binaries: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where `postgres` of the old version is; looked for without."),
    ] = None,
) -> int:
    """Carry the embedded PostgreSQL's data over to the major version that this Brapped brings. Keeps the old."""
    from brapped_assets.commands.upgrade_database import upgrade_database as run  # noqa: PLC0415

    return run(ready_settings(), console, old_binaries=old_binaries)
