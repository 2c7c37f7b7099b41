"""MusicBrainzResource: who is asked about genres, countries and years of artists, and at which pace."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property

import dagster as dg
from pydantic import Field, PrivateAttr

from brapped_assets.musicbrainz import MusicBrainzClient, Service, WikidataClient, user_agent
from brapped_assets.resources.neon import NeonResource
from brapped_assets.settings import Settings
from brapped_assets.warehouse import artist_tags
from brapped_assets.warehouse.db.connections import Transactions

# Wikidata asks for no pace and is asked a hundredth as often.
WIKIDATA_A_SECOND = 1.0


class MusicBrainzResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's generic is about I/O managers
    """MusicBrainz and Wikidata, asked by everybody together no faster than they allow.

    A field that is absent is Brapped's own setting.
    """

    neon: dg.ResourceDependency[NeonResource]
    url: str | None = Field(default=None, description="As MUSICBRAINZ_URL.")
    wikidata_url: str | None = Field(default=None, description="As WIKIDATA_URL.")
    contact: str | None = Field(default=None, description="As MUSICBRAINZ_CONTACT.")
    calls_a_second: float | None = Field(default=None, description="As MUSICBRAINZ_CALLS_A_SECOND.")
    genres: str | None = Field(default=None, description="As BRAPPED_GENRES.")
    _opened: ExitStack = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["MusicBrainzResource"]:
        with ExitStack() as self._opened:
            yield self

    @cached_property
    def settings(self) -> Settings:
        """As those of `neon`, with the fields of both resources. Raises SettingsError."""
        return self.neon.settings_with(
            musicbrainz_url=self.url,
            wikidata_url=self.wikidata_url,
            musicbrainz_contact=self.contact,
            musicbrainz_calls_a_second=self.calls_a_second,
            brapped_genres=self.genres,
        )

    @cached_property
    def clients(self) -> tuple[MusicBrainzClient, WikidataClient]:
        return self._opened.enter_context(open_clients(self.settings, self.neon))

    @property
    def is_on(self) -> bool:
        """Whether anybody is to be asked at all."""
        return self.settings.brapped_genres == "on"

    @property
    def musicbrainz(self) -> MusicBrainzClient:
        return self.clients[0]

    @property
    def wikidata(self) -> WikidataClient:
        return self.clients[1]


@contextmanager
def open_clients(
    settings: Settings, warehouse: Transactions, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[tuple[MusicBrainzClient, WikidataClient]]:
    """A client of each service, whose pace the warehouse keeps for all processes."""
    agent = user_agent(settings.musicbrainz_contact)

    def paced(service: artist_tags.Service, a_second: float) -> Callable[[], None]:
        def wait() -> None:
            with warehouse.transaction() as tx:
                pause = artist_tags.take_turn(tx, service, a_second, datetime.now(UTC))
            if pause:
                sleep(pause.total_seconds())

        return wait

    asked = [
        Service("MusicBrainz", settings.musicbrainz_url, agent, sleep=sleep,
                pace=paced("musicbrainz", settings.musicbrainz_calls_a_second)),
        Service("Wikidata", settings.wikidata_url, agent, sleep=sleep, pace=paced("wikidata", WIKIDATA_A_SECOND)),
    ]  # fmt: skip
    try:
        yield MusicBrainzClient(asked[0]), WikidataClient(asked[1])
    finally:
        for service in asked:
            service.close()
