"""`brapped roles` and `brapped bi --role`: roles that may do less than the owner, and how to sign in as one."""

import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from psycopg.conninfo import make_conninfo
from rich.console import Console
from typer import BadParameter

from brapped_assets.console import exit_codes
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.settings_file import write_env
from brapped_assets.warehouse.db import roles
from brapped_assets.warehouse.db.urls import direct_url

WRITER, READER = "brapped_writer", "brapped_reader"
PASSWORD_BYTES = 24


def make_roles(settings: Settings, console: Console, *, output: Path | None) -> int:
    """Make or renew both roles as the owner. Their URLs are printed, once, or written to `output` (0600).

    Raises SettingsError without DATABASE_URL, and what `roles.let_write` raises.
    """
    url = settings.database_url_text()
    if url is None:
        raise SettingsError(
            "The embedded PostgreSQL needs no roles: it answers to whoever owns its folder, and to nobody else. With "
            "DATABASE_URL in the settings, `brapped roles` makes them there."
        )
    passwords = {role: secrets.token_urlsafe(PASSWORD_BYTES) for role in (WRITER, READER)}
    with settings.warehouse() as warehouse:
        roles.let_write(warehouse, WRITER, passwords[WRITER])
        roles.let_read(warehouse, READER, passwords[READER])
    urls = {
        "DATABASE_URL": signed_in(url, WRITER, passwords[WRITER]),
        # BI tools prepare statements and set sessions up.
        "BI_DATABASE_URL": direct_url(signed_in(url, READER, passwords[READER])),
    }
    console.print(f"[green]✓[/] {WRITER} collects and serves the pages, and can make or change no table.")
    console.print(f"[green]✓[/] {READER} reads the schema bi and nothing else.")
    if output is not None:
        write_env(output, urls)
        console.print(f"Their URLs are in {output}, as DATABASE_URL and BI_DATABASE_URL.", markup=False, soft_wrap=True)
    else:
        console.print("Their URLs, shown only now; where plays are collected, the first is the DATABASE_URL:")
        for told in urls.values():
            console.print(told, markup=False, soft_wrap=True)
    console.print("Keep the owner's URL: a newer Brapped changes tables, which only the owner may.")
    return exit_codes.DONE


def signed_in(url: str, user: str, password: str) -> str:
    """The same database for somebody else; neither name nor password may need percent-encoding."""
    if not url.startswith(("postgresql://", "postgres://")):
        return make_conninfo(url, user=user, password=password)
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def make_sure_of_role(name: str | None, *, password_stdin: bool) -> None:
    """Raises BadParameter for a password of no role."""
    if password_stdin and name is None:
        raise BadParameter("it is the password of --role NAME", param_hint="--password-stdin")


def make_reader(settings: Settings, console: Console, *, name: str, password_stdin: bool) -> int:
    """Make or renew the reading role. A password made up here is printed, once, and kept nowhere."""
    password = _given_password() if password_stdin else secrets.token_urlsafe(PASSWORD_BYTES)
    with settings.warehouse() as warehouse:
        is_new = roles.let_read(warehouse, name, password)
    done = "may now sign in" if is_new else "has its new password"
    console.print(f"[green]✓[/] {name} {done}; it reads the schema bi and nothing else.")
    if not password_stdin:
        console.print(f"Its password, shown only now: {password}", soft_wrap=True)
    return exit_codes.DONE


def _given_password() -> str:
    try:
        password = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        password = ""
    if not password.isprintable() or not password.strip():
        raise SettingsError("--password-stdin: there is no password in the first line of the input.")
    return password
