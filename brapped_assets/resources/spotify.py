"""SpotifyResource: the listeners who can be asked for, each with a client of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import dagster as dg
from pydantic import Field, PrivateAttr

from brapped_assets.resources import token_rotation
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.shared_call_ledger import SharedCallLedger
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import (
    AccessTokens,
    ConsentNeeded,
    Malformed,
    Postponed,
    Profile,
    Refused,
    SpotifyClient,
    SpotifyError,
    Transient,
)
from brapped_assets.spotify.access_tokens import CONSENT_ENDED
from brapped_assets.warehouse import listeners as people
from brapped_assets.warehouse import refresh_tokens
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.errors import TokenUnreadable
from brapped_assets.warehouse.listeners import Listener
from brapped_assets.warehouse.refresh_tokens import Holder

NOT_CONNECTED = "No Spotify account is connected yet. Connect one with `brapped login`."


@dataclass(frozen=True)
class ConnectedListener:
    """A listener and the client that speaks for them."""

    listener: Listener
    client: SpotifyClient
    token: str = field(repr=False)
    """The refresh token the client began with."""
    is_given: bool = True
    """Whether that stems from the settings, not from the warehouse."""


class SpotifyResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's generic is about I/O managers
    """Spotify's Web API, for whoever's refresh token is given or stored in the warehouse.

    A field that is absent is Brapped's own setting. Give secrets as `dg.EnvVar`: Dagster's UI shows everything else.
    """

    neon: dg.ResourceDependency[NeonResource]
    client_id: str | None = Field(default=None, description="As SPOTIFY_CLIENT_ID.")
    client_secret: str | None = Field(default=None, repr=False, description="As SPOTIFY_CLIENT_SECRET.")
    refresh_token: str | None = Field(default=None, repr=False, description="As SPOTIFY_REFRESH_TOKEN.")
    token_key: str | None = Field(default=None, repr=False, description="As BRAPPED_TOKEN_KEY.")
    api_url: str | None = Field(default=None, description="As SPOTIFY_API_URL.")
    accounts_url: str | None = Field(default=None, description="As SPOTIFY_ACCOUNTS_URL.")
    daily_call_budget: int | None = Field(default=None, description="As SPOTIFY_DAILY_CALL_BUDGET.")
    time_zone: str | None = Field(default=None, description="As BRAPPED_TIMEZONE.")
    _clients: list[SpotifyClient] = PrivateAttr(default_factory=list)
    # A rotated token that came before it was known whose it is.
    _unclaimed: str | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["SpotifyResource"]:
        try:
            yield self
        finally:
            for client in self._clients:
                client.close()

    @cached_property
    def settings(self) -> Settings:
        """As those of `neon`, with the fields of both resources. Raises SettingsError."""
        return self.neon.settings_with(
            spotify_client_id=self.client_id,
            spotify_client_secret=self.client_secret,
            spotify_refresh_token=self.refresh_token,
            brapped_token_key=self.token_key,
            spotify_api_url=self.api_url,
            spotify_accounts_url=self.accounts_url,
            spotify_daily_call_budget=self.daily_call_budget,
            brapped_timezone=self.time_zone,
        )

    @cached_property
    def ledger(self) -> SharedCallLedger:
        return SharedCallLedger(self.neon, self.settings.spotify_daily_call_budget)

    @property
    def is_connected(self) -> bool:
        """Whether anybody has logged in; an export alone needs no login."""
        return self.settings.is_connected

    def can_ask(self, tx: Connection) -> bool:
        """Whether anybody has logged in and their consent holds, as far as is known without asking."""
        return self.is_connected and bool(self._found(tx))

    def holders(self, now: datetime) -> list[Holder | None]:
        """Whoever can be asked for, as far as is known without asking; whoever waited longest for a poll first.

        None is whoever the token in the settings belongs to, until `connect` meets them. Raises ConsentNeeded when
        everybody's consent ended, SettingsError when nobody has ever logged in.
        """
        with self.neon.transaction() as tx:
            found = self._found(tx)
            if not found and not refresh_tokens.holders(tx, self.settings.refresh_token_text()):
                raise SettingsError(NOT_CONNECTED)
        if not found:
            raise ConsentNeeded(CONSENT_ENDED)
        return found

    def _found(self, tx: Connection) -> list[Holder | None]:
        given = self.settings.refresh_token_text()
        known = refresh_tokens.holders(tx, given)
        new: list[Holder | None] = [None] if given and not any(holder.is_given for holder in known) else []
        return new + [holder for holder in known if holder.listener.consent_ended_at is None]

    def connect(self, holder: Holder | None, now: datetime) -> ConnectedListener:
        """The client of one of `holders`.

        Raises TokenUnreadable, ConsentNeeded when the listener is gone meanwhile, and what `SpotifyClient.profile`
        raises the first time a token is seen.
        """
        given = self.settings.refresh_token_text()
        home = self.settings.brapped_home
        if holder is None:
            assert given is not None
            # Sent to an earlier process, which could not tell anybody.
            self._unclaimed = token_rotation.newest(home, given) or self._unclaimed
            client = self._client(self._unclaimed or given, given, lambda rotated: self._keep_rotated(given, rotated))
            return ConnectedListener(self._meet(client, given, now), client, given, is_given=True)
        token = self._newest_token(holder)
        if token is None:
            raise ConsentNeeded(CONSENT_ENDED)
        listener_id = holder.listener.listener_id

        def keep(rotated: str) -> bool:
            if holder.is_given and given:
                return self._keep_rotated(given, rotated)
            with self.neon.transaction() as tx:
                refresh_tokens.keep(tx, listener_id, rotated, self.settings.token_key_text(), datetime.now(UTC))
            return True

        if waiting := token_rotation.newest(home, token):
            keep(waiting)
            token_rotation.drop(home, token)
            token = waiting
        return ConnectedListener(holder.listener, self._client(token, token, keep), token, is_given=holder.is_given)

    def connected(self, now: datetime) -> list[ConnectedListener]:
        """Everybody of `holders` whom `connect` brings; raises as these two when that is nobody."""
        found: list[ConnectedListener] = []
        trouble: SpotifyError | TokenUnreadable | None = None
        for holder in self.holders(now):
            try:
                found.append(self.connect(holder, now))
            except Postponed:
                raise
            except (SpotifyError, TokenUnreadable) as error:
                trouble = trouble or error
        if trouble is not None and not found:
            raise trouble
        return found

    def end_consent(self, connected: ConnectedListener, now: datetime) -> None:
        """Remember that this listener's token is dead, so that nobody asks with it again.

        Raises Transient when another process was sent a new one meanwhile: then only the old one is dead.
        """
        if self._newest_token(Holder(connected.listener, connected.is_given)) != connected.token:
            raise Transient(token_rotation.ANOTHER_RUN_HAS_IT)
        with self.neon.transaction() as tx:
            people.end_consent(tx, connected.listener.listener_id, now)

    def _newest_token(self, holder: Holder) -> str | None:
        given, listener_id = self.settings.refresh_token_text(), holder.listener.listener_id
        with self.neon.transaction() as tx:
            if holder.is_given and given:
                return people.newest_token(tx, listener_id, given)
            return refresh_tokens.stored(tx, listener_id, self.settings.token_key_text())

    def _meet(self, client: SpotifyClient, given: str, now: datetime) -> Listener:
        """Whose token is it? One call, made once for a token."""
        try:
            profile: Profile | None = client.profile()
        except SpotifyError as error:
            # Plays can be collected without a name; a poll that is refused too will say so itself. And a rotated
            # token that belonged to nobody would be lost, and the consent with it.
            with self.neon.transaction() as tx:
                is_first = not people.listeners(tx)
            # Garbage, asked for again, may name somebody else than whose plays are here already.
            tolerated = (Refused, Malformed) if is_first else Refused
            if not isinstance(error, tolerated) and self._unclaimed is None:
                raise
            profile = None
        # The machine's own zone would be a guess: a cloud runner lives in UTC.
        zone = self.settings.brapped_timezone or "UTC"
        with self.neon.transaction() as tx:
            listener = people.save_listener(
                tx,
                refresh_token=given,
                time_zone=zone,
                now=now,
                spotify_user_id=profile.user_id if profile else None,
                account_id=profile.account_id if profile else None,
                display_name=profile.display_name if profile else None,
            )
        if self._unclaimed and self._keep_rotated(given, self._unclaimed):
            token_rotation.drop(self.settings.brapped_home, given)
        return listener

    def _keep_rotated(self, given: str, rotated: str) -> bool:
        """False while nobody knows whose it is."""
        with self.neon.transaction() as tx:
            owner = people.by_token(tx, given)
            if owner is None:
                self._unclaimed = rotated
                return False
            people.keep_rotated(tx, owner.listener_id, given=given, rotated=rotated, now=datetime.now(UTC))
            return True

    def _client(self, token: str, given: str, keep: Callable[[str], bool]) -> SpotifyClient:
        """A client for `token`; `given` is what its successors are kept under."""

        def on_rotated(rotated: str) -> None:
            token_rotation.keep_surely(self.settings.brapped_home, given, rotated, keep)

        access = AccessTokens(self.settings.spotify_app(), token, on_rotated=on_rotated)
        client = SpotifyClient(self.settings.spotify_api_url, access, self.ledger)
        self._clients.append(client)
        return client
