"""What the runs do for one listener, as plain calls: client, ledger, landing, merge, dimensions; no Dagster."""

from datetime import datetime

from brapped_assets.assets.spotify_lookup import CALLS_A_RUN
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.resources.shared_call_ledger import SharedCallLedger
from brapped_assets.settings import Settings
from brapped_assets.spotify import (
    PARSER_VERSION,
    RECENTLY_PLAYED,
    AccessTokens,
    PlayedItem,
    Postponed,
    SpotifyApp,
    SpotifyClient,
)
from brapped_assets.warehouse import call_ledger, dimensions, landing, listeners, polled_page
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.lookup_queue import ARTISTS
from brapped_assets.warehouse.merge.play_merge import merge_plays


class Keeper:
    """A listener, polled and looked up at the caller's instants (UTC); `settings` name the account's server."""

    def __init__(self, warehouse: Warehouse, settings: Settings, account: SimulatedAccount, now: datetime) -> None:
        token = account.refresh_token(authorized_at=now)
        app = SpotifyApp(account.client_id, account.client_secret, settings.spotify_accounts_url)
        self._warehouse = warehouse
        self._ledger = SharedCallLedger(warehouse, settings.spotify_daily_call_budget)
        self._client = SpotifyClient(settings.spotify_api_url, AccessTokens(app, token), self._ledger)
        with warehouse.transaction() as tx:
            known = listeners.save_listener(tx, refresh_token=token, time_zone="UTC", now=now)
        self._listener_id = known.listener_id

    def poll(self, now: datetime) -> None:
        played = [item for item in self._client.recently_played().items if isinstance(item, PlayedItem)]
        with self._warehouse.transaction() as tx:
            landing.land(tx, polled_page.Page(self._listener_id, "keen year", now, played, [], PARSER_VERSION))
        with self._warehouse.transaction() as tx:
            merge_plays(tx, self._listener_id, now)
            dimensions.apply_payloads(tx)

    def count_poll(self, now: datetime) -> None:
        """As if polled: for a page that is known to be the one before."""
        with self._warehouse.transaction() as tx:
            call_ledger.count(tx, RECENTLY_PLAYED, now)

    def ask_for_artists(self, now: datetime) -> bool:
        """At most as many as one run asks for; whether any were due."""
        with self._warehouse.transaction() as tx:
            due = ARTISTS.due(tx, now, CALLS_A_RUN)
        for artist_id in due:
            try:
                found = self._client.artist(artist_id)
            except Postponed:
                break
            with self._warehouse.transaction() as tx:
                if found is None:
                    ARTISTS.mark_unknown(tx, artist_id, now)
                else:
                    dimensions.save_artist(
                        tx, artist_id, name=found.name, genres=found.genres, image_url=found.image_url, now=now
                    )
        return bool(due)

    def collected(self) -> set[datetime]:
        """ENDs (UTC) of all plays in the fact."""
        with self._warehouse.transaction() as tx:
            return {row["api_at"] for row in tx.execute("select api_at from star.streaming_fact").fetchall()}
