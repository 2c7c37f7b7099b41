"""Names for keys: artists and songs as cards tell of them."""

from collections.abc import Sequence

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.reductions import Integers, Sums
from brapped_assets.insights.names import names
from brapped_assets.insights.wrapped.model import Thing
from brapped_assets.warehouse.db.connections import Connection

Counted = tuple[int, int, int]
"""A key, its plays and its milliseconds."""


def counted(sums: Sums, keys: Integers, numbers: Integers) -> list[Counted]:
    """What has these numbers, in their order; `keys` by number."""
    return list(zip(keys[numbers].tolist(), sums.plays[numbers].tolist(), sums.ms[numbers].tolist(), strict=True))


def artists(tx: Connection, of: Sequence[Counted]) -> tuple[Thing, ...]:
    named = names(tx, "artists", [key for key, _, _ in of])
    return tuple(
        Thing("artist", key, named[key]["artist_id"], named[key]["artist_name"], "", plays, ms) for key, plays, ms in of
    )


def songs(tx: Connection, of: Sequence[Counted], catalogue: Catalogue) -> tuple[Thing, ...]:
    named = names(tx, "tracks", [key for key, _, _ in of], catalogue.same_artists)
    return tuple(
        Thing("track", key, named[key]["track_id"], named[key]["track_name"], named[key]["artist_name"], plays, ms)
        for key, plays, ms in of
    )
