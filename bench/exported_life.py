"""A life of listening as Spotify would export it: rows of some 650 bytes that repeat themselves as people do."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from brapped_assets.demo.ids import LENGTH, base62
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.polled_page import Page

ROWS_A_FILE = 16_000
PAGE, SHOWN_FROM_MS, PLAYS_A_VACUUM = 50, 30_000, 2_500
BEGIN = datetime(2014, 1, 1, tzinfo=UTC)
TRACKS, TRACKS_AN_ALBUM, ARTISTS = 30_000, 12, 2_500
SPOKEN_ITEMS = 3_000
MUSIC = (
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
)
REASONS = ("trackdone", "fwdbtn", "clickrow", "endplay", "backbtn", "logout", "playbtn", "appload", "remote")
PLATFORMS = tuple(f"Android OS {number} API 3{number} (samsung, SM-G99{number}B)" for number in range(40))


class Listened(NamedTuple):
    """One play of the life: END (UTC, to the second), track number, milliseconds."""

    ended_at: datetime
    track: int
    ms_played: int


def life(begin: datetime, plays: int, *, seed: str = "life") -> Iterator[Listened]:
    """So many plays from an instant on, oldest first, some 300 a day; half of them of a thirtieth of the tracks."""
    rng = Random(seed)
    at = begin
    for _ in range(plays):
        length = rng.randrange(90_000, 400_000)
        ms_played = length if rng.random() < 0.7 else rng.randrange(0, length)
        at += timedelta(seconds=ms_played // 1000 + (0 if rng.random() < 0.9 else rng.randrange(0, 2_500)))
        yield Listened(at, int(rng.random() ** 3 * TRACKS), ms_played)


def row(play: Listened) -> dict[str, Any]:
    """The row that extended history has of a play."""
    number, album = play.track, play.track // TRACKS_AN_ALBUM
    return {
        "ts": f"{play.ended_at:%Y-%m-%dT%H:%M:%SZ}",
        "platform": PLATFORMS[play.ended_at.toordinal() // 90 % 40],
        "ms_played": play.ms_played,
        "conn_country": "IN",
        "ip_addr": "203.0.113.7",
        "master_metadata_track_name": f"Song number {number}, as it was remastered",
        "master_metadata_album_artist_name": f"Artist number {album % ARTISTS}",
        "master_metadata_album_album_name": f"Album number {album} (Deluxe Edition)",
        "spotify_track_uri": f"spotify:track:{track_id(number)}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": REASONS[play.ms_played % 9],
        "reason_end": REASONS[play.ms_played % 7],
        "shuffle": play.ms_played % 3 == 0,
        "skipped": play.ms_played % 5 == 0,
        "offline": False,
        "offline_timestamp": int(play.ended_at.timestamp()) - play.ms_played // 1000,
        "incognito_mode": False,
    }


def spoken_row(play: Listened) -> dict[str, Any]:
    """The same row, had an episode been heard, or for one in ten a chapter of a book."""
    number = play.track % SPOKEN_ITEMS
    uri = f"spotify:episode:{base62(number * 7**40, LENGTH)}"
    names = (
        {"spotify_episode_uri": uri, "episode_name": f"Episode {number}", "episode_show_name": f"Show {number % 40}"}
        if number % 10
        else {"audiobook_chapter_uri": uri, "audiobook_chapter_title": f"Chapter {number}", "audiobook_title": "Book"}
    )
    return row(play) | dict.fromkeys(MUSIC) | names


def track_id(number: int) -> str:
    return base62(number * 7**40, LENGTH)


def write(plays: Iterator[Listened], folder: Path, *, spoken_every: int = 0) -> int:
    """The plays as files of an export, named and cut as Spotify does; returns their bytes.

    With `spoken_every` 10, each tenth row is no music.
    """
    folder.mkdir(parents=True)
    size = number = 0
    while rows := [
        spoken_row(play) if spoken_every and nth % spoken_every == 0 else row(play)
        for nth, play in enumerate(islice(plays, ROWS_A_FILE))
    ]:
        path = folder / f"Streaming_History_Audio_{rows[0]['ts'][:4]}-{rows[-1]['ts'][:4]}_{number}.json"
        size += path.write_bytes(json.dumps(rows, separators=(",", ":")).encode())
        number += 1
    return size


@dataclass(frozen=True)
class Polled:
    """A play as a poll brings it: a third of a second after what the export says."""

    play: Listened

    @property
    def played_at(self) -> datetime:
        return self.play.ended_at + timedelta(milliseconds=333)

    @property
    def track_ref(self) -> str:
        return track_id(self.play.track)

    @property
    def context(self) -> dict[str, Any]:
        return {"type": "playlist", "uri": f"spotify:playlist:{base62(self.play.track % 200 * 7**40, LENGTH)}"}

    @property
    def track(self) -> dict[str, Any]:
        told, album = row(self.play), self.play.track // TRACKS_AN_ALBUM
        artists = [{"id": base62(album % ARTISTS * 7**39, LENGTH), "name": told["master_metadata_album_artist_name"]}]
        return {
            "id": self.track_ref,
            "uri": told["spotify_track_uri"],
            "name": told["master_metadata_track_name"],
            "artists": artists,
            "album": {
                "id": base62(album * 7**38, LENGTH),
                "name": told["master_metadata_album_album_name"],
                "artists": artists,
                "release_date": "2010-01-01",
                "images": [{"url": f"https://i.scdn.co/image/{album:040}", "height": 640, "width": 640}],
            },
            "duration_ms": 250_000,
            "explicit": False,
            "external_ids": {"isrc": f"XX{self.play.track:010}"},
        }


def poll(warehouse: Warehouse, plays: Sequence[Listened], *, vacuum: Callable[[], object] = lambda: None) -> int:
    """Plays landed and merged, a page of 50 after the other; returns the key of their listener.

    Years of polls in a minute leave dead rows that autovacuum would have cleared as they came: `vacuum` does.
    """
    shown = [Polled(play) for play in plays if play.ms_played >= SHOWN_FROM_MS]
    with warehouse.transaction() as tx:
        listener_id = listeners.save_listener(
            tx, refresh_token="bench", time_zone="Asia/Kolkata", now=plays[0].ended_at
        ).listener_id
    for first in range(0, len(shown), PAGE):
        page = shown[first : first + PAGE]
        polled_at = page[-1].played_at + timedelta(minutes=1)
        with warehouse.transaction() as tx:
            land(tx, Page(listener_id, f"{first:036}", polled_at, page, [], 1))
            merge_plays(tx, listener_id, polled_at)
        if first % PLAYS_A_VACUUM == 0:
            vacuum()
    return listener_id
