"""The parts Brapped is made of, each a process: all of them under `brapped up`, one of them by `brapped serve`."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from brapped_assets.services.ports import HIGHEST_PORT
from brapped_assets.settings import SettingsError

# The scripts beside `python` may not be on the PATH, nor beside it.
DAGSTERS = [sys.executable, "-m", "brapped_assets.services.dagster_program"]
WORKSPACE = """load_from:
  - grpc_server:
      host: {host}
      port: {port}
      location_name: {name}
"""


class Part(StrEnum):
    """`code` holds the assets and runs what is asked for; `daemon` asks, `web` is Dagster's UI, `pages` are ours."""

    CODE = "code"
    DAEMON = "daemon"
    WEB = "web"
    PAGES = "pages"


@dataclass(frozen=True)
class Address:
    """Where a part listens, or is found."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """`HOST:PORT`, read. Raises SettingsError."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) <= HIGHEST_PORT:
        raise SettingsError(f"{text!r} is no address of a code server; it looks like brapped-code:4000.")
    return Address(host, int(port))


def code(at: Address) -> list[str]:
    """The command of the code server, listening `at`; the runs of the queue are its children."""
    return [*DAGSTERS, "dagster", *_code_options(at)]


def code_begun_anew(at: Address) -> list[str]:
    """The same; but what the one before it left unfinished is declared dead first."""
    return [sys.executable, "-m", "brapped_assets.services.dagster_code_server", *_code_options(at)]


def _code_options(at: Address) -> list[str]:
    of = ["--module-name", "brapped_assets.definitions", "--empty-working-directory"]
    return ["api", "grpc", *of, "--host", at.host, "--port", str(at.port)]


def daemon(workspace: Path) -> list[str]:
    """The command of Dagster's daemon: schedules, sensors, the queue, run monitoring."""
    return [*DAGSTERS, "dagster._daemon", "run", "-w", str(workspace)]


def web(at: Address, workspace: Path) -> list[str]:
    """The command of Dagster's UI, listening `at`."""
    where = ["-h", at.host, "-p", str(at.port)]
    return [sys.executable, "-m", "brapped_assets.services.dagster_webserver", *where, "-w", str(workspace)]


def pages(at: Address) -> list[str]:
    """The command of the pages, listening `at`."""
    return [sys.executable, "-m", "brapped_assets.web.__main__", at.host, str(at.port)]


def write_workspace(folder: Path, code_server: Address, name: str) -> Path:
    """The file that tells daemon and UI where the code is; `name` is what the UI calls it."""
    file = folder / "workspace.yaml"
    file.write_text(WORKSPACE.format(host=code_server.host, port=code_server.port, name=name), encoding="utf-8")
    return file
