"""The JSON objects of the Web API, key by key in the order real answers have (fixtures of 2026)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from brapped_assets.demo.listener import Person, Play
from brapped_assets.demo.music import Album, Artist, Track

Json = dict[str, Any]
WEB = "https://open.spotify.com"
MARKETS = ["AR", "AU", "AT", "BE", "BR", "CA", "DE", "FR", "GB", "IN", "JP", "KR", "MX", "NL", "SE", "US"]
# The keys of a track inside an album, and the first keys of a full album, in their order.
SIMPLE_TRACK = (
    *("artists", "available_markets", "disc_number", "duration_ms", "explicit", "external_urls", "href"),
    *("id", "name", "preview_url", "track_number", "type", "uri", "is_local"),
)
FULL_ALBUM = (
    *("album_type", "total_tracks", "available_markets", "external_urls", "href", "id", "images", "name"),
    *("release_date", "release_date_precision", "type", "uri", "artists"),
)
# What Development Mode lost in 2026, by the `type` of the object (facts, section 4).
REMOVED = {
    "album": {"album_group", "available_markets", "label", "popularity"},
    "artist": {"followers", "popularity"},
    "track": {"available_markets", "linked_from", "popularity"},
    "user": {"country", "email", "explicit_content", "followers", "product"},
}


def restricted(value: Any) -> Any:
    """The same answer as a Development-Mode app gets it, at any depth."""
    if isinstance(value, list):
        return [restricted(item) for item in value]
    if not isinstance(value, dict):
        return value
    removed = REMOVED.get(value.get("type", ""), set())
    return {key: restricted(inner) for key, inner in value.items() if key not in removed}


def play(item: Play, base: str) -> Json:
    """One item of recently-played."""
    return {
        "track": track(item.track, base),
        "played_at": instant(item.played_at),
        "context": context(item.context, base) if item.context else None,
    }


def context(of: dict[str, str], base: str) -> Json:
    kind, key = of["type"], of["uri"].rsplit(":", 1)[1]
    return {
        "type": kind,
        "external_urls": {"spotify": f"{WEB}/{kind}/{key}"},
        "href": f"{base}/v1/{kind}s/{key}",
        "uri": of["uri"],
    }


def track(item: Track, base: str, *, requested: str | None = None) -> Json:
    """The full track object; `linked_from` only where another id was requested than is answered."""
    payload = {
        "album": simple_album(item.album, base),
        "artists": [simple_artist(artist, base) for artist in item.artists],
        "available_markets": [] if item.is_local else MARKETS,
        "disc_number": item.disc_number,
        "duration_ms": item.duration_ms,
        "explicit": item.explicit,
        "external_ids": {"isrc": item.isrc} if item.isrc else {},
        **_links("track", item.id, base),
        "is_local": item.is_local,
        "name": item.name,
        "popularity": item.popularity,
        "preview_url": None,
        "track_number": item.track_number,
        "type": "track",
        "uri": item.uri,
    }
    if requested is not None and requested != item.id:
        payload["linked_from"] = {
            **_links("track", requested, base),
            "type": "track",
            "uri": f"spotify:track:{requested}",
        }
    return payload


def simple_track(item: Track, base: str) -> Json:
    """A track inside an album: no album of its own, no external ids, no popularity."""
    full = track(item, base)
    return {key: full[key] for key in SIMPLE_TRACK}


def simple_album(item: Album, base: str) -> Json:
    return {
        "album_type": item.album_type,
        "artists": [simple_artist(artist, base) for artist in item.artists],
        "available_markets": MARKETS if item.id else [],
        **_links("album", item.id, base, images=(640, 300, 64)),
        "name": item.name,
        "release_date": item.release_date,
        "release_date_precision": item.release_date_precision,
        "total_tracks": item.total_tracks,
        "type": "album",
        "uri": _uri("album", item.id),
    }


def album(item: Album, tracks: tuple[Track, ...], base: str) -> Json:
    """The full album object."""
    simple = simple_album(item, base)
    return {key: simple[key] for key in FULL_ALBUM} | {
        "tracks": {
            "href": f"{base}/v1/albums/{item.id}/tracks?offset=0&limit=50",
            "limit": 50,
            "next": None,
            "offset": 0,
            "previous": None,
            "total": item.total_tracks,
            "items": [simple_track(each, base) for each in tracks],
        },
        "copyrights": [{"text": f"{item.released.year} {item.label}", "type": kind} for kind in "CP"],
        "external_ids": {"upc": item.upc},
        "genres": [],
        "label": item.label,
        "popularity": item.popularity,
    }


def simple_artist(item: Artist, base: str) -> Json:
    links = _links("artist", item.id, base)
    return {**links, "name": item.name, "type": "artist", "uri": _uri("artist", item.id)}


def artist(item: Artist, base: str) -> Json:
    """The full artist object."""
    links = _links("artist", item.id, base, images=(640, 320, 160))
    return {
        "external_urls": links["external_urls"],
        "followers": {"href": None, "total": item.followers},
        "genres": list(item.genres),
        "href": links["href"],
        "id": item.id,
        "images": links["images"],
        "name": item.name,
        "popularity": item.popularity,
        "type": "artist",
        "uri": _uri("artist", item.id),
    }


def user(person: Person, base: str) -> Json:
    """`/v1/me` with the scopes `user-read-private` and `user-read-email`."""
    return {
        "account_id": person.account_id,
        "country": person.country,
        "display_name": person.display_name,
        "email": f"{person.user_id}@example.com",
        "explicit_content": {"filter_enabled": False, "filter_locked": False},
        "external_urls": {"spotify": f"{WEB}/user/{person.user_id}"},
        "followers": {"href": None, "total": 12},
        "href": f"{base}/v1/users/{person.user_id}",
        "id": person.user_id,
        "images": [],
        "product": "premium",
        "type": "user",
        "uri": f"spotify:user:{person.user_id}",
    }


def instant(at: datetime) -> str:
    """`played_at` as Spotify writes it: always milliseconds, always Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970, the form of a cursor."""
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def _links(kind: str, key: str | None, base: str, *, images: tuple[int, ...] = ()) -> Json:
    """`external_urls`, `href`, `id` and, where sizes are given, `images`: all empty for a local file."""
    if key is None:
        return {"external_urls": {}, "href": None, "id": None} | ({"images": []} if images else {})
    links: Json = {"external_urls": {"spotify": f"{WEB}/{kind}/{key}"}, "href": f"{base}/v1/{kind}s/{key}", "id": key}
    if images:
        url = f"{base}/image/{key}"
        links["images"] = [{"height": size, "url": f"{url}?size={size}", "width": size} for size in images]
    return links


def _uri(kind: str, key: str | None) -> str | None:
    return f"spotify:{kind}:{key}" if key else None
