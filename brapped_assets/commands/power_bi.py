"""`brapped bi`: what a BI tool needs, written to files."""

from pathlib import Path

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.insights.power_bi import data_source, model
from brapped_assets.settings import Settings
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse.db.urls import connection_string, direct, is_this_machine


def write_files(settings: Settings, console: Console, *, folder: Path, listener: str | None = None) -> int:
    """Write `brapped.pbids` and `brapped.tmdl` into `folder`. Neither holds a user or a password.

    The model loads everybody's plays, or only those of the named `listener`.
    """
    # Without a URL the database is the embedded one, which listens on a socket.
    url = settings.database_url_text()
    place = data_source.place(direct(connection_string(url)) if url else "")
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        views = model.views(tx)
        person = choose_listener(tx, listener) if listener is not None else None
    script = model.tmdl(place, views, person.listener_id if person else None)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("brapped.pbids", data_source.pbids(place)), ("brapped.tmdl", script)):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    files = (
        ("brapped.pbids", f"opens Power BI Desktop at {place.server}"),
        ("brapped.tmdl", "the model, to paste into Desktop's TMDL view (not yet tried in Power BI Desktop)"),
    )
    for name, what in files:
        console.print(f"[green]✓[/] {escape(str(folder / name))}: {escape(what)}", soft_wrap=True)
    if is_this_machine(place.host):
        console.print("The address is this machine's: Power BI has to run here, too.")
    console.print("Sign in as a role that can only read: `brapped bi --role brapped_reader` makes it.")
    return exit_codes.DONE
