"""Somebody else consents: whether they may be added, whether that is meant, and where their token is kept."""

from collections.abc import Callable
from dataclasses import dataclass

from brapped_assets.home_folder import env_file
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.settings_file import write_env
from brapped_assets.spotify import Profile
from brapped_assets.text.plain import plain
from brapped_assets.warehouse import listeners as people
from brapped_assets.warehouse import refresh_tokens
from brapped_assets.warehouse.db.connections import Connection

# An app in Development Mode serves five (docs/several-listeners.md).
MOST_LISTENERS = 5

Agreed = Callable[[str, str], bool]
"""Asked with who is there and who would be added; False: nothing is to change."""


class NothingChanged(Exception):
    """Whoever is at the terminal does not want it."""


@dataclass(frozen=True)
class Place:
    """Where a token goes: SPOTIFY_REFRESH_TOKEN, or the warehouse. `others`: who is there before somebody new."""

    is_given: bool
    others: tuple[str, ...] = ()


def place_of(tx: Connection, settings: Settings, profile: Profile) -> Place:
    """The first stays in the settings, where they always were; everybody else is in the warehouse.

    Raises SettingsError for a sixth, and TokenUnreadable when this machine lacks the key of those who are stored.
    """
    everybody, given = people.listeners(tx), settings.refresh_token_text()
    owner = people.by_token(tx, given) if given else None
    stored = {each.listener.spotify_user_id for each in refresh_tokens.holders(tx, given) if not each.is_given}
    # Without an id told by Spotify it is whoever comes.
    is_owner = owner is not None and owner.spotify_user_id in (profile.user_id, people.UNNAMED)
    is_known = is_owner or any(one.spotify_user_id in (profile.user_id, people.UNNAMED) for one in everybody)
    if not is_known and people.logged_in(tx) >= MOST_LISTENERS:
        name = plain(profile.display_name or profile.user_id)
        names = ", ".join(plain(one.display_name) for one in everybody)
        raise SettingsError(
            f"{name} would be one too many: Spotify lets an app in Development Mode serve five people, and it serves "
            f"{names}. Nothing was changed. To make room: brapped forget --listener NAME."
        )
    # A token in the settings whose owner nobody has met yet gives way to a login, but not to one of somebody new.
    gives_way = owner is None and (given is None or is_known or not everybody)
    is_given = is_owner or (gives_way and profile.user_id not in stored)
    if not is_given and settings.brapped_token_key is None and stored - {profile.user_id}:
        raise SettingsError(
            "BRAPPED_TOKEN_KEY is not set here, and others' tokens are stored under one already. Copy it from the "
            "machine where they were added. Nothing was changed. (Lost? See docs/several-listeners.md.)"
        )
    return Place(is_given, () if is_known else tuple(one.display_name for one in everybody))


def make_sure(place: Place, name: str, agreed: Agreed) -> None:
    """Nobody is added by accident. Raises NothingChanged, or what `agreed` raises."""
    if not place.others:
        return
    others = ", ".join(place.others)
    number = ("second", "third", "fourth", "fifth")[min(len(place.others), MOST_LISTENERS - 1) - 1]
    told = f"This home keeps the plays of {others}. You agreed as {name}, who would be the {number} listener."
    if not agreed(told, name):
        raise NothingChanged


def key_for(settings: Settings) -> tuple[str, bool]:
    """The key of stored tokens, and whether it was made just now: then it is in the settings file already."""
    if (key := settings.token_key_text()) is not None:
        return key, False
    key = refresh_tokens.new_key()
    write_env(env_file(), {"BRAPPED_TOKEN_KEY": key})
    return key, True
