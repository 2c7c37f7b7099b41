"""What becomes of the parts of `up`, said on the console, to status and pages, and by a notice."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

from rich.console import Console

from brapped_assets import notifications
from brapped_assets.console.screen import escape
from brapped_assets.home_folder import env_file
from brapped_assets.notifications import stopped_parts
from brapped_assets.notifications.stopped_parts import Down
from brapped_assets.services.orphans import MARK, stop_leftovers
from brapped_assets.services.parts import Part
from brapped_assets.services.process_log import ProcessLog
from brapped_assets.services.process_restarts import APART, how_it_ended
from brapped_assets.settings import Settings

# As long as a notice may take, and a start of Python's.
TELLING_SECONDS = 25


class Overseer:
    """Says what becomes of the parts: on the console, in the file for status and pages, and by a notice."""

    def __init__(
        self, settings: Settings, console: Console, log: ProcessLog, env: dict[str, str], *, collects: bool
    ) -> None:
        self._settings, self._console, self._log, self._env, self._collects = settings, console, log, env, collects
        self._telling: subprocess.Popen[bytes] | None = None
        self.down: dict[Part, Down] = {}

    def on_end(self, part: Part, code: int, pause: float | None) -> None:
        # Its runs are nobody's now, and a web server's port may be held by a child.
        stop_leftovers(self._settings.dagster_home, part)
        how, name = how_it_ended(code), stopped_parts.NAMES[part.value]
        if pause is not None:
            self._say(f"[yellow]![/] {name} ended ({how}) and starts again in {pause:.0f} s.")
            return
        stops = self._collects and part.value in stopped_parts.COLLECTING
        self.down[part] = Down(part.value, datetime.now(UTC), how, stops)
        remedy = "" if stops else f" To start it again, in another terminal: [bold]{stopped_parts.REMEDY}[/]"
        self._say(f"[red]✗[/] {escape(self.down[part].sentence())}{remedy}")
        self._write_down()

    def is_over(self) -> bool:
        """Whether this command has no purpose any more."""
        if self._collects:
            return any(one.stops_collecting for one in self.down.values())
        return Part.PAGES in self.down and bool({Part.WEB, Part.CODE} & self.down.keys())

    def is_asked_again(self) -> bool:
        if not stopped_parts.is_asked_again(self._settings.brapped_home):
            return False
        self.down.clear()
        self._say("What stayed down is started again.")
        self._write_down()
        return True

    def wait_until_told(self) -> None:
        """Until the notice has left, or cannot."""
        if self._telling is not None:
            with suppress(subprocess.TimeoutExpired):
                self._telling.wait(TELLING_SECONDS)

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _write_down(self) -> None:
        try:
            stopped_parts.write(self._settings.brapped_home, list(self.down.values()))
            if self._settings.brapped_notify is not None:
                # In a process of its own: this one stays small for years. Unmarked, for it outlives the parts.
                self._telling = subprocess.Popen(  # noqa: S603  (our own words)
                    [sys.executable, "-m", notifications.__name__],
                    env={name: value for name, value in self._env.items() if name != MARK},
                    cwd=env_file().parent,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    **APART,
                )
        except OSError as error:
            # A full disk: that much is told here.
            self._log.write("brapped", f"ERROR: nobody else can be told: {error}")
