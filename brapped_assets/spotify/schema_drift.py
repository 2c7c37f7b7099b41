"""The keys of a recently-played answer: the early warning that Spotify changed it.

Known are the keys of a full answer of 2026 (the OpenAPI description of the Web API, version 2026.5.31, held
against a real page of February 2026). What Development Mode apps lost since is *optional*: neither its
absence nor its presence is news.
"""

from collections.abc import Iterator
from typing import Any

_ALWAYS: dict[str, str] = {
    "": "items next cursors limit href",
    "cursors": "after before",
    "items": "track played_at context",
    "items.context": "type href external_urls uri",
    "items.track": "album artists disc_number duration_ms explicit external_ids external_urls href id "
    "is_local name track_number type uri",
    "items.track.album": "album_type artists external_urls href id images name release_date "
    "release_date_precision total_tracks type uri",
    "items.track.album.artists": "external_urls href id name type uri",
    "items.track.album.images": "url height width",
    "items.track.artists": "external_urls href id name type uri",
    # Local files have none of these, so no key is certain; a new one would still be news.
    "items.context.external_urls": "",
    "items.track.album.artists.external_urls": "",
    "items.track.album.external_urls": "",
    "items.track.artists.external_urls": "",
    "items.track.external_ids": "",
    "items.track.external_urls": "",
}

_SOMETIMES: dict[str, str] = {
    "": "total",  # described, never seen
    "items.track": "available_markets is_playable linked_from popularity preview_url restrictions",
    "items.track.album": "album_group available_markets is_playable label popularity restrictions",
    "items.context.external_urls": "spotify",
    "items.track.album.artists.external_urls": "spotify",
    "items.track.album.external_urls": "spotify",
    "items.track.artists.external_urls": "spotify",
    "items.track.external_ids": "isrc ean upc",
    "items.track.external_urls": "spotify",
}

_EXPECTED = {path: frozenset(keys.split()) for path, keys in _ALWAYS.items()}
_KNOWN = {path: keys | frozenset(_SOMETIMES.get(path, "").split()) for path, keys in _EXPECTED.items()}


def compare_keys(payload: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Missing and new keys as dotted paths, list positions left out (`items.track.album.label`).

    A key is missing when any object that should have it has not; null counts as present. Below a new key
    nothing is looked at, so the answer stays small whatever arrives.
    """
    missing: set[str] = set()
    new: set[str] = set()
    for path, found in _objects(payload, ""):
        missing.update(_dotted(path, key) for key in _EXPECTED[path] - found.keys())
        new.update(_dotted(path, key) for key in found.keys() - _KNOWN[path])
    return frozenset(missing), frozenset(new)


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object at a known path; only known paths are followed, which also bounds the depth."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            # Both questions: a key may itself contain dots and so look like a path.
            if key in _KNOWN[path] and (below := _dotted(path, key)) in _KNOWN:
                for element in child if isinstance(child, list) else [child]:
                    yield from _objects(element, below)


def _dotted(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
