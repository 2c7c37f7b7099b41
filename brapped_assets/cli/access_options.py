"""The `brapped` commands by which others read: BI tools, programs with a token, an assistant, other database roles."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from brapped_assets.cli.data_options import Listener
from brapped_assets.console.runner import console, errors, ready_settings

app = typer.Typer()


class TokenScope(StrEnum):
    """As `warehouse/read_tokens.py` has them, which the command line need not load."""

    totals = "totals"
    lists = "lists"
    plays = "plays"
    pieces = "pieces"
    metrics = "metrics"


class AssistantReads(StrEnum):
    """As `warehouse/assistant_access.py` has it, and nothing."""

    off = "off"
    export = "export"
    all = "all"


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
) -> int:
    """Files that connect Power BI to your plays, and a read-only role for any BI tool."""
    from brapped_assets.commands.power_bi import write_files  # noqa: PLC0415
    from brapped_assets.commands.roles import make_reader, make_sure_of_role  # noqa: PLC0415

    make_sure_of_role(role, password_stdin=password_stdin)
    if role is not None:
        return make_reader(ready_settings(), console, name=role, password_stdin=password_stdin)
    return write_files(ready_settings(), console, folder=output, listener=listener)


@app.command()
def token(
    make: Annotated[
        str | None, typer.Option(metavar="NAME", help="A new token, for what its name says; it is printed once.")
    ] = None,
    opens: Annotated[
        list[TokenScope] | None,
        typer.Option(help="What it opens, once for each: totals and lists without.", show_default=False),
    ] = None,
    per_minute: Annotated[int, typer.Option(min=1, max=6000, help="Requests it is answered in a minute.")] = 120,
    revoke: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="This one opens nothing any more.", show_default=False)
    ] = None,
    listener: Listener = None,
) -> int:
    """Tokens by which programs read the API (/api/v1); without an option, those there are."""
    from brapped_assets.commands import token as run  # noqa: PLC0415

    run.make_sure_of_one(make, revoke)
    if revoke is not None:
        return run.revoke_token(ready_settings(), console, revoke)
    if make is None:
        return run.show_tokens(ready_settings(), console)
    scopes = [one.value for one in opens or (TokenScope.totals, TokenScope.lists)]
    return run.make_token(
        ready_settings(), console, errors, name=make, scopes=scopes, per_minute=per_minute, listener=listener
    )


@app.command()
def roles(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the URLs there, readable by you alone, unprinted."),
    ] = None,
) -> int:
    """As the owner of the database: roles that may do less, to collect with and to read with; again to renew them."""
    from brapped_assets.commands.roles import make_roles as run  # noqa: PLC0415

    return run(ready_settings(), console, output=output)


@app.command()
def mcp(
    allow: Annotated[
        AssistantReads | None,
        typer.Option(help="What an assistant may read from now on; without, answer one.", show_default=False),
    ] = None,
    listener: Listener = None,
) -> int:
    """Answer an assistant's questions over the Model Context Protocol (stdio), once that is allowed."""
    from brapped_assets.commands import mcp as run  # noqa: PLC0415

    if allow is None:
        return run.serve(ready_settings(), listener=listener)
    return run.choose_access(ready_settings(), console, reads=allow.value, listener=listener)
