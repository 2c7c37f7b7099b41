"""Spotify's answers, parsed once, at the edge.

Missing fields are normal: an app in Development Mode gets less than the documentation shows, and Spotify
drops fields without asking. So nothing is required beyond what makes an answer recognisable, and what is
received is kept as received.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from brapped_assets.clocks.plausible_instants import why_implausible
from brapped_assets.spotify.errors import Malformed
from brapped_assets.spotify.models import (
    Artist,
    OtherItem,
    OtherKind,
    PlayedItem,
    Profile,
    RecentlyPlayedPage,
    TopArtist,
    TopTrack,
)
from brapped_assets.spotify.schema_drift import compare_keys
from brapped_assets.spotify.uris import MUSIC, id_elsewhere, kinds_of, not_music, text_of, track_ref

PARSER_VERSION = 2
"""Raise it whenever `parse_item` learns to read more: what older versions could not read is tried again."""

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


def parse_recently_played(
    payload: Any, *, answered_at: datetime | None = None, now: datetime | None = None
) -> RecentlyPlayedPage:
    """The page, with every item either understood or kept whole.

    `answered_at` is the answer's own Date, by which instants are judged; without one this machine's clock `now` is.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    missing, new = compare_keys(payload)
    return RecentlyPlayedPage(
        items=[parse_item(item, answered_at or now) for item in _items(payload)],
        answered_at=answered_at,
        keys_missing=missing,
        keys_new=new,
    )


def parse_artist(payload: Any) -> Artist:
    """One artist.

    Raises:
        Malformed: There is no object, or none with an id.
    """
    if not isinstance(payload, dict) or (artist_id := text_of(payload, "id")) is None:
        raise Malformed("an artist came without an id")
    genres = payload.get("genres")
    return Artist(
        artist_id=artist_id,
        name=text_of(payload, "name"),
        genres=tuple(g for g in genres if isinstance(g, str) and g) if isinstance(genres, list) else (),
        image_url=_largest_image(payload.get("images")),
    )


def parse_track(payload: Any) -> dict[str, Any]:
    """The track object as received.

    Raises:
        Malformed: There is no object, or none with an id.
    """
    if not isinstance(payload, dict) or text_of(payload, "id") is None:
        raise Malformed("a track came without an id")
    return payload


def parse_profile(payload: Any) -> Profile:
    """The listener's profile.

    Raises:
        Malformed: Neither id is there.
    """
    known = payload if isinstance(payload, dict) else {}
    account_id = text_of(known, "account_id")
    user_id = text_of(known, "id") or account_id
    if user_id is None:
        raise Malformed("the profile came without an id")
    return Profile(user_id, account_id, text_of(known, "display_name"))


def parse_top_artists(payload: Any) -> list[TopArtist]:
    """The ranking; a place whose artist has no id is left out, the others keep theirs.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    return [
        TopArtist(rank, parse_artist(item))
        for rank, item in enumerate(_items(payload), start=1)
        if isinstance(item, dict) and text_of(item, "id")
    ]


def parse_top_tracks(payload: Any) -> list[TopTrack]:
    """The ranking; a place whose track has neither id nor uri is left out, the others keep theirs.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    return [
        TopTrack(rank, ref, item)
        for rank, item in enumerate(_items(payload), start=1)
        if isinstance(item, dict) and (ref := track_ref(item))
    ]


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


def _items(payload: Any) -> list[Any]:
    items = payload.get("items") if isinstance(payload, dict) else None
    if not isinstance(items, list):
        raise Malformed("the page is not an object with a list of items")
    return items


def _largest_image(images: Any) -> str | None:
    def pictures() -> Iterator[tuple[int, str]]:
        for image in images if isinstance(images, list) else []:
            if isinstance(image, dict) and (url := text_of(image, "url")):
                width = image.get("width")
                yield (width if isinstance(width, int) else 0), url

    # Among equals (no widths given) the first, which Spotify sends as the largest.
    return max(pictures(), key=lambda picture: picture[0], default=(0, None))[1]


def _stamp(value: Any, now: datetime) -> _Stamp:
    try:
        # RFC 3339 allows lower case. A number may be seconds or milliseconds of several clocks, and a text without a
        # zone of any: a guess would be worse than a kept item.
        told = datetime.fromisoformat(value.upper()) if isinstance(value, str) else None
        instant = told.astimezone(UTC) if told and told.tzinfo else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None:
        return _Stamp(None, "played_at is not an instant")
    if reason := why_implausible(instant, now):
        return _Stamp(None, reason, is_impossible=True)
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
    if (kind := not_music(track, context)) is not None:
        raise _Aside(_NO_MUSIC, kind)
    if (told := kinds_of(track)) and MUSIC.isdisjoint(told):
        raise _Aside("neither a track nor anything else that is known")
    if text_of(track, "id") is None and (track_id := id_elsewhere(track)):
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
