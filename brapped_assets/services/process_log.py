"""What the parts of `up` say: all of it to a file of bounded size, trouble to the console too."""

import logging
import re
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console

from brapped_assets.console.screen import escape
from brapped_assets.text.plain import plain

LOG_BYTES, LOG_FILES = 5_000_000, 3
# Words of a part that its owner should see; the rest goes to the log file only.
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
TROUBLE = (" ERROR ", " CRITICAL ", "Error: ", "Traceback")


class ProcessLog:
    """What a part says while it is ended is no trouble of anybody's: set `is_ending` before."""

    def __init__(self, path: Path, console: Console) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.is_ending = False
        self._console, self._path = console, path
        self._log = logging.getLogger("brapped.processes")
        self._log.propagate = False
        self._log.setLevel(logging.INFO)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        for before in self._log.handlers:
            before.close()
        self._log.handlers = [handler]

    def write(self, name: str, line: str) -> None:
        """One line of `name`'s; never raises, or the part would wait for ever for somebody to listen."""
        line = plain(COLOURS.sub("", line))
        self._log.info("%s %s", name, line)
        if not self.is_ending and any(word in line for word in TROUBLE):
            # A closed terminal, or a pipe that nobody reads.
            with suppress(OSError, SystemExit):
                self._console.print(f"[yellow]![/] {name}: {escape(line)}  (more in {escape(str(self._path))})")
