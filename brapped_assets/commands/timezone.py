"""`brapped timezone`: move a listener to another zone."""

from zoneinfo import available_timezones

from rich.console import Console

from brapped_assets.commands import exit_codes
from brapped_assets.insights import rollup
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets.warehouse.listeners import listeners, move
from brapped_assets.warehouse.merge import rebuild_local_time, years_played


def change_zone(settings: Settings, console: Console, *, zone: str) -> int:
    """Set the zone and write local time anew, a year a transaction: polls merge in between.

    Interrupted, it is done by running it again; until then the daily check `local_time_agrees_with_the_zone` tells.
    """
    if zone not in available_timezones():
        raise SettingsError(f"{zone!r} is no IANA time zone; it looks like Europe/Berlin or Asia/Kolkata.")
    with Warehouse(settings.brapped_home, settings.database_url_text()) as warehouse:
        with warehouse.transaction() as tx:
            everybody = listeners(tx)
        if not everybody:
            raise SettingsError("Nobody is connected yet; `brapped login` sets the zone of a new listener.")
        for listener in everybody:
            with warehouse.transaction() as tx:
                move(tx, listener.listener_id, zone)
                years = years_played(tx, listener.listener_id)
            changed = 0
            for year in years:
                with warehouse.transaction() as tx:
                    changed += rebuild_local_time(tx, listener.listener_id, year)
            rollup.catch_up(warehouse, listener.listener_id)
            console.print(f"{listener.display_name} lives in {zone} now; {changed} plays have their new local time.")
    return exit_codes.DONE
