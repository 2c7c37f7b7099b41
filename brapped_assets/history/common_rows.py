"""Rows of extended history as Spotify writes them, decoded straight into their fields: half the cost of any JSON.

Only what means the same as for `parsing.parse_row` is read here. Text that holds a row of other keys or types, or an
odd one, is left to it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import MsgspecError, Struct, field
from msgspec.json import Decoder
from msgspec.structs import asdict, astuple

from brapped_assets.history.field_validation import Odd, instant, milliseconds
from brapped_assets.history.json_stream import may_hold_nul
from brapped_assets.history.model import HistoryPlay, OddRow, Row, SpokenPlay
from brapped_assets.history.parsing import parse_row, track_id_of
from brapped_assets.history.play_end import end_and_upload


class UsualRow(Struct, forbid_unknown_fields=True):
    """The keys of a row; those that some years' exports lack have a default."""

    spotify_track_uri: str | None
    master_metadata_track_name: str | None
    master_metadata_album_artist_name: str | None
    master_metadata_album_album_name: str | None
    platform: str | None
    conn_country: str | None
    reason_start: str | None
    reason_end: str | None
    ts: str
    ms_played: int
    offline: bool | None
    offline_timestamp: int | None
    shuffle: bool | None
    skipped: bool | None
    incognito_mode: bool | None
    episode_name: str | None = None
    episode_show_name: str | None = None
    spotify_episode_uri: str | None = None
    audiobook_title: str | None = None
    audiobook_uri: str | None = None
    audiobook_chapter_uri: str | None = None
    audiobook_chapter_title: str | None = None
    ip_addr: str | None = None
    ip_addr_decrypted: str | None = None
    user_agent_decrypted: str | None = None
    username: str | None = None


class Glance(Struct):
    """What tells of a row of either kind whether it need be decoded; its other keys are passed over."""

    ts: str | None = None
    end_time: str | None = field(default=None, name="endTime")
    username: str | None = None


DECODER, GLANCE = Decoder(list[UsualRow]), Decoder(list[Glance])
# Measured, half of what it takes to call the class.
PLAY: Callable[[tuple[Any, ...]], HistoryPlay] = partial(tuple.__new__, HistoryPlay)
SPOKEN: Callable[[tuple[Any, ...]], SpokenPlay] = partial(tuple.__new__, SpokenPlay)


def usual_rows(text: str, now: datetime) -> list[Row] | None:
    """Rows separated by commas, as `parse_row` has them; None when it has to look at them."""
    if may_hold_nul(text):
        return None
    try:
        return [_parsed(row, now) for row in DECODER.decode(f"[{text}]")]
    except (MsgspecError, Odd):
        return None


def days_and_accounts(text: str) -> tuple[set[str], set[str]] | None:
    """The days that rows separated by commas tell of, as they write them, and the accounts they name.

    None when they have to be decoded to tell. Measured, a quarter of decoding them.
    """
    try:
        rows = GLANCE.decode(f"[{text}]")
    except (MsgspecError, RecursionError):
        return None
    return {(row.ts or row.end_time or "")[:10] for row in rows}, {row.username for row in rows if row.username}


def _parsed(row: UsualRow, now: datetime) -> Row:
    uri, title, artist, album, platform, country, start, end, ts, played, offline, stamp, *flags = astuple(row)[:15]
    track_id = track_id_of(uri)
    if track_id is None:
        if not uri and (names := _spoken_names(row)) is not None:
            ms_played = milliseconds(played)
            ended, uploaded_at = end_and_upload(instant(ts, now), ms_played, stamp, is_offline=offline)
            manner = (platform or None, country or None, start or None, end or None, *flags[:2], offline, flags[2])
            return SPOKEN(("extended", names[0], ended, ms_played, *names[1:], *manner, uploaded_at))
        parsed = parse_row(asdict(row), now=now)
        if isinstance(parsed, OddRow):
            # It is kept as it stands in the file.
            raise Odd(parsed.reason)
        return parsed
    ms_played = milliseconds(played)
    ended, uploaded_at = end_and_upload(instant(ts, now), ms_played, stamp, is_offline=offline)
    shuffle, skipped, incognito = flags
    return PLAY(
        (
            "extended",
            ended,
            ms_played,
            track_id,
            uri,
            title or "",
            artist or "",
            album or None,
            platform or None,
            country or None,
            start or None,
            end or None,
            shuffle,
            skipped,
            offline,
            incognito,
            uploaded_at,
        )
    )


def _spoken_names(row: UsualRow) -> tuple[str, str | None, str, str, None] | None:
    """Kind, uri, title, show and no uri of it, of a row that names an episode and nothing else, as nearly all do."""
    if row.audiobook_title or row.audiobook_uri or row.audiobook_chapter_uri or row.audiobook_chapter_title:
        return None
    if not (row.spotify_episode_uri or row.episode_name or row.episode_show_name):
        return None
    return "podcast", row.spotify_episode_uri or None, row.episode_name or "", row.episode_show_name or "", None
