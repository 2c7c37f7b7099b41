"""A simulated keen year: polls and calls a day, ids asked for too early, and plays that were shown but not collected.

Everything the assets call is called (client, ledger, landing, merge, dimensions), at the schedule's minutes of every
day and without Dagster. A poll whose page cannot differ from the one before is counted in the ledger but not made:
there are 26,280 in a year, and four in five of them are such.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import time_machine

from bench import scene
from bench.figures import Figure
from brapped_assets.assets.artist_dim import CALLS_A_RUN
from brapped_assets.demo.account import SHOWN_FROM_MS, Call, SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, Play
from brapped_assets.resources.ledger import SharedLedger
from brapped_assets.settings import Settings
from brapped_assets.spotify import (
    POLLS_A_DAY,
    RECENTLY_PLAYED,
    AccessTokens,
    PlayedItem,
    Postponed,
    SpotifyApp,
    SpotifyClient,
)
from brapped_assets.warehouse import calls, dimensions, landing, listeners
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets.warehouse.merge import merge_plays

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 365
POLL_MINUTES = (5, 25, 45)
DAY = timedelta(days=1)
PAGE = 50


class Keeper:
    """What a run does, as plain calls."""

    def __init__(self, warehouse: Warehouse, settings: Settings, account: SimulatedAccount) -> None:
        self.warehouse = warehouse
        self.ledger = SharedLedger(warehouse, settings.spotify_daily_call_budget)
        token = account.refresh_token(authorized_at=BEGIN)
        app = SpotifyApp(account.client_id, account.client_secret, settings.spotify_accounts_url)
        self.client = SpotifyClient(settings.spotify_api_url, AccessTokens(app, token), self.ledger)
        with warehouse.transaction() as tx:
            self.listener_id = listeners.welcome(
                tx, refresh_token=token, time_zone="Asia/Kolkata", now=BEGIN
            ).listener_id

    def poll(self, now: datetime) -> None:
        page = self.client.recently_played()
        with self.warehouse.transaction() as tx:
            played = [item for item in page.items if isinstance(item, PlayedItem)]
            landing.land(tx, landing.Page(self.listener_id, "year", now, played, [], 1))
        with self.warehouse.transaction() as tx:
            merge_plays(tx, self.listener_id, now)
            dimensions.apply_payloads(tx)

    def count_poll(self, now: datetime) -> None:
        with self.warehouse.transaction() as tx:
            calls.count(tx, RECENTLY_PLAYED, now)

    def ask_for_artists(self, now: datetime) -> None:
        with self.warehouse.transaction() as tx:
            due = dimensions.artists_due(tx, now, CALLS_A_RUN)
        for artist_id in due:
            try:
                artist = self.client.artist(artist_id)
            except Postponed:
                return
            with self.warehouse.transaction() as tx:
                if artist is None:
                    dimensions.mark_unknown(tx, artist_id, now)
                else:
                    dimensions.save_artist(
                        tx, artist_id, name=artist.name, genres=artist.genres, image_url=artist.image_url, now=now
                    )
