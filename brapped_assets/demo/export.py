"""The simulated listener's own data export, in the files Spotify would send (facts, section 6), and the truth of it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from brapped_assets.demo.listener import Listener, Play, ScriptedListener

Json = dict[str, Any]
Kind = Literal["extended", "account"]
ROWS_PER_FILE, BYTES_PER_FILE = 16_000, 12_000_000
DRIFT_SECONDS = (0, 0, 0, 0, 1, 5)  # by the milliseconds of the API's instant, which are as good as chance
ACCOUNT_ROWS_PER_FILE = 10_000
ACCOUNT_REACHES_BACK = timedelta(days=365)
# Until then `skipped` was null or true, and `offline_timestamp` in milliseconds.
NEWER_FORM = datetime(2022, 1, 1, tzinfo=UTC)
SHOWS = ("Monday Machines", "Ein Ohr für Züge", "The Long Kitchen", "रात की बात")
BOOKS = ("The Salt Road", "Nine Winters")
NOTHING_ELSE = dict.fromkeys(
    ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"),
)


class Tally(NamedTuple):
    """What a perfect merge holds of one track on one day: rows, rows of 30 s and more, ms played, skipped rows."""

    rows: int
    plays: int
    ms_played: int
    skips: int


def write_export(
    listener: Listener | ScriptedListener, to: Path, *, start: datetime, end: datetime, kind: Kind = "extended"
) -> Path:
    """The export of all plays with `played_at` in [start, end), as a zip if the name ends so and else as a folder.

    Account data reaches back one year from `end`, whatever `start` is. Returns `to`.
    """
    plays = listener.plays_between(max(start, end - ACCOUNT_REACHES_BACK) if kind == "account" else start, end)
    documents = (account_documents if kind == "account" else extended_documents)(listener.seed, plays)
    if to.suffix == ".zip":
        with ZipFile(to, "w", ZIP_DEFLATED) as archive:
            for name, content in documents:
                archive.writestr(name, content)
    else:
        for name, content in documents:
            path = to / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return to


def truth(
    listener: Listener | ScriptedListener,
    start: datetime,
    end: datetime,
    *,
    zone: tzinfo = UTC,
    polled: Callable[[Play], bool] = lambda _play: False,
) -> dict[tuple[date, str, str], Tally]:
    """What must be known once the extended export is merged: by (day in the zone, title, artist).

    `polled` says which plays the API showed too: those lie where the API put them, the others where the export does,
    which near midnight may be another day. By names, because a relinked track has two ids. Private plays are in it;
    local files are not, as the export forgets their names.
    """
    tallies: dict[tuple[date, str, str], Tally] = defaultdict(lambda: Tally(0, 0, 0, 0))
    for play in listener.plays_between(start, end):
        if play.track.is_local:
            continue
        at = play.played_at if polled(play) else exported_end(play)
        key = (at.astimezone(zone).date(), play.track.name, play.track.album.artists[0].name)
        rows, plays, ms_played, skips = tallies[key]
        tallies[key] = Tally(
            rows + 1, plays + (play.ms_played >= 30_000), ms_played + play.ms_played, skips + play.skipped
        )
    return dict(tallies)


def exported_end(play: Play) -> datetime:
    """The END an extended export tells of a play, in UTC.

    Online that is `ts`: to the second, and for one play in three up to 5 s after the API's instant (how far they
    differ in reality is not confirmed: facts, section 9). Offline it is the device's START plus the time played.
    """
    if play.offline:
        return _second(_start(play)) + timedelta(milliseconds=play.ms_played)
    return _second(play.played_at) + timedelta(seconds=DRIFT_SECONDS[play.played_at.microsecond // 1000 % 6])


def extended_documents(seed: str, plays: Iterable[Play]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of an extended export."""
    folder = "Spotify Extended Streaming History"
    audio: list[Json] = []
    video: list[Json] = []
    for day, of_day in groupby(plays, key=lambda play: play.played_at.date()):
        of_day_list = list(of_day)
        audio += map(_row, of_day_list)
        spoken, watched = _spoken(Random(f"{seed}/spoken/{day}"), of_day_list[-1])
        audio += spoken
        video += watched
    # Uploads of offline plays come when they come; in a real file the rows are in the order of `ts`.
    audio.sort(key=lambda row: str(row["ts"]))
    for number, rows in enumerate(_files(audio)):
        yield f"{folder}/Streaming_History_Audio_{_years(rows)}_{number}.json", _compact(rows)
    if video:
        yield f"{folder}/Streaming_History_Video_{_years(video)}.json", _compact(video)
    yield f"{folder}/ReadMeFirst_ExtendedStreamingHistory.pdf", b"%PDF-1.4\n% a simulated export\n%%EOF\n"


def account_documents(seed: str, plays: Iterable[Play]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of an account-data export that has to do with listening, and two that do not."""
    folder = "Spotify Account Data"
    rows = [
        {
            "endTime": f"{exported_end(play):%Y-%m-%d %H:%M}",
            "artistName": "Unknown Artist" if play.track.is_local else play.track.artists[0].name,
            "trackName": "Unknown Track" if play.track.is_local else play.track.name,
            "msPlayed": play.ms_played,
        }
        for play in plays
    ]
    for number, first in enumerate(range(0, len(rows), ACCOUNT_ROWS_PER_FILE)):
        yield (
            f"{folder}/StreamingHistory_music_{number}.json",
            _indented(rows[first : first + ACCOUNT_ROWS_PER_FILE]),
        )
    episodes = [
        {"endTime": row["endTime"], "podcastName": SHOWS[0], "episodeName": "Episode 1", "msPlayed": row["msPlayed"]}
        for row in rows[::500]
    ]
    yield f"{folder}/StreamingHistory_podcast_0.json", _indented(episodes)
    yield f"{folder}/Userdata.json", _indented({"username": seed, "country": "IN", "createdFromFacebook": False})
    yield f"{folder}/Playlist1.json", _indented({"playlists": []})


def _row(play: Play) -> Json:
    track = play.track
    forgotten = track.is_local
    newer = play.played_at >= NEWER_FORM
    started_ms = int(_start(play).timestamp() * 1000)
    # After an upload `ts` is its time; before it, the export's own END.
    ended = _second(play.served_from) if play.offline else exported_end(play)
    return {
        "ts": _ts(ended),
        "platform": play.platform,
        "ms_played": play.ms_played,
        "conn_country": play.country,
        "ip_addr": "203.0.113.7",  # an address for documentation (RFC 5737)
        "master_metadata_track_name": None if forgotten else track.name,
        "master_metadata_album_artist_name": None if forgotten else track.album.artists[0].name,
        "master_metadata_album_album_name": None if forgotten else track.album.name,
        "spotify_track_uri": None if forgotten else f"spotify:track:{track.gone or track.relinked_from or track.id}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        **NOTHING_ELSE,
        "reason_start": play.reason_start,
        "reason_end": play.reason_end,
        "shuffle": play.shuffle,
        "skipped": play.skipped if newer or play.skipped else None,
        "offline": play.offline,
        "offline_timestamp": started_ms // 1000 if newer else started_ms // 1000 * 1000,
        "incognito_mode": play.private,
    }


def _spoken(rng: Random, after: Play) -> tuple[list[Json], list[Json]]:
    """What was heard and watched besides music on one day: rows for the audio and for the video file."""
    audio: list[Json] = []
    video: list[Json] = []
    at = after.played_at + timedelta(minutes=30)
    music = {"master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name"}
    blank = {key: None if key in music | {"spotify_track_uri"} else value for key, value in _row(after).items()}
    blank |= {"ts": _ts(at), "ms_played": rng.randint(60_000, 1_800_000), "offline": False, "incognito_mode": False}
    show = rng.choice(SHOWS)
    episode = {
        "episode_name": f"Episode {at.toordinal() % 300}",
        "episode_show_name": show,
        "spotify_episode_uri": f"spotify:episode:{at.toordinal():022}",
    }
    chance = rng.random()
    if chance < 0.12:
        audio.append(blank | episode)
    elif chance < 0.15:
        book, nth = rng.randrange(len(BOOKS)), at.toordinal() % 24 + 1
        audio.append(
            blank
            | {
                "audiobook_title": BOOKS[book],
                "audiobook_uri": f"spotify:show:{book:022}",
                "audiobook_chapter_uri": f"spotify:episode:{100 * book + nth:022}",
                "audiobook_chapter_title": f"Chapter {nth}",
            }
        )
    elif chance < 0.20:
        video.append(blank | episode)
    return audio, video


def _files(rows: list[Json]) -> Iterator[list[Json]]:
    """The rows of each file: as many as fit by number and by size, measured on the first few hundred."""
    sample = rows[:300]
    size = len(_compact(sample)) / max(len(sample), 1)
    per_file = min(ROWS_PER_FILE, int(BYTES_PER_FILE / size))
    for first in range(0, len(rows), per_file):
        yield rows[first : first + per_file]


def _years(rows: list[Json]) -> str:
    first, last = rows[0]["ts"][:4], rows[-1]["ts"][:4]
    return first if first == last else f"{first}-{last}"


def _start(play: Play) -> datetime:
    return play.played_at - timedelta(milliseconds=play.ms_played)


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _ts(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(rows: list[Json]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _indented(content: Any) -> bytes:
    """As account data is written, with a space before the colon."""
    return json.dumps(content, ensure_ascii=False, indent=2, separators=(",", " : ")).encode()
