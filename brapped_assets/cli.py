"""The `brapped` command: how each is called, and how what goes wrong is said. What it does is in `commands/`."""

import os
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from brapped_assets import __version__
from brapped_assets.commands import exit_codes
from brapped_assets.commands.parts import Part, address
from brapped_assets.history.errors import HistoryError
from brapped_assets.settings import Settings, SettingsError, keep_private
from brapped_assets.spotify.errors import ConsentNeeded, Postponed, SpotifyError
from brapped_assets.warehouse.addresses import connection_string, is_readable_on_the_way
from brapped_assets.warehouse.errors import NoOldTables, NotAUrl, RoleUnusable, TokenUnreadable, WarehouseError

app = typer.Typer(
    name="brapped",
    help="Keep every Spotify play in your own PostgreSQL, and prove that nothing is missing.",
    epilog="Exit codes of all commands: 0 done (status: healthy), 1 something failed, 2 usage or configuration, "
    "3 consent needed (brapped login), 4 postponed by Spotify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

Port = Annotated[
    int,
    typer.Option(min=0, max=65535, help="Where the page is served; the next free one when it is taken. 0: any."),
]
Listener = Annotated[
    str | None, typer.Option(help="Whose data it is, by name or Spotify id, when there are several listeners.")
]


Lan = Annotated[
    bool, typer.Option("--lan", help="Show the page on your network too, to whoever has the address with the key.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open the page in a browser.")]


def _version(wanted: bool) -> None:
    if wanted:
        console.print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    port: Port = 3300,
    reset: Annotated[bool, typer.Option(help="Forget the demo's home and begin anew.")] = False,
    listeners: Annotated[int, typer.Option(min=1, max=5, help="How many people are simulated, under one app.")] = 1,
    lan: Lan = False,
    no_browser: NoBrowser = False,
) -> None:
    """Everything on an embedded PostgreSQL with a simulated account: no Spotify account and no settings needed."""
    from brapped_assets.commands.demo import demo as run  # noqa: PLC0415  (each command pays for its own imports)

    raise typer.Exit(run(console, port=port, reset=reset, open_browser=not no_browser, lan=lan, listeners=listeners))


@app.command()
def up(
    port: Port = 3000,
    lan: Lan = False,
    no_browser: NoBrowser = False,
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Only show: something else polls, such as a job in the cloud.")
    ] = False,
) -> None:
    """Collect your plays, every 20 minutes, and show them on a page of your own, until Ctrl-C."""
    from brapped_assets.commands.up import up as run  # noqa: PLC0415

    raise typer.Exit(
        run(_settings(), console, port=port, open_browser=not no_browser, lan=lan, collects=not no_collect)
    )


@app.command()
def serve(
    part: Annotated[Part, typer.Argument(help="code, daemon, web (Dagster's UI) or pages.", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to listen on; nothing here asks who comes.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Without: pages 3000, web 3001, code 4000; the daemon has none.", show_default=False
        ),
    ] = None,
    code: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="For daemon and web: where the code server is.")
    ] = "127.0.0.1:4000",
) -> None:
    """One part of `up` alone, for containers and several machines; needs DATABASE_URL and DAGSTER_PG_URL."""
    from brapped_assets.commands.serve import serve as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), part, host=host, port=port, code_server=address(code)))


@app.command()
def login(
    paste: Annotated[
        bool, typer.Option(help="Paste the address your browser ends at: for SSH, containers and friends elsewhere.")
    ] = False,
    no_browser: Annotated[bool, typer.Option(help="Print the address instead of opening a browser.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Add whoever agrees as another listener without asking.")] = False,
) -> None:
    """Connect a Spotify account, add another listener (five in all), or renew a consent (it lasts six months)."""
    from brapped_assets.commands.login import login as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, paste=paste, open_browser=not no_browser, yes=yes))


@app.command()
def sync() -> None:
    """Do once what is due, and exit: for cron and other schedulers."""
    from brapped_assets.commands.sync import sync as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console))


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
    listener: Listener = None,
) -> None:
    """Bring in Spotify's own data export, or one of `brapped export`. Needs no login; the same twice is no harm."""
    from brapped_assets.commands.import_history import import_files, import_tables, legacy_url  # noqa: PLC0415

    if legacy is not None and paths:
        raise typer.BadParameter("Name paths or --legacy, not both: these are two imports.")
    if legacy is not None:
        raise typer.Exit(import_tables(_settings(), console, legacy_url(legacy, errors), listener=listener))
    if not paths:
        raise typer.BadParameter("Name what to import: a zip, folder or file of your export, or --legacy URL.")
    raise typer.Exit(import_files(_settings(), console, paths, listener=listener))


@app.command()
def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A zip if its name ends so, else a folder. Nothing may be there yet."),
    ] = None,
    listener: Listener = None,
) -> None:
    """Write everything of a listener: to keep, for other programs, and to import again with nothing lost."""
    from brapped_assets.commands.export import export_listener as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, to=output, listener=listener))


@app.command()
def forget(
    listener: Listener = None,
    before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what ended before this day, at the listener's local midnight."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a listener, or what they played before a day, without trace. Shows what goes, and asks."""
    from brapped_assets.commands.forget import forget_listener as run  # noqa: PLC0415

    day = before.date() if before else None
    raise typer.Exit(run(_settings(), console, listener=listener, before=day, confirmed=yes))


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
        str, typer.Option("--range", help="year, all, 30d, 2025, 2025-03, 2025-03-01..2025-04-15.")
    ] = "year",
    listener: Annotated[
        str | None, typer.Option(help="Whose, by name or Spotify id, when there are several listeners.")
    ] = None,
) -> None:
    """Wrapped for any time as one HTML file: it loads nothing, and opens anywhere."""
    from brapped_assets.commands.report import make_report as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, to=output, asked=period, listener=listener))


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For the summary of a scheduled job.")] = False,
) -> None:
    """Is everything collected? What is wrong, and the one command that mends it."""
    from brapped_assets.commands.status import status as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, as_json=json, as_markdown=markdown))


@app.command()
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send one message now, and say what came of it.")] = False,
) -> None:
    """Are you told when Brapped needs you? The addresses are in BRAPPED_NOTIFY."""
    from brapped_assets.commands.notify import test_notice as run  # noqa: PLC0415

    if not test:
        raise typer.BadParameter("say --test to send a message to every address in BRAPPED_NOTIFY", param_hint="notify")
    raise typer.Exit(run(_settings(), console))


@app.command()
def timezone(
    zone: Annotated[str, typer.Argument(help="IANA name, like Europe/Berlin. Your days and hours follow it.")],
    listener: Listener = None,
) -> None:
    """Move a listener to another time zone: local days and hours of all plays are written anew, year by year."""
    from brapped_assets.commands.timezone import change_zone as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, zone=zone, listener=listener))


@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
def postgres(
    program: Annotated[str, typer.Argument(help="psql, pg_dump, pg_restore…")],
    arguments: Annotated[list[str] | None, typer.Argument(help="The program's own, as it is.")] = None,
) -> None:
    """Run one of PostgreSQL's programs with your plays as its default database: a backup, a look inside."""
    from brapped_assets.commands.postgres import postgres as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), program, arguments or []))


@app.command("upgrade-database")
def upgrade_database(
    old_binaries: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where `postgres` of the old version is; looked for without."),
    ] = None,
) -> None:
    """Carry the embedded PostgreSQL's data over to the major version that this Brapped brings. Keeps the old."""
    from brapped_assets.commands.upgrade_database import upgrade_database as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, old_binaries=old_binaries))


@app.command()
def bi(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the files are written.")
    ] = Path(),
    role: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Instead: make a role that reads the BI views and nothing else, or renew it."
        ),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the role's password instead of making one up.")
    ] = False,
    listener: Listener = None,
) -> None:
    """Files that connect Power BI to your plays, and a read-only role for any BI tool."""
    from brapped_assets.commands.bi import make_reader, write_files  # noqa: PLC0415

    if role is not None:
        raise typer.Exit(make_reader(_settings(), console, name=role, password_stdin=password_stdin))
    if password_stdin:
        raise typer.BadParameter("it is the password of --role NAME", param_hint="--password-stdin")
    raise typer.Exit(write_files(_settings(), console, folder=output, listener=listener))


@app.command()
def roles(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the URLs there, readable by you alone, unprinted."),
    ] = None,
) -> None:
    """As the owner of the database: roles that may do less, to collect with and to read with; again to renew them."""
    from brapped_assets.commands.roles import make_roles as run  # noqa: PLC0415

    raise typer.Exit(run(_settings(), console, output=output))


def _settings() -> Settings:
    """The settings, with what only a person can mend found before anything begins. Raises SettingsError or NotAUrl."""
    settings = Settings.load()
    keep_private(settings.brapped_home)
    for name in ("database_url", "dagster_pg_url"):
        url = getattr(settings, name)
        if url is None:
            continue
        text = url.get_secret_value().replace("postgresql+psycopg2:", "postgresql:", 1)
        if is_readable_on_the_way(connection_string(text, setting=name.upper())):
            errors.print(
                f"[yellow]![/] {name.upper()} lets passwords and plays travel unencrypted. Take sslmode out of it, "
                "unless the network in between is all yours.",
                soft_wrap=True,
            )
    return settings


def main() -> None:
    """Run a command; whatever a user can cause ends in a sentence and an exit code, never in a traceback."""
    # Single-run backfills, which a Dagster release may rename; nothing a user could do about it.
    warnings.filterwarnings("ignore", message="Parameter `backfill_policy`")
    _never_ask_a_proxy_for_this_machine()
    # Whatever we and all that we start write is its owner's alone.
    os.umask(0o077)
    try:
        app()
    except (SettingsError, HistoryError, WarehouseError, SpotifyError, OSError) as error:
        errors.print(f"[red]✗[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(exit_codes.FAILED)


def _never_ask_a_proxy_for_this_machine() -> None:
    """What listens on 127.0.0.1 (Dagster's UI, the simulated account) cannot be reached by way of HTTP_PROXY."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def _exit_code(error: Exception) -> int:
    if isinstance(error, SettingsError | HistoryError | NotAUrl | NoOldTables | RoleUnusable | TokenUnreadable):
        return exit_codes.USAGE
    if isinstance(error, ConsentNeeded):
        return exit_codes.CONSENT_NEEDED
    return exit_codes.POSTPONED if isinstance(error, Postponed) else exit_codes.FAILED
