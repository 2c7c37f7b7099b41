"""One life, told in every dialect there is: in any order, any number of times, it is that life."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.chunks import by_kind
from brapped_assets.history.parsing import parse_row
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import Row, natural, tell
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, song
from brapped_assets_tests.warehouse.test_exported_records import copy

# Half an hour before a clock change in Europe, so that nothing may depend on local time.
NIGHT = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Id, title, milliseconds of a whole play: of whole seconds or not, and two of one title.
SONGS = [("a", "Rain", 180_517), ("b", "Sun", 149_073), ("c", "Rain", 61_000), ("d", "Night", 30_000)]
ARTISTS = {"a": "Alice", "b": "Alice", "c": "Bob", "d": "Alice"}
Dialect = Literal["endsong", "2023", "today", "unstamped", "account by end", "account by upload", "polled", "ours"]
DIALECTS: list[Dialect] = [*get_args(Dialect)]


@dataclass(frozen=True)
class Lived:
    """One play as it was: START (UTC, to the millisecond), and when it was uploaded if it was offline."""

    started_at: datetime
    song: tuple[str, str, int]
    ms_played: int
    uploaded_at: datetime | None = None
    polled_late: timedelta = timedelta()

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(milliseconds=self.ms_played)

    @property
    def ts(self) -> datetime:
        return (self.uploaded_at or self.ended_at).replace(microsecond=0)

    @property
    def is_uploaded_soon(self) -> bool:
        """Whether an export's END is the upload, within ten minutes: too late to be the play that a poll tells of."""
        return self.uploaded_at is not None and self.ts - self.ended_at <= timedelta(minutes=10)


@st.composite
def lives(draw: st.DrawFn) -> list[Lived]:
    """Runs of plays one after the other; what is offline in one run is uploaded at once, hours or days later."""
    at, life = NIGHT, []
    for _ in range(draw(st.integers(1, 3))):
        upload = draw(st.sampled_from([None, None, 5 * 60, 11 * 60, 3_600, 30 * 3_600, 86_400 - 1]))
        run: list[tuple[datetime, Any, int, timedelta]] = []
        for _ in range(draw(st.integers(1, 5))):
            at += timedelta(milliseconds=draw(st.sampled_from([0, 1, 137, 999, 20_500, 3_600_000])))
            track = draw(st.sampled_from(SONGS))
            ms_played = draw(st.sampled_from([track[2], track[2], 31_250, 4_999, 0]))
            late = timedelta(milliseconds=draw(st.sampled_from([0, 250, -900, 5_000])))
            run.append((at, track, ms_played, late))
            at += timedelta(milliseconds=ms_played)
        uploaded_at = at + timedelta(seconds=upload) if upload else None
        life += [Lived(start, track, ms, uploaded_at, late) for start, track, ms, late in run]
        # Without a START, what ends in the very second of an upload is not told apart from what was uploaded then.
        at = max(at, (uploaded_at or at) + timedelta(seconds=1))
    return life


def extended(play: Lived, **more: Any) -> dict[str, Any]:
    """What all forms of extended history have in common."""
    ref, title, _ = play.song
    return {
        "ts": f"{play.ts:%Y-%m-%dT%H:%M:%SZ}", "platform": "android", "ms_played": play.ms_played, "conn_country": "IN",
        "master_metadata_track_name": title, "master_metadata_album_artist_name": ARTISTS[ref],
        "master_metadata_album_album_name": "Album", "spotify_track_uri": f"spotify:track:{ref:0>22}",
        "reason_start": "trackdone", "reason_end": "trackdone", "shuffle": False, "incognito_mode": False,
        "offline": play.uploaded_at is not None, **more,
    }  # fmt: skip


def endsong(play: Lived) -> dict[str, Any]:
    """2014 to 2021: stamps in ms."""
    stamp = int(play.started_at.timestamp() * 1000)
    return extended(play, username="x", ip_addr_decrypted="203.0.113.9", skipped=None, offline_timestamp=stamp)


def of_2023(play: Lived) -> dict[str, Any]:
    return extended(play, username="x", skipped=None, offline_timestamp=int(play.started_at.timestamp()))


def today(play: Lived) -> dict[str, Any]:
    return extended(play, ip_addr="203.0.113.9", skipped=False, offline_timestamp=int(play.started_at.timestamp()))


def unstamped(play: Lived) -> dict[str, Any]:
    """The START is known of no play."""
    return extended(play, skipped=None, offline_timestamp=0 if play.ms_played % 2 else None)


def account(at: Callable[[Lived], datetime]) -> Callable[[Lived], dict[str, Any]]:
    return lambda play: {
        "endTime": f"{at(play):%Y-%m-%d %H:%M}", "artistName": "Alice feat. Bob", "trackName": play.song[1],
        "msPlayed": play.ms_played,
    }  # fmt: skip


ROWS: dict[Dialect, Callable[[Lived], dict[str, Any]]] = {
    "endsong": endsong,
    "2023": of_2023,
    "today": today,
    "unstamped": unstamped,
    "account by end": account(lambda play: play.ended_at),
    "account by upload": account(lambda play: play.ts),
}


def write(tx: Connection, listener_id: int, dialect: Dialect, life: list[Lived], piece: int) -> None:
    """Tell a life in one dialect, in files as they come and in pieces."""
    if dialect == "polled":
        played = [
            Play(
                play.ended_at + play.polled_late,
                song(f"{play.song[0]:0>22}", name=play.song[1], artists=[ARTISTS[play.song[0]]]),
            )
            for play in life
            if play.ms_played >= 30_000
        ]
        tell(tx, listener_id, [("poll", played)] if played else [])
        return
    if dialect == "ours":
        other = newcomer(tx, f"other than {listener_id}")
        write(tx, other, "today", life, piece)
        copy(tx, other, listener_id, piece)
        tx.execute("delete from audit.listener where listener_id = %s", [other])
        return
    rows = [parse_row(ROWS[dialect](play), now=NOW) for play in life]
    occurrences = Occurrences()
    for kind, plays in by_kind(rows).items():
        for first in range(0, len(plays), piece):
            merge_exported(tx, listener_id, kind, encode(plays[first : first + piece], occurrences))


def heard(rows: list[Row]) -> list[tuple[str, int]]:
    """What was played, and how long."""
    return sorted((row.ref[-1], row.ms_played) for row in rows)


@examples(12)
@given(data=st.data())
def test_any_dialects_of_a_life_in_any_order_and_number_are_that_life_once(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    life = data.draw(lives())
    told = data.draw(st.lists(st.sampled_from(DIALECTS), min_size=1, max_size=5))
    other = data.draw(st.permutations([*told, data.draw(st.sampled_from(told))]))
    parts = [data.draw(st.permutations(life)) for _ in other]
    piece = data.draw(st.sampled_from([1, 3, 1_000]))
    with warehouse.transaction() as tx:
        one, two = newcomer(tx, f"one-{id(data)}"), newcomer(tx, f"two-{id(data)}")
        for dialect in told:
            write(tx, one, dialect, life, 1_000)
        for dialect, part in zip(other, parts, strict=True):
            # Half of it by itself before, as an older export would.
            write(tx, two, dialect, part[: len(part) // 2], piece)
            write(tx, two, dialect, part, piece)
        rows = natural(tx, one)
        assert natural(tx, two) == rows
        is_twice = "polled" in told and any(play.is_uploaded_soon for play in life)
        if {"endsong", "2023", "today", "ours"} & set(told) and not is_twice:
            assert heard(rows) == sorted((play.song[0], play.ms_played) for play in life)
        if set(told) in ({"account by end"}, {"account by upload"}, {"unstamped"}):
            assert sorted(row.ms_played for row in rows) == sorted(play.ms_played for play in life)
        clear(tx)
