"""What Spotify's answers say, as the rest of the project sees it. All instants are UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

TimeRange = Literal["short_term", "medium_term", "long_term"]
"""Of /me/top: about 4 weeks, 6 months, a year."""

OtherKind = Literal["podcast", "audiobook", "advertisement", "nothing", "impossible_time", "not_understood"]
"""What an item of a page can be that is no play of a track."""


@dataclass(frozen=True)
class PlayedItem:
    """One play.

    Attributes:
        played_at: The END of the play (measured on real pages), UTC, cut to milliseconds.
        track: The track object as received.
        track_ref: The track's id or, where it has none (a local file), its uri.
        context: What the track was played from, as received; None for searches, queues and radios.
    """

    played_at: datetime
    track: dict[str, Any]
    track_ref: str
    context: dict[str, Any] | None


@dataclass(frozen=True)
class OtherItem:
    """An item that is no play of a track, whole, with the reason.

    Attributes:
        payload: The item as received.
        reason: One of a few constant texts.
        kind: What it is: heard and no music, nothing at all, a play at a time that cannot be, or not understood (yet).
        played_at: When it ended (UTC), as far as it says so and it can be true.
    """

    payload: Any
    reason: str
    kind: OtherKind = "not_understood"
    played_at: datetime | None = None


@dataclass(frozen=True)
class RecentlyPlayedPage:
    """The newest plays, at most 50, in the order received (newest first); no item is dropped.

    Attributes:
        items: One entry per item received.
        answered_at: The answer's Date header (whole seconds), to compare clocks with.
        keys_missing: Dotted paths of keys a full answer has and some object here lacks.
        keys_new: Dotted paths of keys nobody knew when this code was written.
    """

    items: list[PlayedItem | OtherItem]
    answered_at: datetime | None = None
    keys_missing: frozenset[str] = field(default_factory=frozenset)
    keys_new: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Artist:
    """One artist; `genres` is mostly empty today, `image_url` is the largest picture."""

    artist_id: str
    name: str | None
    genres: tuple[str, ...]
    image_url: str | None


@dataclass(frozen=True)
class TopArtist:
    """A place in Spotify's own ranking, which comes without counts; rank 1 is first."""

    rank: int
    artist: Artist


@dataclass(frozen=True)
class TopTrack:
    """A place in Spotify's own ranking; `track` is the track object as received, rank 1 is first."""

    rank: int
    track_ref: str
    track: dict[str, Any]


@dataclass(frozen=True)
class Profile:
    """Who the consent belongs to; `account_id` (since May 2026) is the more lasting of the two ids."""

    user_id: str
    account_id: str | None
    display_name: str | None
