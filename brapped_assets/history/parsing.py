"""One row of an export, parsed at the edge: a play, something spoken, a row of nothing, or an odd row kept whole.

Fields may be missing, be null or be new: nothing is required beyond an instant, a time played and a name. The keys
of both kinds are in the facts, section 6. Every row says its own kind, so a list that mixes them is read as well.
"""

import json
import re
from datetime import datetime
from ipaddress import ip_address
from operator import itemgetter
from typing import Any

from brapped_assets.history.field_validation import Odd, flag, instant, milliseconds, text
from brapped_assets.history.model import HistoryPlay, OddRow, OtherRow, Row, SpokenPlay
from brapped_assets.history.oversized_rows import Shortened
from brapped_assets.history.play_end import end_and_upload
from brapped_assets.history.spoken_rows import account_spoken, extended_spoken
from brapped_assets.text.translation import N_

PARSER_VERSION = 1
"""Raise it whenever `parse_row` learns to read more: what older versions could not read is tried again."""

TRACK_URI, LOCAL_URI = "spotify:track:", "spotify:local:"
TRACK_URI_LENGTH = len(TRACK_URI) + 22
EXTENDED = (
    *("spotify_track_uri", "master_metadata_track_name", "master_metadata_album_artist_name"),
    *("master_metadata_album_album_name", "platform", "conn_country", "reason_start", "reason_end"),
    *("ts", "ms_played", "offline", "offline_timestamp", "shuffle", "skipped", "incognito_mode"),
)
# All at once where all are there, as in every row of a real file: measured, a tenth of the whole cost.
EXTENDED_VALUES = itemgetter(*EXTENDED)
EXTENDED_NAMES = ("spotify_track_uri", "master_metadata_track_name")
# What account data writes where it knows neither; as a track of its own it would lead every chart.
UNKNOWN_TO_SPOTIFY = ("Unknown Artist", "Unknown Track")
NOT_KEPT = re.compile("ipaddr|useragent")


def parse_row(row: Any, *, now: datetime) -> Row:
    """Any item of a list: never raises, and never drops anything.

    `now` is what no play can be later than.
    """
    if isinstance(row, Shortened):
        return OddRow(_kept(row.row), row.reason)
    if not isinstance(row, dict):
        return OddRow(_kept(row), "the row is not an object")
    if "brapped" in row:
        # Taken for Spotify's own word, an estimate would count as reported.
        return OddRow(_kept(row), "the row is a copy out of an export of Brapped's; import that as a whole")
    try:
        return _account_row(row, now) if "endTime" in row else _extended_row(row, now)
    except Odd as odd:
        return OddRow(_kept(row), str(odd))


def _extended_row(row: dict[str, Any], now: datetime) -> HistoryPlay | SpokenPlay | OtherRow:
    try:
        values = EXTENDED_VALUES(row)
    except KeyError:
        values = tuple(map(row.get, EXTENDED))
    uri, title, artist, album, platform, country, start, end, ts, played, offline, stamp, *flags = values
    uri, title = text(uri), text(title)
    track_id = track_id_of(uri)
    is_local = uri is not None and uri.startswith(LOCAL_URI)
    if track_id is None and not is_local and (spoken := extended_spoken(row, now)) is not None:
        return spoken
    ts, ms_played, offline = instant(ts, now), milliseconds(played), flag(offline)
    if track_id is None and title is None and not is_local:
        return _nameless(row, EXTENDED_NAMES)
    shuffle, skipped, incognito = flags
    ended, uploaded_at = end_and_upload(ts, ms_played, stamp, is_offline=offline)
    return HistoryPlay(
        "extended",
        ended,
        ms_played,
        track_id,
        uri,
        title or "",
        text(artist) or "",
        text(album),
        text(platform),
        text(country),
        text(start),
        text(end),
        flag(shuffle),
        flag(skipped),
        offline,
        flag(incognito),
        uploaded_at,
    )


def _account_row(row: dict[str, Any], now: datetime) -> HistoryPlay | SpokenPlay | OtherRow:
    title, artist = text(row.get("trackName")), text(row.get("artistName"))
    if title is None and (spoken := account_spoken(row, now)) is not None:
        return spoken
    ended, ms_played = instant(row["endTime"], now), milliseconds(row.get("msPlayed"))
    if title is None:
        return _nameless(row, ("trackName",))
    if (artist, title) == UNKNOWN_TO_SPOTIFY:
        return OtherRow("unknown")
    return HistoryPlay("account", ended.replace(second=0, microsecond=0), ms_played, None, None, title, artist or "")


def track_id_of(uri: str | None) -> str | None:
    """None for whatever is no track, or one whose id has not Spotify's form; the uri itself is kept anyway."""
    if uri is None or len(uri) != TRACK_URI_LENGTH or not uri.startswith(TRACK_URI):
        return None
    track_id = uri[len(TRACK_URI) :]
    return track_id if track_id.isascii() and track_id.isalnum() else None


def _nameless(row: dict[str, Any], names: tuple[str, ...]) -> OtherRow:
    """Null where a name should be: Spotify forgot it. No such key, or another value: a newer parser may know it."""
    if any(row.get(key) for key in names):
        raise Odd(N_("there is no title, and the uri names no track"))
    if not any(key in row for key in names):
        raise Odd(N_("nothing tells what was played"))
    return OtherRow("unknown")


def _kept(row: Any) -> str:
    return json.dumps(_without_addresses(row), ensure_ascii=False)


def _without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_addresses(inner) for key, inner in value.items() if not _is_address(key, inner)}
    if isinstance(value, list):
        return [_without_addresses(inner) for inner in value]
    return value


def _is_address(key: str, value: Any) -> bool:
    """By the key or, as this is a row whose keys cannot be relied on, by the look of the value."""
    if NOT_KEPT.search(re.sub("[^a-z]", "", key.lower())):
        return True
    try:
        return isinstance(value, str) and bool(ip_address(value))
    except ValueError:
        return False
