"""Rows of an export that are no music: episodes of podcasts, chapters of audiobooks, whatever a video file holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from brapped_assets.history.field_validation import flag, instant, milliseconds, text
from brapped_assets.history.model import HistoryPlay, OtherRow, Row, SpokenKind, SpokenPlay
from brapped_assets.history.play_end import end_and_upload

# Audiobooks first: a chapter of one has been seen with an episode's keys filled in too.
AUDIOBOOK = ("audiobook_chapter_uri", "audiobook_chapter_title", "audiobook_title", "audiobook_uri")
PODCAST = ("spotify_episode_uri", "episode_name", "episode_show_name")
Names = tuple[str | None, str | None, str | None, str | None]
ACCOUNT: tuple[tuple[SpokenKind, str, str], ...] = (
    ("audiobook", "chapterName", "audiobookName"),
    ("podcast", "episodeName", "podcastName"),
)


def extended_spoken(row: dict[str, Any], now: datetime) -> SpokenPlay | None:
    """A row of extended history that names an episode or a chapter; None: it names none. Raises Odd."""
    if _is_told(row, AUDIOBOOK):
        chapter_uri, chapter, book, book_uri = (text(row.get(key)) for key in AUDIOBOOK)
        # Without a chapter's uri or name the book itself was heard.
        uri = chapter_uri or (None if chapter or book else book_uri)
        return _extended("audiobook", row, now, (uri, chapter or text(row.get("episode_name")), book, book_uri))
    if _is_told(row, PODCAST):
        uri, title, show = (text(row.get(key)) for key in PODCAST)
        return _extended("podcast", row, now, (uri, title, show, None))
    return None


def account_spoken(row: dict[str, Any], now: datetime) -> SpokenPlay | None:
    """A row of account data that names an episode or a chapter; None: it names none. Raises Odd."""
    for spoken_kind, title_key, show_key in ACCOUNT:
        if _is_told(row, (title_key, show_key)):
            ended, ms_played = instant(row["endTime"], now), milliseconds(row.get("msPlayed"))
            title, show = text(row.get(title_key)) or "", text(row.get(show_key)) or ""
            minute = ended.replace(second=0, microsecond=0)
            return SpokenPlay("account", spoken_kind, minute, ms_played, None, title, show)
    return None


def as_video(row: Row) -> Row:
    """What a row is in a file of videos, whose rows look like those of any other."""
    if isinstance(row, SpokenPlay):
        return row._replace(spoken_kind="video")
    if isinstance(row, HistoryPlay):
        kind, ended, ms_played, _, uri, title, artist = row[:7]
        # From the platform on both tell the same.
        return SpokenPlay._make((kind, "video", ended, ms_played, uri, title, artist, None, *row[8:]))
    return OtherRow("unknown") if isinstance(row, OtherRow) else row


def _is_told(row: dict[str, Any], keys: Sequence[str]) -> bool:
    return any(row.get(key) for key in keys)


def _extended(spoken_kind: SpokenKind, row: dict[str, Any], now: datetime, names: Names) -> SpokenPlay:
    """`names` are the uri, the title, the show and its uri."""
    uri, title, show, show_uri = names
    offline, ms_played = flag(row.get("offline")), milliseconds(row.get("ms_played"))
    ended, uploaded_at = end_and_upload(
        instant(row.get("ts"), now), ms_played, row.get("offline_timestamp"), is_offline=offline
    )
    return SpokenPlay(
        "extended",
        spoken_kind,
        ended,
        ms_played,
        uri,
        title or "",
        show or "",
        show_uri,
        text(row.get("platform")),
        text(row.get("conn_country")),
        text(row.get("reason_start")),
        text(row.get("reason_end")),
        flag(row.get("shuffle")),
        flag(row.get("skipped")),
        offline,
        flag(row.get("incognito_mode")),
        uploaded_at,
    )
