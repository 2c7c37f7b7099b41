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


def albums(tx: Connection, of: Sequence[Counted], least: int) -> tuple[Thing, ...]:
    """Those whose cover is known; where fewer than `least` are, so many of all."""
    named = names(tx, "albums", [key for key, _, _ in of])
    shown = [one for one in of if named[one[0]]["has_cover"]]
    return tuple(
        Thing(
            "album", named[key]["album_key"], named[key]["album_id"], named[key]["album_name"],
            named[key]["artist_name"] or "", plays, ms,
        )
        for key, plays, ms in (shown if len(shown) >= least else of[:least])
    )  # fmt: skip


def songs(tx: Connection, of: Sequence[Counted], catalogue: Catalogue) -> tuple[Thing, ...]:
    named = names(tx, "tracks", [key for key, _, _ in of], catalogue.same_artists)
    return tuple(
        Thing("track", key, named[key]["track_id"], named[key]["track_name"], named[key]["artist_name"], plays, ms)
        for key, plays, ms in of
    )
