"""What the old tables know of artists and tracks: filled in where nothing is known, and never over anything."""

from collections.abc import Sequence
from typing import Protocol

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import LONGEST_NAME
from brapped_assets.warehouse.payloads import storable

q = Statements(__file__, "legacy_plays.sql")


class ArtistTold(Protocol):
    """One row about an artist; see `history.legacy_rows.LegacyArtist`."""

    @property
    def artist_id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def genres(self) -> str | None: ...
    @property
    def image_url(self) -> str | None: ...


class TrackTold(Protocol):
    """One row about a track; see `history.legacy_rows.LegacyTrack`."""

    @property
    def track_id(self) -> str: ...
    @property
    def explicit(self) -> bool | None: ...
    @property
    def album(self) -> str | None: ...
    @property
    def is_short(self) -> bool: ...
    @property
    def image_url(self) -> str | None: ...
    @property
    def featured(self) -> str | None: ...


def describe_artists(tx: Connection, artists: Sequence[ArtistTold]) -> None:
    """Name, genres and picture where they are unknown; artists nobody knew join the dimension, and so the queue."""
    values = {
        "artist_ids": [artist.artist_id for artist in artists],
        "names": [_stored(artist.name) for artist in artists],
        "genres": [_stored(artist.genres) for artist in artists],
        "image_urls": [_stored(artist.image_url) for artist in artists],
    }
    tx.execute(q.describe_artists, values)


def describe_tracks(tx: Connection, tracks: Sequence[TrackTold]) -> None:
    """Album, explicit and featured artists of tracks the star knows, where they are unknown there."""
    values = {
        "track_ids": [track.track_id for track in tracks],
        "albums": [_stored(track.album) for track in tracks],
        "short": [track.is_short for track in tracks],
        "explicit": [track.explicit for track in tracks],
        "image_urls": [_stored(track.image_url) for track in tracks],
        "featured": [_stored(track.featured) for track in tracks],
    }
    for statement in (q.albums, q.describe_tracks, q.featured_artists, q.credits):
        tx.execute(statement, values)


def _stored(name: str | None) -> str | None:
    return name and str(storable(name[:LONGEST_NAME]))
