"""Whose data a command is about."""

from collections.abc import Callable, Sequence
from datetime import datetime

from brapped_assets.clocks.regions import zone_of_this_machine
from brapped_assets.history.discovery import Found
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.plain import plain
from brapped_assets.transfer.restore import returning_listener
from brapped_assets.warehouse import listeners as people
from brapped_assets.warehouse.db.connections import Connection, Transactions
from brapped_assets.warehouse.listeners import Listener


class WhichListener(SettingsError):
    """It could be several people; the text names them, so it is for the person at the keyboard alone."""


def choose_listener(tx: Connection, name: str | None) -> Listener | None:
    """The named listener, else the only one there is; None when there is nobody.

    Whoever is logged in is not taken for granted: a friend's export would become theirs. Raises WhichListener.
    """
    everybody = people.listeners(tx)
    called = ", ".join(plain(f"{one.display_name} ({one.spotify_user_id})") for one in everybody) or "nobody"
    if name is not None:
        named = [one for one in everybody if name in (one.display_name, one.spotify_user_id)]
        if len(named) != 1:
            raise WhichListener(f"No single listener is called {name!r}. The listeners are: {called}.")
        return named[0]
    if len(everybody) > 1:
        raise WhichListener(f"Which listener? Name one with --listener. The listeners are: {called}.")
    return next(iter(everybody), None)


def foreseen_listener(warehouse: Transactions, person_of: Callable[[Connection], Listener]) -> Listener:
    """Who `person_of` says; somebody new is not kept, for nothing may be imported of them in the end.

    Raises what `person_of` raises, and a WarehouseError.
    """
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        return person_of(tx)


def new_listener(tx: Connection, settings: Settings, name: str, now: datetime) -> Listener:
    """Somebody without a login, beside whoever there is; the same one when the name comes again.

    Raises SettingsError when the name is empty or already that of somebody else.
    """
    name = plain(name).strip()
    if not name:
        raise SettingsError("--new-listener needs a name, as it is to stand on the pages.")
    for one in people.listeners(tx):
        if name in (one.display_name, one.spotify_user_id) and one.spotify_user_id != people.WITHOUT_LOGIN + name:
            raise SettingsError(f"There is a listener called {name!r} already. Is it theirs? --listener {name!r}")
    zone = settings.brapped_timezone or zone_of_this_machine()[0]
    return people.get_or_create_without_login(tx, name, time_zone=zone, now=now)


def resolve_listener(
    tx: Connection, settings: Settings, name: str | None, now: datetime, found: Sequence[Found] = ()
) -> Listener:
    """Whose plays an import tells of: who is named, else who an export of ours is of, else as `choose_listener`.

    Where there is nobody, somebody new without a login. Raises SettingsError when it could be several people's.
    """
    of_ours = {archive.manifest.listener for each in found for archive in each.archives}
    if len({person.spotify_user_id for person in of_ours}) > 1:
        raise SettingsError("These are exports of several listeners. Import them one by one.")
    if name is None and of_ours:
        return people.restore_listener(
            tx, returning_listener(max(of_ours, key=lambda person: str(person.collected_until))), now
        )
    if (person := choose_listener(tx, name)) is not None:
        return person
    return people.get_or_create_placeholder(
        tx, time_zone=settings.brapped_timezone or zone_of_this_machine()[0], now=now
    )
