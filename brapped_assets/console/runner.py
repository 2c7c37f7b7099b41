"""What every command begins and ends with: the settings it can work with, and how what goes wrong is said."""

import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import Screen, escape_lines
from brapped_assets.history.errors import HistoryError
from brapped_assets.home_folder import keep_private, why_unwritable
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify.errors import ConsentNeeded, Postponed, SpotifyError
from brapped_assets.text.plain import keep_logs_plain
from brapped_assets.warehouse.db.urls import connection_string, is_readable_on_the_way, without_driver
from brapped_assets.warehouse.errors import NoOldTables, NotAUrl, RoleUnusable, TokenUnreadable, WarehouseError

console = Screen(highlight=False)
errors = Screen(stderr=True, highlight=False)


def ready_settings() -> Settings:
    """The settings, with what only a person can mend found before anything begins. Raises SettingsError or NotAUrl."""
    settings = Settings.load()
    keep_private(settings.brapped_home)
    for name in ("database_url", "dagster_pg_url"):
        url = getattr(settings, name)
        if url is None:
            continue
        text = without_driver(url.get_secret_value())
        if is_readable_on_the_way(connection_string(text, setting=name.upper())):
            errors.print(
                f"[yellow]![/] {name.upper()} lets passwords and plays travel unencrypted. Take sslmode out of it, "
                "unless the network in between is all yours.",
                soft_wrap=True,
            )
    return settings


def run(app: Callable[[], None]) -> None:
    """Run a command; whatever a user can cause ends in a sentence and an exit code, never in a traceback."""
    keep_logs_plain()
    # What the driver could not tidy up after an error, and what Dagster tries again: what comes of it is told anyway.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.getLogger().addFilter(_is_news)
    _never_ask_a_proxy_for_this_machine()
    _stop_as_by_ctrl_c()
    # Whatever we and all that we start write is its owner's alone.
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A ✓ that the terminal, or Windows' encoding of a file, does not have is worth no traceback.
            stream.reconfigure(errors="replace")
    try:
        app()
    except (SettingsError, HistoryError, WarehouseError, SpotifyError, OSError) as error:
        errors.print(f"[red]✗[/] {escape_lines(_in_words(error))}", soft_wrap=True)
        _drop_unwritten_output()
        sys.exit(_exit_code(error))
    except (KeyboardInterrupt, SystemExit) as ended:
        if not _is_ctrl_c(ended):
            raise
        errors.print("Stopped.")
        sys.exit(exit_codes.FAILED)


def _stop_as_by_ctrl_c() -> None:
    """SIGTERM and a closed terminal end a command cleanly, too: the embedded server stops with its last holder."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What was ignored before (nohup) stays ignored.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)


def _drop_unwritten_output() -> None:
    """What the disk under a redirected output has no room for: Python would fail at it again, and exit with 120."""
    try:
        sys.stdout.flush()
    except OSError:
        with Path(os.devnull).open("w", encoding="utf-8") as nobody:
            os.dup2(nobody.fileno(), sys.stdout.fileno())


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Retrying failed database ")


def _is_ctrl_c(ended: BaseException) -> bool:
    """Typer makes a silent exit of it, with a code that is none of ours."""
    return isinstance(ended, KeyboardInterrupt) or isinstance(
        getattr(ended.__context__, "__cause__", None), KeyboardInterrupt
    )


def _never_ask_a_proxy_for_this_machine() -> None:
    """What listens on 127.0.0.1 (Dagster's UI, the simulated account) cannot be reached by way of HTTP_PROXY."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def _in_words(error: Exception) -> str:
    """What went wrong; the operating system's errors say no more than a name and a number."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Make room, then run the same command again."
    return why_unwritable(error) or str(error)


def _exit_code(error: Exception) -> int:
    if isinstance(error, SettingsError | HistoryError | NotAUrl | NoOldTables | RoleUnusable | TokenUnreadable):
        return exit_codes.USAGE
    if isinstance(error, ConsentNeeded):
        return exit_codes.CONSENT_NEEDED
    return exit_codes.POSTPONED if isinstance(error, Postponed) else exit_codes.FAILED
