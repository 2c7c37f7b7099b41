"""Several people under one app: the simulated accounts, and what a login of each leaves behind."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.listener import Listener as Simulated
from brapped_assets.demo.listener import ScriptedListener
from brapped_assets.warehouse import listeners, refresh_tokens
from brapped_assets.warehouse.listeners import Listener
from brapped_assets_tests.conftest import Connected

# Any 32 bytes are a key; these are the same in every process that runs tests.
KEY, ANOTHER_KEY = (urlsafe_b64encode(letter * 32).decode() for letter in (b"k", b"a"))


def housemate(of: SimulatedAccount, name: str = "Ben", newest: int | None = None) -> SimulatedAccount:
    """Somebody who uses the app of another, with a taste of their own; of all they played only the `newest`, if so."""
    person: Simulated | ScriptedListener = Simulated(of.catalogue, seed=name, display_name=name)
    if newest is not None:
        shown = SimulatedAccount(person, catalogue=of.catalogue).feed()[:newest]
        person = ScriptedListener(shown, seed=name, display_name=name)
    return SimulatedAccount(person, catalogue=of.catalogue, seed=name, client_of=of)


def add(
    connected: Connected, account: SimulatedAccount, *, zone: str = "Europe/Berlin", pkce: bool = False
) -> Listener:
    """As `brapped login` keeps somebody who comes to others."""
    now = datetime.now(UTC)
    token = account.refresh_token(authorized_at=now, pkce=pkce)
    with connected.warehouse.transaction() as tx:
        person = listeners.save_listener(
            tx,
            refresh_token=token,
            time_zone=zone,
            now=now,
            spotify_user_id=account.listener.user_id,
            display_name=account.listener.display_name,
            authorized_at=now,
        )
        refresh_tokens.keep(tx, person.listener_id, token, KEY, now)
    return person
