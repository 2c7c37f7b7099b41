"""`brapped up`: collect for good, on this machine."""

import json
import os
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.panel import Panel

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.home_folder import RUNNING, where_it_runs
from brapped_assets.notifications import stopped_parts
from brapped_assets.services import supervisor
from brapped_assets.services.dagster_instance import environment, open_instance
from brapped_assets.services.network import Network, network, qr_code
from brapped_assets.services.orphans import MARK, stop_leftovers
from brapped_assets.services.other_collectors import polled_elsewhere
from brapped_assets.services.ports import LOOPBACK
from brapped_assets.services.process_restarts import APART, kept_program
from brapped_assets.settings import Settings


class AlreadyUp(Exception):
    """Another `brapped up` has this home; the text says where it listens."""


def up(
    settings: Settings, console: Console, *, port: int, open_browser: bool, lan: bool = False, collects: bool = True
) -> int:
    """Poll once, then show the pages and run Dagster until Ctrl-C; returns the exit code.

    Unless it `collects`, no poll is made and no schedule runs: only pages and Dagster's UI.
    With `lan` the pages are shown on the network too, to whoever brings the key. Raises SettingsError without one.
    """
    seen_on = network() if lan else None
    try:
        with only_one(settings.brapped_home) as running:
            return collect(
                settings,
                console,
                running,
                port=port,
                name="brapped",
                open_browser=open_browser,
                seen_on=seen_on,
                collects=collects,
            )
    except AlreadyUp as already:
        return say_where_the_other_is(already, settings.brapped_home, console)


def say_where_the_other_is(already: AlreadyUp, home: Path, console: Console) -> int:
    """What a second start does: it says where the first is, and has started again what stays down there."""
    console.print(escape(str(already)))
    if down := stopped_parts.ask_again(home):
        console.print(f"Started again: {', '.join(stopped_parts.NAMES[one.part] for one in down)}.")
    return exit_codes.DONE


@contextmanager
def only_one(home: Path) -> Iterator[Path]:
    """Hold this home; yields the file in which to say where we listen. Raises AlreadyUp when somebody else does.

    The lock is the operating system's: a killed holder holds nothing.
    """
    home.mkdir(parents=True, exist_ok=True)
    running = home / RUNNING
    try:
        with FileLock(home / "up.lock", timeout=0):
            # A killed holder's: its process id may be somebody else's by now.
            running.unlink(missing_ok=True)
            try:
                yield running
            finally:
                running.unlink(missing_ok=True)
    except Timeout:
        raise AlreadyUp(f"Brapped is already up: {where_it_runs(home).get('page', 'it is starting')}") from None


def collect(
    settings: Settings,
    console: Console,
    running: Path,
    *,
    port: int,
    name: str,
    open_browser: bool,
    seen_on: Network | None = None,
    collects: bool = True,
) -> int:
    """What `up` does once it holds the home. `name` is what Dagster's UI calls the code: the demo says that it is one.

    `running` is the file in which to say where we listen. A browser is opened only for somebody at a terminal.
    """
    stop_leftovers(settings.dagster_home)
    stopped_parts.write(settings.brapped_home, [])
    # Held until the end: the embedded server stops with its last holder.
    env = {
        **os.environ,
        **environment(settings),
        MARK: str(settings.dagster_home),
        # They work where we were started, if the settings file is there; its Python files are none of their business.
        "PYTHONSAFEPATH": "1",
    }
    if not collects:
        console.print("Nothing is collected here: the pages and Dagster's UI show what is collected elsewhere.")
    elif not settings.is_connected:
        console.print(
            "No Spotify account is connected yet; connect one with [bold]brapped login[/], or drop an export on the "
            "page (or [bold]brapped import[/] it)."
        )
    else:
        _say_who_else_collects(settings, console)
        # First of all a poll: what Spotify still shows may be gone in half an hour. In a process of its own, so that
        # this one stays small for years.
        try:
            first = _first_poll(env)
        except KeyboardInterrupt:
            console.print("Stopped.")
            return exit_codes.DONE
        if first == exit_codes.USAGE:
            return exit_codes.USAGE
    services = supervisor.plan(settings.dagster_home, console, name=name, port=port, network=seen_on)
    where = {
        "pid": os.getpid(),
        "page": services.page_url,
        "dagster": services.dagster_url,
        "collects": collects,
    }
    running.write_text(json.dumps(where), encoding="utf-8")

    with console.status("Starting…") as waiting:

        def ready() -> None:
            waiting.stop()
            _say_where(services, console, name, collects=collects)
            if open_browser and console.is_terminal:
                webbrowser.open(seen_on.url(services.page_port, LOOPBACK) if seen_on else services.page_url)

        down = supervisor.run(services, env, settings, console, ready, collects=collects)
    if down is None:
        console.print(f"Stopped.{' What is collected stays; the next start polls first.' if collects else ''}")
        return exit_codes.DONE
    console.print(
        f"[red]✗ {'NOTHING IS COLLECTED ANY MORE' if collects else 'Nothing is shown any more'}[/]: everything is "
        f"stopped. Why is in {escape(str(settings.brapped_home / 'logs'))}. To start again: [bold]brapped up[/]",
        soft_wrap=True,
    )
    return exit_codes.FAILED


def _first_poll(env: dict[str, str]) -> int:
    """`brapped sync`, which ends with us; its exit code."""
    command = kept_program([sys.executable, "-m", "brapped_assets", "sync", "--before-up"])
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, **APART) as first:  # noqa: S603
        try:
            return first.wait()
        finally:
            if first.stdin is not None:
                first.stdin.close()


def _say_who_else_collects(settings: Settings, console: Console) -> None:
    """Two collectors lose and double nothing; but one is enough, and the second costs calls and keeps Neon awake."""
    if settings.database_url is None:
        return
    with open_instance(settings) as instance:
        polled_at = polled_elsewhere(settings, instance, datetime.now(UTC))
    if polled_at is not None:
        console.print(
            f"[yellow]![/] Another collector polled at {polled_at:%H:%M} UTC. Both together do no harm; to only look, "
            "start [bold]brapped up --no-collect[/]."
        )


def _say_where(services: supervisor.Services, console: Console, name: str, *, collects: bool) -> None:
    polls = "Polls at minutes 5, 25 and 45. " if collects else "Polls nothing. "
    lines = [
        f"Engine room   {services.dagster_url}  (Dagster)",
        f"{polls}Ctrl-C stops everything.",
    ]
    seen_on = services.network
    if seen_on is None:
        lines.insert(0, f"Your music    [bold]{services.page_url}[/]")
    console.print(Panel("\n".join(lines), title=f"{name} is up", expand=False))
    if seen_on is not None:
        address = seen_on.url(services.page_port)
        console.print("Your music, here and on your phone, for whoever has this address, until the next start:")
        console.print(f"[bold]{address}[/]", soft_wrap=True)
        if console.is_terminal:
            console.print(qr_code(address))
