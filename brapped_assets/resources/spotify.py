"""SpotifyResource: the listeners who can be asked for, each with a client of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dagster as dg
from pydantic import PrivateAttr

from brapped_assets.resources.ledger import SharedLedger
from brapped_assets.resources.neon import NeonResource
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import (
    AccessTokens,
    ConsentNeeded,
    Malformed,
    Profile,
    Refused,
    SpotifyApp,
    SpotifyClient,
    SpotifyError,
)
from brapped_assets.warehouse import listeners as people
from brapped_assets.warehouse.listeners import Listener


@dataclass(frozen=True)
class ConnectedListener:
    """A listener and the client that speaks for them."""

    listener: Listener
    client: SpotifyClient
    token: str = field(repr=False)
    """The refresh token the client began with."""


class SpotifyResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's generic is about I/O managers
    """Spotify at SPOTIFY_API_URL, for whoever's refresh token is in the settings.

    It has no fields, for the reason given at `NeonResource`.
    """

    neon: dg.ResourceDependency[NeonResource]
    _settings: Settings = PrivateAttr()
    _ledger: SharedLedger = PrivateAttr()
    _clients: list[SpotifyClient] = PrivateAttr(default_factory=list)
    # A rotated token that came before it was known whose it is.
    _unclaimed: str | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["SpotifyResource"]:
        self._settings = Settings.load()
        self._ledger = SharedLedger(self.neon, self._settings.spotify_daily_call_budget)
        try:
            yield self
        finally:
            for client in self._clients:
                client.close()

    @property
    def ledger(self) -> SharedLedger:
        return self._ledger

    @property
    def is_connected(self) -> bool:
        """Whether anybody has logged in; an export alone needs no login."""
        return self._settings.spotify_refresh_token is not None

    def connected(self, now: datetime) -> list[ConnectedListener]:
        """Every listener whose consent holds, as far as is known without asking.

        Raises ConsentNeeded when that is nobody, SettingsError when nobody has ever logged in, and what
        `SpotifyClient.profile` raises the first time a token is seen.
        """
        given = self._given_token()
        with self.neon.transaction() as tx:
            listener = people.by_token(tx, given)
            token = people.newest_token(tx, listener.listener_id, given) if listener else given
        if listener is not None and listener.consent_ended_at is not None:
            raise ConsentNeeded
        client = self._client(given, token)
        return [ConnectedListener(listener or self._meet(client, given, now), client, token)]

    def end_consent(self, connected: ConnectedListener, now: datetime) -> bool:
        """Remember that this listener's token is dead, so that nobody asks with it again.

        False when another process was sent a new one meanwhile: then only the old one is dead.
        """
        given = self._given_token()
        with self.neon.transaction() as tx:
            listener_id = connected.listener.listener_id
            if people.newest_token(tx, listener_id, given) != connected.token:
                return False
            people.end_consent(tx, listener_id, now)
        return True

    def _given_token(self) -> str:
        if self._settings.spotify_refresh_token is None:
            raise SettingsError("No Spotify account is connected yet. Connect one with `brapped login`.")
        return self._settings.spotify_refresh_token.get_secret_value()

    def _meet(self, client: SpotifyClient, given: str, now: datetime) -> Listener:
        """Whose token is it? One call, made once for a token."""
        try:
            profile: Profile | None = client.profile()
        except SpotifyError as error:
            # Plays can be collected without a name; a poll that is refused too will say so itself. And a rotated
            # token that belonged to nobody would be lost, and the consent with it.
            if not isinstance(error, Refused | Malformed) and self._unclaimed is None:
                raise
            profile = None
        # The machine's own zone would be a guess: a cloud runner lives in UTC.
        zone = self._settings.brapped_timezone or "UTC"
        with self.neon.transaction() as tx:
            listener = people.welcome(
                tx,
                refresh_token=given,
                time_zone=zone,
                now=now,
                spotify_user_id=profile.user_id if profile else None,
                account_id=profile.account_id if profile else None,
                display_name=profile.display_name if profile else None,
            )
        if self._unclaimed:
            self._keep_rotated(given, self._unclaimed)
        return listener

    def _keep_rotated(self, given: str, rotated: str) -> None:
        with self.neon.transaction() as tx:
            owner = people.by_token(tx, given)
            if owner is None:
                self._unclaimed = rotated
            else:
                now = datetime.now(UTC)
                people.keep_rotated(tx, owner.listener_id, given=given, rotated=rotated, now=now)

    def _client(self, given: str, token: str) -> SpotifyClient:
        settings = self._settings
        secret = settings.spotify_client_secret
        app = SpotifyApp(
            settings.spotify_client_id or "",
            secret.get_secret_value() if secret else None,
            settings.spotify_accounts_url,
        )
        tokens = AccessTokens(app, token, on_rotated=lambda rotated: self._keep_rotated(given, rotated))
        client = SpotifyClient(settings.spotify_api_url, tokens, self.ledger)
        self._clients.append(client)
        return client
