"""The `brapped` command: how each is called. What it does is in `commands/`."""

from typing import Annotated

import typer

from brapped_assets import __version__
from brapped_assets.cli import access_options, data_options
from brapped_assets.console import runner
from brapped_assets.console.runner import console, ready_settings
from brapped_assets.services.parts import Part, address


def _exit(code: int, **_options: bool) -> None:
    """What a command returns is the exit code."""
    raise typer.Exit(code)


app = typer.Typer(
    name="brapped",
    result_callback=_exit,
    help="Keep every Spotify play in your own PostgreSQL, and prove that nothing is missing.",
    epilog="Exit codes of all commands: 0 done (status: healthy), 1 something failed, 2 usage or configuration, "
    "3 consent needed (brapped login), 4 postponed by Spotify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Port = Annotated[
    int,
    typer.Option(min=0, max=65535, help="Where the page is served; the next free one when it is taken. 0: any."),
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
    reset: Annotated[bool, typer.Option("--reset", help="Forget the demo's home and begin anew.")] = False,
    listeners: Annotated[int, typer.Option(min=1, max=5, help="How many people are simulated, under one app.")] = 1,
    lan: Lan = False,
    no_browser: NoBrowser = False,
) -> int:
    """Everything on an embedded PostgreSQL with a simulated account: no Spotify account and no settings needed."""
    from brapped_assets.commands.demo import demo as run  # noqa: PLC0415  (each command pays for its own imports)

    return run(console, port=port, reset=reset, open_browser=not no_browser, lan=lan, listeners=listeners)


@app.command()
def up(
    port: Port = 3000,
    lan: Lan = False,
    no_browser: NoBrowser = False,
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Only show: something else polls, such as a job in the cloud.")
    ] = False,
) -> int:
    """Collect your plays, every 20 minutes, and show them on a page of your own, until Ctrl-C."""
    from brapped_assets.commands.up import up as run  # noqa: PLC0415

    return run(ready_settings(), console, port=port, open_browser=not no_browser, lan=lan, collects=not no_collect)


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
) -> int:
    """One part of `up` alone, for containers and several machines; needs DATABASE_URL and DAGSTER_PG_URL."""
    from brapped_assets.commands.serve import serve as run  # noqa: PLC0415

    return run(ready_settings(), part, host=host, port=port, code_server=address(code))


@app.command()
def login(
    paste: Annotated[
        bool,
        typer.Option(
            "--paste", help="Paste the address your browser ends at: for SSH, containers and friends elsewhere."
        ),
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address instead of opening a browser.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Add whoever agrees as another listener without asking.")] = False,
) -> int:
    """Connect a Spotify account, add another listener (five in all), or renew a consent (it lasts six months)."""
    from brapped_assets.commands.login import login as run  # noqa: PLC0415

    return run(ready_settings(), console, paste=paste, open_browser=not no_browser, yes=yes)


@app.command()
def sync(
    before_up: Annotated[bool, typer.Option("--before-up", hidden=True, help="Leave what can wait to `up`.")] = False,
) -> int:
    """Do once what is due, and exit: for cron and other schedulers."""
    from brapped_assets.commands.sync import sync as run  # noqa: PLC0415

    return run(ready_settings(), console, is_before_up=before_up)


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For the summary of a scheduled job.")] = False,
) -> int:
    """Is everything collected? What is wrong, and the one command that mends it."""
    from brapped_assets.commands.status import status as run  # noqa: PLC0415

    return run(ready_settings(), console, as_json=json, as_markdown=markdown)


@app.command()
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send one message now, and say what came of it.")] = False,
) -> int:
    """Are you told when Brapped needs you? The addresses are in BRAPPED_NOTIFY."""
    from brapped_assets.commands.notify import NOT_ASKED, test_notice  # noqa: PLC0415

    if not test:
        raise typer.BadParameter(NOT_ASKED, param_hint="notify")
    return test_notice(ready_settings(), console)


# After these, for `--help` lists commands in the order they come.
app.add_typer(data_options.app)
app.add_typer(access_options.app)


def main() -> None:
    """Run the command this process was called with."""
    runner.run(app)
