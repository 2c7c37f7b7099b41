"""Spotify's answers, parsed once, at the edge.

Missing fields are normal: an app in Development Mode gets less than the documentation shows, and Spotify
drops fields without asking. So nothing is required beyond what makes an answer recognisable, and what is
received is kept as received.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from brapped_assets.spotify.errors import Malformed
from brapped_assets.spotify.items import parse_item, text_of, track_ref
from brapped_assets.spotify.models import Artist, Profile, RecentlyPlayedPage, TopArtist, TopTrack
from brapped_assets.spotify.schema_drift import compare_keys


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
