"""All processes under one roof: the pages, Dagster's code server, daemon and web server. One Ctrl-C stops them all."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from rich.console import Console

from brapped_assets.home_folder import env_file
from brapped_assets.notifications import stopped_parts
from brapped_assets.notifications.stopped_parts import Down
from brapped_assets.services import parts
from brapped_assets.services.network import EVERYWHERE, KEY, Network
from brapped_assets.services.orphans import PART, stop_leftovers
from brapped_assets.services.parts import Address, Part
from brapped_assets.services.ports import HIGHEST_PORT, LOOPBACK, TAKEN, free_port
from brapped_assets.services.process_log import ProcessLog
from brapped_assets.services.process_reports import Overseer
from brapped_assets.services.process_restarts import Keeper, kept_program
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import data_folder, embedded_server
from brapped_assets.warehouse.errors import WarehouseError

# Between two looks at the embedded server.
DATABASE_SECONDS = 5.0


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
        console.print(TAKEN.format(asked=port, found=page_port))
    dagster_port = free_port(page_port + 1 if port and page_port < HIGHEST_PORT else 0)
    code_port = free_port(0)
    workspace = parts.write_workspace(dagster_home, Address(LOOPBACK, code_port), name)
    return Services(page_port, dagster_port, code_port, workspace, network)


def run(
    services: Services,
    env: dict[str, str],
    settings: Settings,
    console: Console,
    on_ready: Callable[[], None],
    *,
    collects: bool = True,
) -> list[Down] | None:
    """Run until Ctrl-C, SIGTERM or a hang-up (returns None), or until nothing collects any more: returns what is down.

    A part that ends by itself is started again (`process_restarts`). The pages and Dagster's UI may stay down while the
    others go on; without the daemon or the code server nothing is collected, and the end of this command tells whoever
    started it. Unless it `collects` there is no daemon, and so nothing that asks Dagster's database on a timer. The
    parts work beside the settings file, which may be the `.env` of the folder we were started in.
    """
    log = ProcessLog(settings.brapped_home / "logs" / "brapped.log", console)
    overseer = Overseer(settings, console, log, env, collects=collects)
    keeper = Keeper(env_file().parent, log, overseer.on_end)
    for part, command in _commands(services).items():
        if part is Part.DAEMON and not collects:
            continue
        secret = {KEY: services.network.key} if services.network and part is Part.PAGES else {}
        keeper.add(part, command, {**env, PART: part.value, **secret})
    stopping = threading.Event()
    threading.Thread(target=_announce, args=(services, keeper, on_ready, stopping), daemon=True).start()
    if settings.database_url is None or settings.dagster_pg_url is None:
        threading.Thread(target=_keep_database, args=(settings.brapped_home, log, stopping), daemon=True).start()
    try:
        is_wanted_so = keeper.keep(overseer.is_over, overseer.is_asked_again)
    finally:
        stopping.set()
        # What a killed part had started: the runs of Dagster's queue.
        stop_leftovers(settings.dagster_home)
    if is_wanted_so:
        stopped_parts.write(settings.brapped_home, [])
        return None
    overseer.wait_until_told()
    return list(overseer.down.values())


def _commands(services: Services) -> dict[Part, list[str]]:
    code_server = Address(LOOPBACK, services.code_port)
    pages_host = EVERYWHERE if services.network else LOOPBACK
    web = parts.web(Address(LOOPBACK, services.dagster_port), services.workspace)
    return {
        Part.PAGES: kept_program(parts.pages(Address(pages_host, services.page_port))),
        Part.CODE: kept_program(parts.code_begun_anew(code_server)),
        Part.DAEMON: kept_program(parts.daemon(services.workspace), after=str(code_server)),
        Part.WEB: kept_program(web, after=str(code_server)),
    }


def _announce(services: Services, keeper: Keeper, on_ready: Callable[[], None], stopping: threading.Event) -> None:
    """Call `on_ready` once the pages and Dagster's web server answer, or stay down."""
    waiting_for = {Part.PAGES: f"{services.page_url}/health", Part.WEB: f"{services.dagster_url}/server_info"}
    while not stopping.wait(0.2):
        for part, url in list(waiting_for.items()):
            if part in keeper.down or _answers(url):
                del waiting_for[part]
        if not waiting_for:
            on_ready()
            return


def _keep_database(home: Path, log: ProcessLog, stopping: threading.Event) -> None:
    """Start the embedded server again when it ended: the daemon, whose own storage is there, cannot ask for it."""
    trouble = ""
    while not stopping.wait(DATABASE_SECONDS):
        if data_folder.is_running(embedded_server.folder(home)):
            continue
        try:
            embedded_server.start(home)
            log.write("brapped", "the embedded PostgreSQL had ended, and was started again")
            trouble = ""
        except WarehouseError as error:
            # Tried for as long as it takes, and told once: a disk may be full for days.
            if str(error) != trouble:
                trouble = str(error)
                log.write("brapped", f"ERROR: {trouble}")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
