"""Rows and files as Spotify exports them (facts, section 6), made up for the tests."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.history_file import HistoryFile
from brapped_assets.history.model import Row

ADDRESS, AGENT = "203.0.113.7", "unknown/1.0 (somebody's own machine)"
FOLDER = "Spotify Extended Streaming History"
AUDIO = "Streaming_History_Audio_2024-2025_3.json"
ID = "6pHLEjP6LdsoP31jZDNc6e"


def extended(**values: Any) -> dict[str, Any]:
    """A row of the newer form, with its keys in their order."""
    return {
        "ts": "2025-04-28T21:04:35Z",
        "platform": "android",
        "ms_played": 200_000,
        "conn_country": "IN",
        "ip_addr": ADDRESS,
        "master_metadata_track_name": "Rain",
        "master_metadata_album_artist_name": "Asha Rao",
        "master_metadata_album_album_name": "Monsoon",
        "spotify_track_uri": f"spotify:track:{ID}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "trackdone",
        "reason_end": "fwdbtn",
        "shuffle": False,
        "skipped": True,
        "offline": False,
        "offline_timestamp": 1745874070,
        "incognito_mode": False,
    } | values


def nameless(**values: Any) -> dict[str, Any]:
    """A row without any name of music."""
    keys = (
        *("master_metadata_track_name", "master_metadata_album_artist_name"),
        *("master_metadata_album_album_name", "spotify_track_uri"),
    )
    return extended(**dict.fromkeys(keys)) | values


def account(**values: Any) -> dict[str, Any]:
    row = {"endTime": "2024-01-05 14:23", "artistName": "Asha Rao", "trackName": "Rain", "msPlayed": 200_000}
    return row | values


def document(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def written(folder: Path, content: Any, name: str = AUDIO) -> HistoryFile:
    """The one history in a file with this content: JSON, or bytes as they are."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else document(content))
    (file,) = find_histories(path).files
    return file


def names(files: Iterable[HistoryFile]) -> list[str]:
    return [file.name for file in files]


def read(folder: Path, content: Any, name: str = AUDIO) -> list[Row]:
    return list(written(folder, content, name).read())
