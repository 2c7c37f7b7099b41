"""A program of ours that ends with its keeper: `python -m brapped_assets.services.child_process MODULE …`.

The keeper holds the other end of this process's standard input, and nobody else does. When it closes that, or dies in
whatever way, the system reports the end of the input here: the same on Linux, macOS and Windows. Then the program is
interrupted as by SIGTERM, what it started ends with it, and an embedded PostgreSQL that nobody else holds is stopped.
"""

import _thread
import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from brapped_assets.text.plain import keep_logs_plain

# From being asked to end to ending at once.
GRACE_SECONDS = 5
AFTER = "--after"


class _Keeper:
    """Whoever holds the other end of standard input."""

    def __init__(self) -> None:
        self.is_gone = False
        self._ending: list[psutil.Process] = []

    def watch(self) -> None:
        """Wait until the keeper is gone, then end this process; runs in a thread of its own."""
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        self.is_gone = True
        # Asked for now: once their parent has ended, nobody knows whose they were.
        with suppress(psutil.Error):
            self._ending = psutil.Process().children(recursive=True)
        _interrupt()
        time.sleep(GRACE_SECONDS)
        self.clear_up(but=os.getpid())
        os._exit(1)

    def clear_up(self, but: int | None = None) -> None:
        """End what this process started, and the embedded server, unless somebody `but` this process holds it."""
        for process in self._ending:
            with suppress(psutil.Error):
                process.terminate()
        _, alive = psutil.wait_procs(self._ending, timeout=1)
        for process in alive:
            with suppress(psutil.Error):
                process.kill()
        # Late, as below: the program brings most of it along.
        from brapped_assets.warehouse.db import embedded_server  # noqa: PLC0415

        embedded_server.stop_unless_held(Path(os.environ["BRAPPED_HOME"]), but=but)


def _interrupt() -> None:
    """As SIGTERM; on Windows, which has none that a program could answer, as Ctrl-C."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        # To the thread that may sit in a system call, or it would not wake up.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def main() -> None:
    """Become the program, until it ends or the keeper is gone."""
    keeper, arguments = _Keeper(), sys.argv[1:]
    # Most programs have an answer of their own; the system's would leave no time to clear up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    threading.Thread(target=keeper.watch, name="keeper", daemon=True).start()
    keep_logs_plain()
    try:
        if arguments[0] == AFTER:
            _wait_for(arguments[1])
            arguments = arguments[2:]
        sys.argv = arguments
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    finally:
        if keeper.is_gone:
            keeper.clear_up()


def _wait_for(code_server: str) -> None:
    from brapped_assets.services import code_server_readiness, parts  # noqa: PLC0415

    try:
        code_server_readiness.wait_for(parts.address(code_server))
    except code_server_readiness.NobodyListens as nobody:
        sys.exit(f"ERROR {nobody}")


if __name__ == "__main__":
    main()
