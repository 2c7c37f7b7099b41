"""`brapped timezone`: move a listener to another zone."""

from zoneinfo import available_timezones

from rich.console import Console
from rich.markup import escape

from brapped_assets.choosing import chosen
from brapped_assets.commands import exit_codes
from brapped_assets.insights import rollup
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets.warehouse.listeners import move
from brapped_assets.warehouse.merge import rebuild_local_time, years_played


def change_zone(settings: Settings, console: Console, *, zone: str, listener: str | None = None) -> int:
    """Set the zone and write local time anew, a year a transaction: polls merge in between.

    Interrupted, it is done by running it again; until then the daily check `local_time_agrees_with_the_zone` tells.
    Raises SettingsError for a zone that is none, or when it is not clear whose.
    """
    if zone not in available_timezones():
        raise SettingsError(f"{zone!r} is no IANA time zone; it looks like Europe/Berlin or Asia/Kolkata.")
    with Warehouse(settings.brapped_home, settings.database_url_text()) as warehouse:
        with warehouse.transaction() as tx:
            person = chosen(tx, listener)
            if person is None:
                raise SettingsError("Nobody is connected yet; `brapped login` sets the zone of a new listener.")
            move(tx, person.listener_id, zone)
            years = years_played(tx, person.listener_id)
        changed = 0
        for year in years:
            with warehouse.transaction() as tx:
                changed += rebuild_local_time(tx, person.listener_id, year)
        rollup.catch_up(warehouse, person.listener_id)
    console.print(f"{escape(person.display_name)} lives in {zone} now; {changed} plays have their new local time.")
    return exit_codes.DONE
