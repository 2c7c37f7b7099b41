"""Somebody with two years of plays, every kind of gap and number, and names that try to be more than text."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.history.export_builders import nameless
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.heard_episodes import hear
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, poll, song

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOSTILE = (
    "<img src=/nowhere onerror=window.ran=1>",
    "</script><script>window.ran=1;alert(1)</script>",
    '"><svg onload=window.ran=1>',
    "javascript:window.ran=1",
    "{{ 7 * 7 }}${window.ran=1}%s",
    "' onmouseover='window.ran=1",
)
NAMES = (
    *HOSTILE,
    "Beyoncé",
    "夜に駆ける",
    "نور وردة",
    "इश्क़ धूप",
    "🔥💜",
    "A name that goes on and on, longer than any line of any page will ever be, on purpose",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "X",
)
COVER = "https://i.scdn.co/image/one"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path fill="#6d4aff" d="M0 0h10v10H0Z"/></svg>'


def _told() -> Iterator[Told]:
    """Some plays on most days, more in the evening, the first names far more often; half a year without one of them."""
    first = datetime(2024, 10, 1, 7, tzinfo=UTC)
    for nth in range(2400):
        day, of_day = divmod(nth, 4)
        if day % 23 == 5:
            continue
        which = (nth * 7 + day) % 5 if nth % 3 else (nth // 3) % len(NAMES)
        if which == 6 and 100 < day < 400:
            which = 0
        name, number = NAMES[which], nth % 3
        at = first + timedelta(days=day, minutes=[0, 245, 610, 800][of_day] + nth % 37)
        yield Told(
            at, 150_000 + nth % 90_000, f"t{which}-{number}", f"{name} {number}" if number else name, name,
            album=f"{name} (album)", skipped=nth % 9 == 0, shuffle=nth % 2 == 0, offline=nth % 31 == 0,
            platform=("android", "windows", "web_player")[nth % 3],
        )  # fmt: skip


def _polled(minutes: Sequence[int], before: timedelta) -> list[Play]:
    album = {"id": "al", "name": HOSTILE[0], "artists": [{"id": "id-a", "name": HOSTILE[1]}], "total_tracks": 2,
             "release_date": "1999-05-01", "images": [{"url": COVER, "width": 640, "height": 640}]}  # fmt: skip
    return [
        Play(NOW - before + timedelta(minutes=minute),
             song(f"p{minute % 2}", artists=[HOSTILE[1], HOSTILE[2]], name=HOSTILE[3], album=album),
             {"type": "playlist", "uri": "spotify:playlist:1"})
        for minute in minutes
    ]  # fmt: skip


def _episodes() -> list[dict[str, Any]]:
    return [
        nameless(ts=f"{NOW - timedelta(days=nth + 1):%Y-%m-%dT%H:%M:%SZ}", ms_played=1_500_000,
                 spotify_episode_uri=f"spotify:episode:{nth}", episode_name=name, episode_show_name=NAMES[nth - 1])
        for nth, name in enumerate(NAMES)
    ]  # fmt: skip


def listen(warehouse: Warehouse) -> None:
    """Years from an export; two polls with a gap between them, with a cover and a guest; Spotify's own ranking."""
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kolkata")
        tell(tx, me, [("extended", list(_told()))])
        poll(tx, me, _polled(range(0, 60, 4), timedelta(hours=30)))
        poll(tx, me, _polled(range(0, 240, 5), timedelta(hours=5)))
        merge_plays(tx, me, NOW)
        apply_payloads(tx)
        _own_ranking(tx, me)


def listen_absent(warehouse: Warehouse) -> None:
    """One song 25 times in a row, a night of hours in which nobody touched anything, and episodes."""
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kolkata")
        plays = [
            Told(
                datetime(2026, 11, day, 17, tzinfo=UTC) + timedelta(minutes=4 * nth), 240_000, f"t{which}",
                NAMES[which], NAMES[which], reason_end="trackdone", skipped=False, shuffle=False,
            )
            for day, numbers in ((10, [11] * 25), (20, [nth % 9 for nth in range(90)]))
            for nth, which in enumerate(numbers)
        ]  # fmt: skip
        tell(tx, me, [("extended", plays)])
        hear(tx, me, _episodes())


def listen_together(warehouse: Warehouse) -> None:
    """Two with music in common, one of a name that is longer than a column of numbers."""
    with warehouse.transaction() as tx:
        for name, part in (("Maximiliane Obersteiner-Winterbottom", 1), ("Bo", 3)):
            who = newcomer(tx, name, zone="Asia/Kolkata")
            tx.execute("update audit.listener set display_name = %s where listener_id = %s", (name, who))
            tell(tx, who, [("extended", list(_told())[-300::part])])


def _own_ranking(tx: Connection, me: int) -> None:
    tx.execute(
        """insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key, track_key)
           select %s, date '2026-11-22', 'artists', r, row_number() over (partition by r order by artist_key),
                  artist_key, null
           from star.artist_dim cross join unnest(array['short_term', 'medium_term', 'long_term']) r
           union all
           select %s, date '2026-11-22', 'tracks', r, row_number() over (partition by r order by track_key),
                  null, track_key
           from star.track_dim cross join unnest(array['short_term', 'medium_term', 'long_term']) r""",
        (me, me),
    )


def keep_cover(folder: Path) -> None:
    """The picture as if it had been fetched before."""
    folder.mkdir(parents=True)
    (folder / sha256(COVER.encode()).hexdigest()).write_bytes(PICTURE)


def export(file: Path) -> Path:
    """A small zip as Spotify sends it, of plays that are not there yet."""
    rows: list[dict[str, Any]] = [
        {"ts": f"2024-05-01T10:{minute:02d}:00Z", "ms_played": 60_000,
         "spotify_track_uri": f"spotify:track:{minute:022d}",
         "master_metadata_track_name": HOSTILE[0], "master_metadata_album_artist_name": "Dropped",
         "master_metadata_album_album_name": "Album", "platform": "ios", "skipped": False, "shuffle": False}
        for minute in (1, 5, 9)
    ]  # fmt: skip
    with ZipFile(file, "w") as archive:
        archive.writestr("Spotify/Streaming_History_Audio_2024_0.json", json.dumps(rows))
    return file
