"""One item of a recently-played page: a play, or one of a few things that are no play and are kept aside."""

import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from brapped_assets.spotify.models import OtherItem, OtherKind, PlayedItem
from brapped_assets.text.odd_values import Odd, within_bounds

PARSER_VERSION = 2
"""Raise it whenever `parse_item` learns to read more: what older versions could not read is tried again."""

# What is heard and is no music, by the words of Spotify's types, uris and addresses.
_NOT_MUSIC: dict[str, OtherKind] = {
    "episode": "podcast",
    "show": "podcast",
    "chapter": "audiobook",
    "audiobook": "audiobook",
    "ad": "advertisement",
}
_MUSIC = frozenset({"track", "local"})
_KIND_IN_URI = re.compile(r"spotify:([a-z_-]+):", re.IGNORECASE)
_KIND_IN_URL = re.compile(r"https?://[^/]+/(?:intl-[a-z-]+/)?(?:v1/)?([a-z]+?)s?/", re.IGNORECASE)
_TRACK_ID = re.compile(
    r"(?:spotify:track:|https?://[^/]+/(?:intl-[a-z-]+/)?(?:v1/)?tracks?/)([0-9A-Za-z]{22})(?:[?/]|$)"
)
# These say how a track is, not which one it is.
_ATTRIBUTES = frozenset(
    {
        *("type", "is_local", "is_playable", "explicit", "disc_number", "track_number", "duration_ms", "popularity"),
        *("available_markets", "restrictions", "album_type", "album_group", "release_date_precision", "total_tracks"),
    }
)
_DEEPEST = 20


# The reasons are constants: the warehouse groups what it keeps aside by them.
_EMPTY: tuple[str, OtherKind] = ("nothing is told of what was played", "nothing")
_NO_OBJECT: tuple[str, OtherKind] = ("the item is not an object", "not_understood")
_NO_MUSIC = "this is no music"


class _Aside(Exception):
    """The item is no play of a track."""

    def __init__(self, reason: str, kind: OtherKind = "not_understood") -> None:
        super().__init__(reason)
        self.reason, self.kind = reason, kind


class _Stamp(NamedTuple):
    """`played_at`, read: the instant (UTC, cut to ms), or None and why there is none that counts."""

    at: datetime | None
    reason: str = ""
    is_impossible: bool = False


def parse_item(item: Any, now: datetime | None = None) -> PlayedItem | OtherItem:
    """One item of a page; never raises, and never drops anything.

    `now` is the moment it was served at, as well as that is known; None: what this machine's clock says.
    """
    if not isinstance(item, dict):
        return OtherItem(item, *(_EMPTY if item is None else _NO_OBJECT))
    stamp = _stamp(item.get("played_at"), now or datetime.now(UTC))
    try:
        track, ref = _track(item)
        at, context = _certain(stamp), _context(item)
    except _Aside as aside:
        return OtherItem(item, aside.reason, aside.kind, stamp.at)
    return PlayedItem(at, track, ref, context)


def parse_kept(text: str, served_at: datetime) -> PlayedItem | OtherItem:
    """One item that was kept as JSON, as `parse_item` reads it."""
    return parse_item(json.loads(text), served_at)


def track_ref(track: dict[str, Any]) -> str | None:
    """What a track goes by: its id or, where it has none (a local file), its uri."""
    return text_of(track, "id") or text_of(track, "uri")


def text_of(payload: dict[str, Any], key: str) -> str | None:
    """A text that is not empty and that a database can hold."""
    value = payload.get(key)
    # JSON can spell NUL and half characters; no database takes them as text.
    return value if isinstance(value, str) and re.fullmatch(r"[^\x00\ud800-\udfff]+", value) else None


def _stamp(value: Any, now: datetime) -> _Stamp:
    if not isinstance(value, str):
        # A number may be seconds or milliseconds of several clocks: a guess would be worse than a kept item.
        return _Stamp(None, "played_at is not an instant")
    try:
        # RFC 3339 allows lower case.
        instant = datetime.fromisoformat(value.upper())
        if instant.tzinfo is None:
            return _Stamp(None, "played_at is not an instant")  # the same goes for a zone
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return _Stamp(None, "played_at is not an instant")
    try:
        within_bounds(instant, now)
    except Odd as odd:
        return _Stamp(None, str(odd), is_impossible=True)
    return _Stamp(instant.replace(microsecond=instant.microsecond // 1000 * 1000))


def _certain(stamp: _Stamp) -> datetime:
    if stamp.at is None:
        raise _Aside(stamp.reason, "impossible_time" if stamp.is_impossible else "not_understood")
    return stamp.at


def _context(item: dict[str, Any]) -> dict[str, Any] | None:
    context = item.get("context")
    if context is not None and not isinstance(context, dict):
        # Dropping the context would lose it for good; the whole item is retried when this parser changes.
        raise _Aside("the context is not an object")
    return context


def _track(item: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The track of an item and what it goes by; raises _Aside where there is none."""
    track, context = item.get("track"), item.get("context")
    if track is None and isinstance(item.get("episode"), dict):
        raise _Aside(_NO_MUSIC, "podcast")
    # By all of its keys: should Spotify ever rename `track`, its plays wait for a parser that knows the new name.
    if _tells_nothing({key: value for key, value in item.items() if key not in ("played_at", "context")}):
        raise _Aside(*_EMPTY)
    if not isinstance(track, dict):
        raise _Aside("the track is not an object")
    told = _kinds(track)
    not_music = next((_NOT_MUSIC[kind] for kind in told if kind in _NOT_MUSIC), None) or _of_a_show(track)
    if not_music is None and not told and not (track.get("artists") or track.get("album")):
        not_music = _by_context(context)
    if not_music is not None:
        raise _Aside(_NO_MUSIC, not_music)
    if told and _MUSIC.isdisjoint(told):
        raise _Aside("neither a track nor anything else that is known")
    if text_of(track, "id") is None and (track_id := _id_elsewhere(track)):
        track = {**track, "id": track_id}
    ref = track_ref(track)
    if ref is None:
        raise _Aside("the track has neither id nor uri")
    return track, ref


def _tells_nothing(value: Any, depth: int = 0) -> bool:
    """Whether nothing in it, however deep, could tell one track from another."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, dict):
        return all(key in _ATTRIBUTES or _tells_nothing(inner, depth + 1) for key, inner in value.items())
    if isinstance(value, list):
        return all(_tells_nothing(inner, depth + 1) for inner in value)
    return value is None or value == "" or value is False or (depth > 0 and value == 0)


def _kinds(track: dict[str, Any]) -> list[str]:
    """What kinds of thing the object itself says it is: by its uri, its address, its type."""
    found = [
        match[1].lower()
        for key, pattern in (("uri", _KIND_IN_URI), ("uri", _KIND_IN_URL), ("href", _KIND_IN_URL))
        if isinstance(track.get(key), str) and (match := pattern.match(track[key]))
    ]
    kind = track.get("type")
    return [*found, kind.strip().lower()] if isinstance(kind, str) and kind.strip() else found


def _of_a_show(track: dict[str, Any]) -> OtherKind | None:
    """Episodes carry their show, chapters their audiobook."""
    return next((_NOT_MUSIC[key] for key in ("show", "audiobook") if isinstance(track.get(key), dict)), None)


def _by_context(context: Any) -> OtherKind | None:
    """What an object that says nothing of itself is, where it was played from a show or an audiobook.

    Shows with music in them have tracks that say they are.
    """
    told = _kinds(context) if isinstance(context, dict) else []
    return next((_NOT_MUSIC[kind] for kind in told if kind in _NOT_MUSIC), None)


def _id_elsewhere(track: dict[str, Any]) -> str | None:
    """The track's id out of its uri or address, where it does not stand under `id`."""
    told = (text_of(track, key) or "" for key in ("uri", "href"))
    return next((match[1] for value in told if (match := _TRACK_ID.match(value))), None)
