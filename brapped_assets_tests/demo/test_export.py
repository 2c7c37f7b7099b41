"""The simulated export: its files as Spotify names and fills them, and its rows against what was really played."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import Tally, exported_end, truth, write_export
from brapped_assets.demo.listener import Listener, Play, ScriptedListener, nonstop

FOLDER = "Spotify Extended Streaming History"
START, END = datetime(2021, 11, 1, tzinfo=UTC), datetime(2022, 4, 1, tzinfo=UTC)
KEYS = [
    *("ts", "platform", "ms_played", "conn_country", "ip_addr", "master_metadata_track_name"),
    *("master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri"),
    *("episode_name", "episode_show_name", "spotify_episode_uri"),
    *("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"),
    *("reason_start", "reason_end", "shuffle", "skipped", "offline", "offline_timestamp", "incognito_mode"),
]


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener(Catalogue(), plays_per_day=90)


@pytest.fixture(scope="module")
def plays(listener: Listener) -> list[Play]:
    return listener.plays_between(START, END)


@pytest.fixture(scope="module")
def rows(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """All rows of the audio files of five months, out of the zip."""
    path = write_export(listener, tmp_path_factory.mktemp("export") / "my_spotify_data.zip", start=START, end=END)
    with ZipFile(path) as archive:
        audio = [name for name in archive.namelist() if "_Audio_" in name]
        assert audio == [f"{FOLDER}/Streaming_History_Audio_2021-2022_0.json"]
        assert f"{FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf" in archive.namelist()
        assert f"{FOLDER}/Streaming_History_Video_2021-2022.json" in archive.namelist()
        found: list[Any] = json.loads(archive.read(audio[0]))
    return found


def instant(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


@pytest.mark.slow
def test_every_row_has_the_keys_of_a_real_one_in_their_order(rows: list[Any]) -> None:
    assert all(list(row) == KEYS for row in rows)
    assert 550 < len(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()) / len(rows) < 750
    assert [row["ts"] for row in rows] == sorted(row["ts"] for row in rows)


def test_every_play_is_a_row_with_what_was_measured(rows: list[Any], plays: list[Play]) -> None:
    def of_play(play: Play) -> tuple[object, ...]:
        uri = f"spotify:track:{play.track.gone or play.track.relinked_from or play.track.id}"
        name = play.track.name
        forgotten = play.track.is_local
        return (None if forgotten else uri, None if forgotten else name, play.ms_played, play.private, play.reason_end)

    music = [row for row in rows if not row["episode_name"] and not row["audiobook_title"]]
    named = ("spotify_track_uri", "master_metadata_track_name", "ms_played", "incognito_mode", "reason_end")
    assert Counter(tuple(row[key] for key in named) for row in music) == Counter(map(of_play, plays))


def test_every_oddity_of_a_real_export_occurs(rows: list[Any]) -> None:
    assert any(row["ms_played"] < 30_000 and row["skipped"] for row in rows)
    assert any(row["incognito_mode"] for row in rows)
    assert any(row["spotify_track_uri"] is None and row["episode_name"] is None for row in rows)
    assert any(row["spotify_episode_uri"] for row in rows)
    assert any(row["audiobook_uri"] for row in rows)
    older, newer = ([row for row in rows if (row["ts"] >= "2022-01-03") is late] for late in (False, True))
    assert {row["skipped"] for row in newer} == {True, False}
    assert None in {row["skipped"] for row in older}
    assert all(row["offline_timestamp"] < 10**10 for row in newer)
    assert any(row["offline_timestamp"] > 10**12 for row in older)


def test_an_offline_row_has_the_time_of_its_upload_and_its_start(rows: list[Any]) -> None:
    offline = [row for row in rows if row["offline"] and row["ts"] >= "2022-01-03"]
    assert offline
    for row in offline:
        late = instant(row["ts"]) - datetime.fromtimestamp(row["offline_timestamp"], UTC)
        assert late - timedelta(milliseconds=row["ms_played"]) > timedelta(hours=1)


def test_the_export_lies_within_seconds_of_the_api(plays: list[Play]) -> None:
    drifts = [exported_end(play) - play.played_at for play in plays]
    assert all(timedelta(seconds=-1) < drift <= timedelta(seconds=5) for drift in drifts)
    assert 0.2 < sum(drift > timedelta(0) for drift in drifts) / len(drifts) < 0.45


@pytest.mark.slow
def test_files_end_where_spotify_ends_them_and_are_numbered(tmp_path: Path) -> None:
    listener = nonstop(Catalogue(artists=20), datetime(2019, 12, 28, tzinfo=UTC), count=36_000)
    write_export(listener, tmp_path, start=listener.plays[0].played_at, end=datetime(2030, 1, 1, tzinfo=UTC))
    files = sorted((tmp_path / FOLDER).glob("*_Audio_*"))
    names = [f"Streaming_History_Audio_{part}.json" for part in ("2019-2020_0", "2020_1", "2020_2")]
    assert [path.name for path in files] == names
    contents = [json.loads(path.read_bytes()) for path in files]
    assert all(len(rows) <= 16_000 for rows in contents)
    assert all(path.stat().st_size <= 12_000_000 for path in files)
    assert sum(row["spotify_track_uri"] is not None for rows in contents for row in rows) == 36_000
    assert all(earlier[-1]["ts"] <= later[0]["ts"] for earlier, later in pairwise(contents))


@pytest.mark.slow
def test_account_data_tells_a_year_to_the_minute(listener: Listener, plays: list[Play], tmp_path: Path) -> None:
    path = write_export(listener, tmp_path / "my_spotify_data.zip", start=START, end=END, kind="account")
    with ZipFile(path) as archive:
        contents = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    music = [row for name, content in contents.items() if "_music_" in name for row in json.loads(content)]
    assert {"StreamingHistory_music_0.json", "StreamingHistory_podcast_0.json", "Userdata.json"} <= contents.keys()
    assert contents["StreamingHistory_music_0.json"].startswith(b'[\n  {\n    "endTime" : "2021-1')
    assert list(music[0]) == ["endTime", "artistName", "trackName", "msPlayed"]
    assert [row["msPlayed"] for row in music] == [play.ms_played for play in plays]
    longer = write_export(listener, tmp_path / "x", start=END - timedelta(days=900), end=END, kind="account")
    rows = json.loads((longer / "Spotify Account Data" / "StreamingHistory_music_0.json").read_bytes())
    assert rows[0]["endTime"] >= "2021-04-01"


def test_the_truth_is_the_sum_of_what_was_played(listener: Listener, plays: list[Play]) -> None:
    known = [play for play in plays if not play.track.is_local]
    tallies = truth(listener, START, END).values()
    assert sum(tally.rows for tally in tallies) == len(known)
    assert sum(tally.plays for tally in tallies) == sum(play.ms_played >= 30_000 for play in known)
    assert sum(tally.ms_played for tally in tallies) == sum(play.ms_played for play in known)
    assert sum(tally.skips for tally in tallies) == sum(play.skipped for play in known)


def test_a_play_near_midnight_lies_where_its_source_puts_it() -> None:
    track = Catalogue().discography(0)[0][1][0]
    late = datetime(2026, 1, 1, 23, 59, 58, 5_000, tzinfo=UTC)  # five milliseconds: 5 s later in the export
    listener = ScriptedListener([Play(late, late, 40_000, track, skipped=True)])
    whole = (late - timedelta(days=1), late + timedelta(days=1))
    names = (track.name, track.artists[0].name)
    tally = Tally(rows=1, plays=1, ms_played=40_000, skips=1)
    assert truth(listener, *whole) == {(datetime(2026, 1, 2, tzinfo=UTC).date(), *names): tally}
    assert truth(listener, *whole, polled=lambda _: True) == {(late.date(), *names): tally}
    here = ZoneInfo("America/New_York")
    assert truth(listener, *whole, zone=here) == {(late.date(), *names): tally}


def test_the_same_listener_exports_the_same(listener: Listener, tmp_path: Path) -> None:
    end = START + timedelta(days=3)
    first, second = (write_export(listener, tmp_path / name, start=START, end=end) for name in "ab")
    files = sorted(path.relative_to(first) for path in first.rglob("*.*"))
    assert [(first / file).read_bytes() for file in files] == [(second / file).read_bytes() for file in files]
