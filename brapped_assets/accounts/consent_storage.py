"""A consent that was given, kept: the token and the first hour in the settings, the person in the warehouse."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from brapped_assets.accounts import new_listener
from brapped_assets.clocks.regions import zone_of_this_machine
from brapped_assets.first_hour import first_hour, hour_before_start
from brapped_assets.home_folder import env_file
from brapped_assets.resources.shared_call_ledger import SharedCallLedger
from brapped_assets.settings import Settings
from brapped_assets.settings_file import write_env
from brapped_assets.spotify import (
    AccessTokens,
    Grant,
    Profile,
    RecentlyPlayedPage,
    SpotifyApp,
    SpotifyClient,
)
from brapped_assets.warehouse import listeners, refresh_tokens
from brapped_assets.warehouse.listeners import Listener

# How long somebody may take to agree in the browser.
WAIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Remembered:
    """Who logged in, what Spotify shows of their plays right now, whether they came to others, and a key with them.

    `no_zone`: why the zone of this machine was not taken, if it was to be. `is_overruled`: the environment names
    another token, and polls go by that one.
    """

    listener: Listener
    page: RecentlyPlayedPage
    is_added: bool
    is_key_new: bool
    no_zone: str | None = None
    is_overruled: bool = False


def remember(
    settings: Settings, app: SpotifyApp, grant: Grant, agreed: new_listener.Agreed = lambda _told, _name: True
) -> Remembered:
    """Keep a grant: token and first hour in the settings file, person and consent date in the warehouse.

    The token of whoever comes to others is kept in the warehouse, too, encrypted. Nothing is kept when Spotify refuses
    to answer with this grant, or `agreed` does not want somebody new. Raises as `new_listener.place_of`.
    """
    now = datetime.now(UTC)
    is_key_new = False
    with settings.warehouse() as warehouse:
        tokens_of_grant = AccessTokens(app, grant.refresh_token)
        ledger = SharedCallLedger(warehouse, settings.spotify_daily_call_budget)
        with SpotifyClient(settings.spotify_api_url, tokens_of_grant, ledger) as client:
            profile: Profile = client.profile()
            page = client.recently_played()
        zone, no_zone = (settings.brapped_timezone, None) if settings.brapped_timezone else zone_of_this_machine()
        with warehouse.transaction() as tx:
            place = new_listener.place_of(tx, settings, profile)
        # Without a transaction: a question may stand for hours.
        new_listener.make_sure(place, profile.display_name or profile.user_id, agreed)
        key = None
        if not place.is_given:
            key, is_key_new = new_listener.key_for(settings)
        with warehouse.transaction() as tx:
            listener = listeners.save_listener(
                tx,
                refresh_token=grant.refresh_token,
                time_zone=zone,
                now=now,
                spotify_user_id=profile.user_id,
                account_id=profile.account_id,
                display_name=profile.display_name,
                authorized_at=grant.granted_at,
            )
            if place.is_given:
                refresh_tokens.drop(tx, listener.listener_id)
            else:
                refresh_tokens.keep(tx, listener.listener_id, grant.refresh_token, key, now)
    values = {"SPOTIFY_CLIENT_ID": app.client_id}
    if place.is_given:
        values["SPOTIFY_REFRESH_TOKEN"] = grant.refresh_token
    if app.client_secret:
        values["SPOTIFY_CLIENT_SECRET"] = app.client_secret
    if settings.brapped_start is None:
        # Of hours before the first login nobody has polled any.
        start = first_hour() if settings.is_connected else hour_before_start(now)
        values["BRAPPED_START"] = start.isoformat()
    write_env(env_file(), values)
    polled_with = Settings.with_given().spotify_refresh_token
    return Remembered(
        listener,
        page,
        is_added=bool(place.others),
        is_key_new=is_key_new,
        no_zone=no_zone if listener.time_zone == zone else None,
        is_overruled=place.is_given
        and polled_with is not None
        and polled_with.get_secret_value() != grant.refresh_token,
    )
