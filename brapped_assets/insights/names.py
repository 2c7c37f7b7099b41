"""Names and covers of what is shown, fetched by key: numbers come first, and names last."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

Row = dict[str, Any]
NamedKind = Literal["artists", "tracks", "albums"]
# The kinds of lists of music, by which names they have.
MUSIC: dict[Music, NamedKind] = {"artists": "artists", "songs": "tracks", "albums": "albums"}
KEYS = {"artists": "artist_key", "tracks": "track_key", "albums": "release_group"}


def names(
    tx: Connection, kind: NamedKind, keys: Iterable[int], same_artists: Mapping[int, int] = MappingProxyType({})
) -> Mapping[int, Row]:
    """By key: ids, names, `has_cover` (whether a picture is known); of a track its artist and album, too.

    The artist of a track is as `same_artists` (those of a catalogue) have it.
    Albums are asked for by release group, and told by the release that stands for it. Keys of nothing are left out.
    """
    asked = [int(key) for key in keys]
    if not asked:
        return {}
    rows = tx.execute(
        q[kind],
        {"keys": asked, "heard": list(same_artists), "counts_as": list(same_artists.values())},
    ).fetchall()
    return {row[KEYS[kind]]: row for row in rows}


def context_types(tx: Connection, keys: Iterable[int]) -> Mapping[int, str]:
    """What plays were started from, by key of the context: album, playlist, artist, collection."""
    rows = tx.execute(q.context_types, {"keys": [int(key) for key in keys]}).fetchall()
    return {row["context_key"]: row["context_type"] for row in rows}


def contexts(tx: Connection, keys: Iterable[int]) -> Mapping[int, str]:
    """The uris of what plays were started from, by key."""
    rows = tx.execute(q.contexts, {"keys": [int(key) for key in keys]}).fetchall()
    return {row["context_key"]: row["context_uri"] for row in rows}
