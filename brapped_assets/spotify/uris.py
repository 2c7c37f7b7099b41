"""What Spotify's objects go by: id, uri and address, and the kinds of thing that these say they are."""

import re
from typing import Any

from brapped_assets.spotify.models import OtherKind

# What is heard and is no music, by the words of Spotify's types, uris and addresses.
_NOT_MUSIC: dict[str, OtherKind] = {
    "episode": "podcast",
    "show": "podcast",
    "chapter": "audiobook",
    "audiobook": "audiobook",
    "ad": "advertisement",
}
MUSIC = frozenset({"track", "local"})
_KIND_IN_URI = re.compile(r"spotify:([a-z_-]+):", re.IGNORECASE)
_KIND_IN_URL = re.compile(r"https?://[^/]+/(?:intl-[a-z-]+/)?(?:v1/)?([a-z]+?)s?/", re.IGNORECASE)
_TRACK_ID = re.compile(
    r"(?:spotify:track:|https?://[^/]+/(?:intl-[a-z-]+/)?(?:v1/)?tracks?/)([0-9A-Za-z]{22})(?:[?/]|$)"
)


def track_ref(track: dict[str, Any]) -> str | None:
    """What a track goes by: its id or, where it has none (a local file), its uri."""
    return text_of(track, "id") or text_of(track, "uri")


def text_of(payload: dict[str, Any], key: str) -> str | None:
    """A text that is not empty and that a database can hold."""
    value = payload.get(key)
    # JSON can spell NUL and half characters; no database takes them as text.
    return value if isinstance(value, str) and re.fullmatch(r"[^\x00\ud800-\udfff]+", value) else None


def kinds_of(payload: dict[str, Any]) -> list[str]:
    """What kinds of thing the object itself says it is: by its uri, its address, its type."""
    found = [
        match[1].lower()
        for key, pattern in (("uri", _KIND_IN_URI), ("uri", _KIND_IN_URL), ("href", _KIND_IN_URL))
        if isinstance(payload.get(key), str) and (match := pattern.match(payload[key]))
    ]
    kind = payload.get("type")
    return [*found, kind.strip().lower()] if isinstance(kind, str) and kind.strip() else found


def id_elsewhere(track: dict[str, Any]) -> str | None:
    """The track's id out of its uri or address, where it does not stand under `id`."""
    told = (text_of(track, key) or "" for key in ("uri", "href"))
    return next((match[1] for value in told if (match := _TRACK_ID.match(value))), None)


def not_music(track: dict[str, Any], context: Any) -> OtherKind | None:
    """What is heard instead of music: by what the object says of itself or, where it says nothing, by its context.

    Shows with music in them have tracks that say they are.
    """
    told = kinds_of(track)
    # Episodes carry their show, chapters their audiobook.
    of_a_show = [key for key in ("show", "audiobook") if isinstance(track.get(key), dict)]
    if not (told or of_a_show or track.get("artists") or track.get("album")) and isinstance(context, dict):
        told = kinds_of(context)
    return next((_NOT_MUSIC[kind] for kind in (*told, *of_a_show) if kind in _NOT_MUSIC), None)
