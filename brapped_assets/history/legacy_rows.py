"""One row of the old scripts' tables, parsed at the edge. The misspelt names are theirs.

Columns may be missing or of another type, `NaN` and empty texts are nothing, and no key kept a row from coming twice.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from brapped_assets.history.field_validation import Odd, flag, instant, milliseconds, text
from brapped_assets.history.model import OddRow

PARSER_VERSION = 1
"""Raise it whenever a row can be read that could not: what older versions could not read is tried again."""

PLAYS, ARTISTS, TRACKS = "main_streaming_data", "artist_table", "track_table"
# What pandas writes for nothing.
NOTHING = {"", "NaN", "nan"}
# A clock's time that ends without a zone: the scripts' own, without daylight saving since 1945.
ZONELESS = re.compile(r"[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?$")
KOLKATA = "+05:30"
TRACK_URI, ARTIST_URI = "spotify:track:", "spotify:artist:"
ID_LENGTH = 22
# Of a release with few tracks the scripts kept this instead of the album's name.
NO_ALBUM = "ep/single"


class LegacyPlay(NamedTuple):
    """One play as one row of `main_streaming_data` tells it.

    `played_at` is the END in UTC, as the API had it. Ids have Spotify's form or are None; a name that is not told is an
    empty text, and a row without an id has a title. `duration_ms` is the track's length, None where unknown.
    """

    played_at: datetime
    track_id: str | None
    title: str
    artist: str
    artist_id: str | None
    duration_ms: int | None


class LegacyArtist(NamedTuple):
    """One row of `artist_table`. `genres` are comma separated. None: not told."""

    artist_id: str
    name: str | None
    genres: str | None
    image_url: str | None


class LegacyTrack(NamedTuple):
    """One row of `track_table`. `featured` are names, comma separated, as they stand there. None: not told.

    `is_short` where the album's place says EP/SINGLE: then `album` is None.
    """

    track_id: str
    title: str | None
    explicit: bool | None
    album: str | None
    is_short: bool
    image_url: str | None
    featured: str | None


Row = LegacyPlay | LegacyArtist | LegacyTrack | OddRow


def parse_row(table: str, row: dict[str, Any], *, now: datetime) -> Row:
    """A row of one of the three tables, as JSON has it: never raises, and never drops anything.

    `now` is what no play can be later than. An odd row is kept under its table's name.
    """
    try:
        return PARSERS[table](row, now)
    except Odd as odd:
        return OddRow(json.dumps({table: row}, ensure_ascii=False, sort_keys=True), str(odd))


def parse_kept(payload_text: str, *, now: datetime) -> Row:
    """An odd row again, from its `payload_text`."""
    ((table, row),) = json.loads(payload_text).items()
    return parse_row(table, row, now=now)


def _play(row: dict[str, Any], now: datetime) -> LegacyPlay:
    played_at = row.get("played_at")
    if isinstance(played_at, str) and ZONELESS.search(played_at):
        played_at += KOLKATA
    at = instant(played_at, now)
    track_id = _id(row.get("track_id"), TRACK_URI)
    title = _told(row.get("track_name")) or ""
    if not track_id and not title:
        raise Odd("it names no track")
    artist, artist_id = _told(row.get("artist_name")) or "", _id(row.get("aritst_id"), ARTIST_URI)
    return LegacyPlay(at, track_id, title, artist, artist_id, _length(row.get("duration_ms")))


def _artist(row: dict[str, Any], _now: datetime) -> LegacyArtist:
    artist_id = _id(row.get("artist_id"), ARTIST_URI)
    if artist_id is None:
        raise Odd("the artist has no id")
    return LegacyArtist(artist_id, _told(row.get("aritst_name")), _list(row.get("genre")), _told(row.get("img_link")))


def _track(row: dict[str, Any], _now: datetime) -> LegacyTrack:
    track_id = _id(row.get("track_id"), TRACK_URI)
    if track_id is None:
        raise Odd("the track has no id")
    album = _told(row.get("album_name"))
    is_short = album is not None and album.casefold().replace(" ", "") == NO_ALBUM
    return LegacyTrack(
        track_id, _told(row.get("track_name")), _flag(row.get("explicit")), None if is_short else album, is_short,
        _told(row.get("img_link")), _list(row.get("ft_artists")),
    )  # fmt: skip


PARSERS: dict[str, Callable[[dict[str, Any], datetime], Row]] = {PLAYS: _play, ARTISTS: _artist, TRACKS: _track}


def _told(value: Any) -> str | None:
    found = (text(value) or "").strip()
    return None if found in NOTHING else found


def _id(value: Any, uri: str) -> str | None:
    """An id has Spotify's form, or it is none: whatever else stands there, nobody could ask for it."""
    found = (_told(value) or "").removeprefix(uri)
    return found if len(found) == ID_LENGTH and found.isascii() and found.isalnum() else None


def _length(value: Any) -> int | None:
    try:
        return milliseconds(value) or None
    except Odd:
        return None


def _flag(value: Any) -> bool | None:
    try:
        return flag(value)
    except Odd:
        return None


def _list(value: Any) -> str | None:
    """Several names: a text, an array, or the text of one."""
    words = value if isinstance(value, list) else (_told(value) or "").strip("[]{}").split(",")
    found = [name for word in words if (name := _told(str(word).strip(" '\"")))]
    return ", ".join(found) or None
