"""The resources of the demo code location: they cost nothing until a run uses them, and stop what they started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.lively import LivelyListener
from brapped_assets.demo.server import serve
from brapped_assets.resources.musicbrainz import MusicBrainzResource
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.transfer.inbox import inbox
from brapped_assets.warehouse.db import embedded_server

# What was heard must not depend on when the demo was started.
LIVELY_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
EXPORT = "my_spotify_data.zip"
# Nobody else asks it.
SIMULATED_A_SECOND = 200.0
EXPORTED = timedelta(days=365)


class DemoWarehouse(NeonResource):
    """The embedded PostgreSQL under `home`; it ends with the last run that uses it."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NeonResource"]:
        try:
            with super().yield_for_execution(context) as warehouse:
                yield warehouse
        finally:
            embedded_server.stop_unless_held(self.settings.brapped_home, but=os.getpid())


class SimulatedMusicBrainzResource(dg.ConfigurableResource[MusicBrainzResource]):
    """The simulated MusicBrainz and Wikidata, likewise."""

    neon: dg.ResourceDependency[DemoWarehouse]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[MusicBrainzResource]:
        with serve(_account()) as server:
            asked = MusicBrainzResource(
                neon=self.neon,
                url=server.musicbrainz_url,
                wikidata_url=server.wikidata_url,
                calls_a_second=SIMULATED_A_SECOND,
            )
            with asked.yield_for_execution(context) as opened:
                yield opened


class SimulatedSpotify(dg.ConfigurableResource[SpotifyResource]):
    """The simulated account, over HTTP on a free port of this machine, and the resource that asks it."""

    neon: dg.ResourceDependency[DemoWarehouse]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[SpotifyResource]:
        account, now = _account(), datetime.now(UTC)
        if context.run is not None:
            _lay_in_the_inbox(account, self.neon.settings.brapped_home, now)
        with serve(account) as server:
            spotify = SpotifyResource(
                neon=self.neon,
                client_id=account.client_id,
                client_secret=account.client_secret,
                # The same in each run of a month: a consent lasts for six.
                refresh_token=account.refresh_token(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)),
                api_url=server.api_url,
                accounts_url=server.url,
            )
            with spotify.yield_for_execution(context) as connected:
                yield connected


def _account() -> SimulatedAccount:
    catalogue = Catalogue()
    listener = LivelyListener(catalogue, since=LIVELY_SINCE, time_zone="UTC", display_name="Simulated Listener")
    return SimulatedAccount(listener, catalogue=catalogue)


def _lay_in_the_inbox(account: SimulatedAccount, home: Path, now: datetime) -> None:
    """The account's own data export, once."""
    export = inbox(home) / EXPORT
    if not export.exists():
        partial = home / f"partial-{os.getpid()}-{EXPORT}"
        write_export(account.listener, partial, start=now - EXPORTED, end=now).replace(export)
