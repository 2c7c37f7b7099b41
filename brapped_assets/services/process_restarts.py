"""Keeps parts running: one that ends by itself is started again, later each time, and stays down after the third."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO, Any, Protocol

from brapped_assets.services import child_process
from brapped_assets.services.parts import Part

# Before the second and the third start; whoever ends for the third time within WITHIN_SECONDS stays down.
PAUSES = (1.0, 5.0)
WITHIN_SECONDS = 600.0
# Parts end themselves within `child_process.GRACE_SECONDS`; those that do not are killed.
GRACE_SECONDS = child_process.GRACE_SECONDS + 3
LOOK_SECONDS = 0.5
STOP = "stop"
# A shell's word for it.
CANNOT_START = 127
# Ctrl-C in a terminal reaches whoever belongs to it: our parts end by their keeper's word only.
APART: dict[str, Any]
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NO_WINDOW}
else:
    APART = {"start_new_session": True}


class Log(Protocol):
    """Where parts, and whoever keeps them, say what happens; while they end, it is no trouble of anybody's."""

    is_ending: bool

    def write(self, name: str, line: str) -> None: ...


def pause_before_start(ends: Sequence[float]) -> float | None:
    """Seconds from the newest of these ends to the next start; None: it stays down. In seconds of any one clock."""
    recent = [end for end in ends if end > ends[-1] - WITHIN_SECONDS]
    return PAUSES[len(recent) - 1] if len(recent) <= len(PAUSES) else None


def kept_program(command: Sequence[str], *, after: str | None = None) -> list[str]:
    """A command of ours (`python -m …`), as a program that ends with whoever started it (`child_process`)."""
    return [
        sys.executable,
        "-m",
        child_process.__name__,
        *([child_process.AFTER, after] if after else []),
        *command[2:],
    ]


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


@dataclass
class _Kept:
    command: list[str]
    env: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    ends: list[float] = field(default_factory=list)
    # On the monotonic clock; None: it runs, or stays down.
    due_at: float | None = None


class Keeper:
    """The parts of one `up`. `on_end` is told of each that ended, with exit code and pause (None: it stays down)."""

    def __init__(self, folder: Path, log: Log, on_end: Callable[[Part, int, float | None], None]) -> None:
        self._folder, self._log, self._on_end = folder, log, on_end
        self._parts: dict[Part, _Kept] = {}
        self._events: SimpleQueue[Part | str] = SimpleQueue()
        self.down: set[Part] = set()

    def add(self, part: Part, command: list[str], env: Mapping[str, str]) -> None:
        """To be started by `keep`; `command` is a `kept_program`."""
        self._parts[part] = _Kept(command, env)

    def keep(self, is_over: Callable[[], bool], is_asked_again: Callable[[], bool]) -> bool:
        """Until Ctrl-C, SIGTERM or a hang-up (True), or until it `is_over` (False); no part runs afterwards."""
        self._listen_to_signals()
        try:
            for part in self._parts:
                self._start(part)
            while not is_over():
                event = self._next_event()
                if event == STOP:
                    return True
                if isinstance(event, Part):
                    self._ended(event)
                if self.down and is_asked_again():
                    self._start_again()
                self._start_who_is_due()
            return False
        finally:
            self._end_all()

    def _next_event(self) -> Part | str | None:
        with_pause = [one.due_at for one in self._parts.values() if one.due_at is not None]
        wait = min([LOOK_SECONDS, *(max(0.0, at - time.monotonic()) for at in with_pause)])
        try:
            return self._events.get(timeout=wait)
        except Empty:
            return None

    def _start(self, part: Part) -> None:
        one = self._parts[part]
        one.due_at = None
        try:
            one.process = subprocess.Popen(  # noqa: S603  (our own words)
                one.command, env=one.env, cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, **APART,
            )  # fmt: skip
        except OSError as error:
            # No memory or no process left, for a moment.
            self._log.write("brapped", f"{part} cannot start: {error}")
            self._note_end(part, CANNOT_START)
            return
        self._log.write("brapped", f"{part} started (pid {one.process.pid})")
        threading.Thread(target=self._listen, args=(part, one.process.stdout), daemon=True).start()
        threading.Thread(target=self._wait, args=(part, one.process), daemon=True).start()

    def _listen(self, part: Part, said: IO[bytes]) -> None:
        with said:
            for line in said:
                self._log.write(part.value, line.decode(errors="replace").rstrip())

    def _wait(self, part: Part, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        self._events.put(part)

    def _ended(self, part: Part) -> None:
        process = self._parts[part].process
        if process is not None and process.returncode is not None:
            self._parts[part].process = None
            self._note_end(part, process.returncode)

    def _note_end(self, part: Part, code: int) -> None:
        one = self._parts[part]
        one.ends.append(time.monotonic())
        pause = pause_before_start(one.ends)
        self._log.write("brapped", f"{part} ended ({how_it_ended(code)})")
        if pause is None:
            self.down.add(part)
        else:
            one.due_at = one.ends[-1] + pause
        self._on_end(part, code, pause)

    def _start_again(self) -> None:
        for part in self.down:
            self._parts[part].ends.clear()
            self._parts[part].due_at = time.monotonic()
        self.down.clear()

    def _start_who_is_due(self) -> None:
        for part, one in self._parts.items():
            if one.due_at is not None and one.due_at <= time.monotonic():
                self._start(part)

    def _end_all(self) -> None:
        self._log.is_ending = True
        running = [one.process for one in self._parts.values() if one.process is not None]
        for process in running:
            # The word to end.
            if process.stdin is not None:
                process.stdin.close()
        until = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _listen_to_signals(self) -> None:
        """From now on: asked once, asked enough, for the end itself is not to be interrupted."""

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self._events.put(STOP)

        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            # What was ignored before (nohup) stays ignored.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, stop)
