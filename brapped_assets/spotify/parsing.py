"""Spotify's answers, parsed once, at the edge.

Missing fields are normal: an app in Development Mode gets less than the documentation shows, and Spotify
drops fields without asking. So nothing is required beyond what makes an answer recognisable, and what is
received is kept as received.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from brapped_assets.spotify.errors import Malformed
from brapped_assets.spotify.models import (
    Artist,
    PlayedItem,
    Profile,
    RecentlyPlayedPage,
    TopArtist,
    TopTrack,
    UnreadableItem,
)
from brapped_assets.spotify.page_keys import compare_keys

PARSER_VERSION = 1
"""Raise it whenever `parse_item` learns to read more: what older versions could not read is tried again."""


def parse_recently_played(payload: Any, *, answered_at: datetime | None = None) -> RecentlyPlayedPage:
    """The page, with every item either understood or kept whole.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    missing, new = compare_keys(payload)
    return RecentlyPlayedPage(
        items=[parse_item(item) for item in _items(payload)],
        answered_at=answered_at,
        keys_missing=missing,
        keys_new=new,
    )


def parse_item(item: Any) -> PlayedItem | UnreadableItem:
    """One item of a page; never raises, and never drops anything."""
    # The reasons are constants: the warehouse groups what it could not understand by them.
    if not isinstance(item, dict):
        return UnreadableItem(item, "the item is not an object")
    played_at = _instant(item.get("played_at"))
    if played_at is None:
        return UnreadableItem(item, "played_at is not an instant")
    track = item.get("track")
    if not isinstance(track, dict):
        return UnreadableItem(item, "the track is not an object")
    track_ref = _track_ref(track)
    if track_ref is None:
        return UnreadableItem(item, "the track has neither id nor uri")
    context = item.get("context")
    if context is not None and not isinstance(context, dict):
        # Dropping the context would lose it for good; the whole item is retried when this parser changes.
        return UnreadableItem(item, "the context is not an object")
    return PlayedItem(played_at, track, track_ref, context)


def parse_artist(payload: Any) -> Artist:
    """One artist.

    Raises:
        Malformed: There is no object, or none with an id.
    """
    if not isinstance(payload, dict) or (artist_id := _text(payload, "id")) is None:
        raise Malformed("an artist came without an id")
    genres = payload.get("genres")
    return Artist(
        artist_id=artist_id,
        name=_text(payload, "name"),
        genres=tuple(g for g in genres if isinstance(g, str) and g) if isinstance(genres, list) else (),
        image_url=_largest_image(payload.get("images")),
    )


def parse_track(payload: Any) -> dict[str, Any]:
    """The track object as received.

    Raises:
        Malformed: There is no object, or none with an id.
    """
    if not isinstance(payload, dict) or _text(payload, "id") is None:
        raise Malformed("a track came without an id")
    return payload


def parse_profile(payload: Any) -> Profile:
    """The listener's profile.

    Raises:
        Malformed: Neither id is there.
    """
    known = payload if isinstance(payload, dict) else {}
    account_id = _text(known, "account_id")
    user_id = _text(known, "id") or account_id
    if user_id is None:
        raise Malformed("the profile came without an id")
    return Profile(user_id, account_id, _text(known, "display_name"))


def parse_top_artists(payload: Any) -> list[TopArtist]:
    """The ranking; a place whose artist has no id is left out, the others keep theirs.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    return [
        TopArtist(rank, parse_artist(item))
        for rank, item in enumerate(_items(payload), start=1)
        if isinstance(item, dict) and _text(item, "id")
    ]


def parse_top_tracks(payload: Any) -> list[TopTrack]:
    """The ranking; a place whose track has neither id nor uri is left out, the others keep theirs.

    Raises:
        Malformed: The top level is not an object with a list `items`.
    """
    return [
        TopTrack(rank, ref, item)
        for rank, item in enumerate(_items(payload), start=1)
        if isinstance(item, dict) and (ref := _track_ref(item))
    ]


def _items(payload: Any) -> list[Any]:
    items = payload.get("items") if isinstance(payload, dict) else None
    if not isinstance(items, list):
        raise Malformed("the page is not an object with a list of items")
    return items


def _track_ref(track: dict[str, Any]) -> str | None:
    return _text(track, "id") or _text(track, "uri")


def _text(payload: dict[str, Any], key: str) -> str | None:
    value = payload.get(key)
    # JSON can spell NUL and half characters; no database takes them as text.
    return value if isinstance(value, str) and re.fullmatch(r"[^\x00\ud800-\udfff]+", value) else None


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            return None  # a guess at the zone would be worse than a kept item
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _largest_image(images: Any) -> str | None:
    def pictures() -> Iterator[tuple[int, str]]:
        for image in images if isinstance(images, list) else []:
            if isinstance(image, dict) and (url := _text(image, "url")):
                width = image.get("width")
                yield (width if isinstance(width, int) else 0), url

    # Among equals (no widths given) the first, which Spotify sends as the largest.
    return max(pictures(), key=lambda picture: picture[0], default=(0, None))[1]
