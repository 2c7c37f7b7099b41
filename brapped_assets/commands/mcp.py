"""`brapped mcp`: an assistant on this machine asks over the Model Context Protocol; and what it may read."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.mcp_server.server import build_server
from brapped_assets.mcp_server.tools import Tools
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse.assistant_access import allow_assistant, assistant_reads, refuse_assistant
from brapped_assets.warehouse.db.read_pool import Reading

NOBODY = "There is nobody yet whose listening could be asked for: brapped import, or brapped login."
POLICY = (
    "Spotify's Developer Policy forbids to feed Spotify content into a model. What your own data export told is yours: "
    "--allow export lets an assistant read that alone; --allow all lets it read polled plays and looked-up names too."
)
WORDS = {
    "off": "nothing",
    "export": "only what the data export told",
    "all": "all that is known",
}


def choose_access(
    settings: Settings, console: Console, *, reads: Literal["off", "export", "all"], listener: str | None
) -> int:
    """From now on an assistant reads this much. Raises SettingsError."""
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        person = choose_listener(tx, listener)
        if person is None:
            raise SettingsError(NOBODY)
        if reads == "off":
            refuse_assistant(tx, person.listener_id)
        else:
            allow_assistant(tx, person.listener_id, reads, datetime.now(UTC))
    console.print(f"An assistant reads {WORDS[reads]} of {escape(person.display_name)}.", soft_wrap=True)
    return exit_codes.DONE


def serve(settings: Settings, *, listener: str | None) -> int:
    """Answer on standard input and output until it closes. Raises SettingsError while nothing is allowed."""
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        person = choose_listener(tx, listener)
        if person is None:
            raise SettingsError(NOBODY)
        reads = assistant_reads(tx, person.listener_id)
    if reads is None:
        raise SettingsError(f"An assistant may read nothing of {person.display_name} yet. {POLICY}")
    reading = Reading(settings.brapped_home, settings.database_url_text())
    tools = Tools(reading, lambda: datetime.now(UTC), person.listener_id)
    try:
        build_server(lambda _: tools, version("brapped")).run("stdio")
    finally:
        reading.close()
    return exit_codes.DONE
