"""All processes under one roof: the pages, Dagster's code server, daemon and web server. One Ctrl-C stops them all."""

import logging
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

import psutil
import requests
from honcho.manager import Manager
from honcho.printer import Message
from rich.console import Console
from rich.markup import escape

from brapped_assets.commands import parts
from brapped_assets.commands.network import EVERYWHERE, KEY, Network
from brapped_assets.commands.parts import HIGHEST_PORT, Address, Part
from brapped_assets.settings import env_file

# In the environment of everything a supervisor starts, and of nothing else: names the instance it works for.
MARK = "SUPERVISED_BY_BRAPPED"
LOOPBACK = "127.0.0.1"
LOG_BYTES, LOG_FILES = 5_000_000, 3
# From being asked to end to being killed.
GRACE_SECONDS = 5
# Words of a child that its owner should see; the rest goes to the log file only.
TROUBLE = (" ERROR ", " CRITICAL ", "Error: ", "Traceback")
# What honcho says, and as whom, once it stops the others.
HONCHO, TOLD_TO_END = "system", "sending "


@dataclass(frozen=True)
class Services:
    """Where everything listens: on 127.0.0.1 only, but for the pages when there is a `network`."""

    page_port: int
    dagster_port: int
    code_port: int
    workspace: Path
    network: Network | None = None

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.page_port}"

    @property
    def dagster_url(self) -> str:
        return f"http://127.0.0.1:{self.dagster_port}"


def plan(dagster_home: Path, console: Console, *, name: str, port: int, network: Network | None = None) -> Services:
    """Choose the ports and write the workspace file. `name` is what Dagster's UI calls the code.

    The pages get `port` or the next free one, Dagster's UI the next free one after that.
    """
    page_port = free_port(port, EVERYWHERE if network else LOOPBACK)
    if port not in (0, page_port):
        console.print(f"Port {port} is taken; using {page_port}.")
    dagster_port = free_port(page_port + 1 if port and page_port < HIGHEST_PORT else 0)
    code_port = free_port(0)
    workspace = parts.write_workspace(dagster_home, Address(LOOPBACK, code_port), name)
    return Services(page_port, dagster_port, code_port, workspace, network)


def run(
    services: Services,
    env: dict[str, str],
    folder: Path,
    console: Console,
    on_ready: Callable[[], None],
    *,
    collects: bool = True,
) -> int | None:
    """Run until Ctrl-C or SIGTERM (returns None), or until one of them ends by itself.

    Then the others are stopped, and its exit code is returned. `folder` is where they log. They work beside the
    settings file, which may be the `.env` of the folder we were started in. Unless it `collects` there is no
    daemon, and so nothing that asks Dagster's database on a timer.
    """
    printer = _LogFile(folder / "logs" / "brapped.log", console)
    manager = Manager(printer=printer)
    code_server = Address(LOOPBACK, services.code_port)
    after_code = [sys.executable, "-m", "brapped_assets.commands.service", LOOPBACK, str(services.code_port)]
    pages_host = EVERYWHERE if services.network else LOOPBACK
    commands = {
        Part.PAGES: parts.pages(Address(pages_host, services.page_port)),
        Part.CODE: parts.code(code_server),
        Part.DAEMON: [*after_code, *parts.daemon(services.workspace)],
        Part.WEB: [*after_code, *parts.web(Address(LOOPBACK, services.dagster_port), services.workspace)],
    }
    if not collects:
        del commands[Part.DAEMON]
    for part, command in commands.items():
        secret = {KEY: services.network.key} if services.network and part is Part.PAGES else {}
        manager.add_process(part.value, _quoted(command), env={**env, **secret}, cwd=str(env_file().parent))
    stopping = threading.Event()
    threading.Thread(target=_announce, args=(services, on_ready, stopping), daemon=True).start()
    try:
        manager.loop()
    finally:
        stopping.set()
    # 130 and 143 are its words for Ctrl-C and SIGTERM: somebody wanted it to stop.
    return None if manager.returncode in (130, 143) else int(manager.returncode or 1)


def stop_leftovers(dagster_home: Path) -> int:
    """End what a killed supervisor left running for this instance; returns how many processes that were."""
    leftovers = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(dagster_home):
                process.terminate()
                leftovers.append(process)
        except psutil.Error:
            # Somebody else's process, or gone already.
            continue
    _, alive = psutil.wait_procs(leftovers, timeout=GRACE_SECONDS)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(leftovers)


def free_port(preferred: int, host: str = LOOPBACK) -> int:
    """`preferred`, or the next free one on `host`; 0 means any."""
    last = min(preferred + 49, HIGHEST_PORT)
    for port in range(preferred, last + 1) if preferred else [0]:
        with socket.socket() as probe:
            if sys.platform != "win32":
                # As the web server does: connections of a moment ago (ours, before a restart) take no port.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"No port is free on {host} from {preferred} to {last}; name another with --port.")


def _announce(services: Services, on_ready: Callable[[], None], stopping: threading.Event) -> None:
    """Call `on_ready` once the pages and Dagster's web server answer."""
    waiting_for = [f"{services.page_url}/health", f"{services.dagster_url}/server_info"]
    while waiting_for and not stopping.is_set():
        try:
            if requests.get(waiting_for[0], timeout=2).ok:
                waiting_for.pop(0)
                continue
        except requests.RequestException:
            pass
        time.sleep(0.2)
    if not stopping.is_set():
        on_ready()


def _quoted(command: Sequence[str]) -> str:
    return subprocess.list2cmdline(command) if sys.platform == "win32" else f"exec {shlex.join(command)}"


class _LogFile:
    """Honcho's printer: everything to a file of bounded size, trouble to the console too, until all are told to end.

    What a process says that is stopped in the middle of a run is no trouble of anybody's.
    """

    width = 0
    is_ending = False

    def __init__(self, path: Path, console: Console) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._console = console
        self._path = path
        self._log = logging.getLogger("brapped.processes")
        self._log.propagate = False
        self._log.setLevel(logging.INFO)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._log.handlers = [handler]

    def write(self, message: Message) -> None:
        text = message.data.decode(errors="replace") if isinstance(message.data, bytes) else str(message.data)
        text = text.rstrip()
        self._log.info("%s %s", message.name, text)
        self.is_ending = self.is_ending or (message.name == HONCHO and text.startswith(TOLD_TO_END))
        if not self.is_ending and any(word in text for word in TROUBLE):
            self._console.print(f"[yellow]![/] {message.name}: {escape(text)}  (more in {escape(str(self._path))})")
