"""What is spoken, told in every dialect, in any order, any number of times: once, and never music."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.chunks import by_kind, spoken_by_kind
from brapped_assets.history.model import Row, SpokenPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets.history.spoken_rows import as_video
from brapped_assets.spotify import PARSER_VERSION, parse_kept
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge.encoding import Occurrences, encode, encode_spoken
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets.warehouse.merge.play_merge import lock_listener, rebuild_local_time, years_played
from brapped_assets.warehouse.merge.polled_spoken import merge_polled_spoken
from brapped_assets.warehouse.merge.spoken_plays import ALWAYS, SpokenOutcome, merge_spoken, settle_spoken
from brapped_assets.warehouse.rejected_items import retry_rejected
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import account, extended, nameless
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear
from brapped_assets_tests.warehouse.polled_plays import Unread, newcomer, poll
from brapped_assets_tests.warehouse.test_exported_records import copy

NIGHT = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Number, title, show; one is told in two languages, one show is named like a song, one chapter has no title.
ITEMS = [("1", "One", "Monday"), ("2", "Two", "Monday"), ("3", "Rain", "Alice"), ("4", "", "The Salt Road")]
Dialect = Literal["endsong", "2023", "today", "translated", "unstamped", "account by end", "account by upload",
                  "account of 2022", "ours"]  # fmt: skip
DIALECTS: list[Dialect] = [*get_args(Dialect)]


class Heard(NamedTuple):
    """One episode as it was heard: START (UTC, to the millisecond), and when it was uploaded if it was offline."""

    started_at: datetime
    item: tuple[str, str, str]
    ms_played: int
    uploaded_at: datetime | None = None

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(milliseconds=self.ms_played)

    @property
    def ts(self) -> datetime:
        return (self.uploaded_at or self.ended_at).replace(microsecond=0)


@st.composite
def lives(draw: st.DrawFn) -> list[Heard]:
    at = NIGHT
    life: list[Heard] = []
    for _ in range(draw(st.integers(1, 4))):
        upload = draw(st.sampled_from([None, None, 5 * 60, 11 * 60, 30 * 3_600]))
        run: list[tuple[datetime, tuple[str, str, str], int]] = []
        for _ in range(draw(st.integers(1, 4))):
            at += timedelta(milliseconds=draw(st.sampled_from([0, 137, 999, 20_500, 3_600_000])))
            # No two of one length within ten minutes: account data could not tell which of them it means.
            ms_played = draw(st.sampled_from([1_800_517, 600_000, 31_250])) + 1_000 * (len(life) + len(run))
            run.append((at, draw(st.sampled_from(ITEMS)), ms_played))
            at += timedelta(milliseconds=ms_played)
        uploaded_at = at + timedelta(seconds=upload) if upload else None
        life += [Heard(*heard, uploaded_at) for heard in run]
        at = max(at, (uploaded_at or at) + timedelta(seconds=1))
    return life


def today(heard: Heard, *, stamp: int | None = None, suffix: str = "") -> dict[str, Any]:
    number, title, show = heard.item
    uri = f"spotify:episode:{number:0>22}"
    is_book = number == "4"
    names = (
        {"audiobook_chapter_uri": uri, "audiobook_chapter_title": None, "audiobook_title": show + suffix}
        if is_book
        else {"spotify_episode_uri": uri, "episode_name": title + suffix, "episode_show_name": show}
    )
    return nameless(
        ts=f"{heard.ts:%Y-%m-%dT%H:%M:%SZ}", ms_played=heard.ms_played, offline=heard.uploaded_at is not None,
        offline_timestamp=int(heard.started_at.timestamp()) if stamp is None else stamp, **names,
    )  # fmt: skip


def told_as_account(at: Callable[[Heard], datetime]) -> Callable[[Heard], dict[str, Any]]:
    def row(heard: Heard) -> dict[str, Any]:
        number, title, show = heard.item
        names = (
            {"audiobookName": show, "chapterName": title}
            if number == "4"
            else {"podcastName": show, "episodeName": title}
        )
        return {"endTime": f"{at(heard):%Y-%m-%d %H:%M}", "msPlayed": heard.ms_played, **names}

    return row


ROWS: dict[Dialect, Callable[[Heard], dict[str, Any]]] = {
    "endsong": lambda heard: today(heard, stamp=int(heard.started_at.timestamp() * 1000)),
    "2023": today,
    "today": today,
    "translated": lambda heard: today(heard, suffix=" auf Deutsch"),
    "unstamped": lambda heard: today(heard, stamp=0),
    "account by end": told_as_account(lambda heard: heard.ended_at),
    "account by upload": told_as_account(lambda heard: heard.ts),
    # A show was an artist, and an episode a track; of chapters nothing was told.
    "account of 2022": lambda heard: {
        "endTime": f"{heard.ended_at:%Y-%m-%d %H:%M}", "artistName": heard.item[2], "trackName": heard.item[1] or "1",
        "msPlayed": heard.ms_played,
    },
}  # fmt: skip


def write(tx: Connection, listener_id: int, rows: list[Any], piece: int = 1_000) -> SpokenOutcome:
    """Merge the rows of one file, a piece after the other."""
    parsed: list[Row] = [row if isinstance(row, SpokenPlay) else parse_row(row, now=NOW) for row in rows]
    music, spoken, became = Occurrences(), Occurrences(), SpokenOutcome()
    for first in range(0, len(parsed), piece):
        part = parsed[first : first + piece]
        for source, heard in spoken_by_kind(part).items():
            became += merge_spoken(tx, lock_listener(tx, listener_id), source, encode_spoken(heard, spoken))
        for kind, plays in by_kind(part).items():
            merge_exported(tx, listener_id, kind, encode(plays, music))
            settle_spoken(tx, lock_listener(tx, listener_id), *ALWAYS)
    return became


def tell(tx: Connection, listener_id: int, dialect: Dialect, life: list[Heard], piece: int) -> None:
    if dialect == "ours":
        other = newcomer(tx, f"other than {listener_id}")
        tell(tx, other, "today", life, piece)
        copy(tx, other, listener_id, piece)
        wipe(tx, other)
        return
    write(tx, listener_id, [ROWS[dialect](heard) for heard in life], piece)


def wipe(tx: Connection, listener_id: int) -> None:
    for table in ("star.spoken_play", "star.spoken_item", "audit.listener"):
        tx.execute(f"delete from {table} where listener_id = %s".encode(), [listener_id])


def known(tx: Connection, listener_id: int) -> list[tuple[Any, ...]]:
    """Everything that is kept of what is spoken, and whether it counts here."""
    rows = tx.execute(
        "select i.item_ref, i.title, i.show_name, i.names, p.played_at, p.ms_played, p.told_by, p.nth, p.kind,"
        " p.uploaded_at, p.skipped, p.is_told_elsewhere"
        " from star.spoken_play p join star.spoken_item i using (spoken_item_key) where p.listener_id = %s"
        " order by p.played_at, i.item_ref, p.ms_played, p.told_by, p.nth",
        [listener_id],
    ).fetchall()
    return [tuple(row.values()) for row in rows]


def shown(tx: Connection, listener_id: int) -> list[tuple[Any, ...]]:
    """Kind, title, show, minutes and who tells of it, as the public view has them."""
    rows = tx.execute(
        "select kind, title, show_name, ms_played, source from bi.spoken_plays where listener_id = %s"
        " order by played_at, title",
        [listener_id],
    ).fetchall()
    return [tuple(row.values()) for row in rows]


def songs(tx: Connection, listener_id: int) -> list[str]:
    rows = tx.execute("select track_name from bi.plays where listener_id = %s order by 1", [listener_id]).fetchall()
    return [row["track_name"] for row in rows]


@examples(30)
@given(data=st.data())
def test_any_dialects_of_what_was_heard_in_any_order_and_number_are_that_once(
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
            tell(tx, one, dialect, life, 1_000)
        for dialect, part in zip(other, parts, strict=True):
            tell(tx, two, dialect, part[: len(part) // 2], piece)
            tell(tx, two, dialect, part, piece)
        assert known(tx, two) == known(tx, one)
        assert songs(tx, two) == songs(tx, one)
        if {"endsong", "2023", "today", "ours"} & set(told):
            assert sorted(row[3] for row in shown(tx, one)) == sorted(heard.ms_played for heard in life)
            # Of chapters the old account data told as of songs nothing says that they are none.
            assert set(songs(tx, one)) <= {"1"}
        elif set(told) in ({"account by end"}, {"account by upload"}, {"unstamped"}, {"translated"}):
            assert sorted(row[3] for row in shown(tx, one)) == sorted(heard.ms_played for heard in life)
        for listener in (one, two):
            wipe(tx, listener)
        clear(tx)


def test_an_episode_told_twice_in_one_file_is_two_plays_and_in_two_files_still_two(warehouse: Warehouse) -> None:
    row = today(Heard(NIGHT, ITEMS[0], 0))
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert write(tx, me, [row, row]) == SpokenOutcome(added=2)
        assert write(tx, me, [row]) == SpokenOutcome(known=1)
        assert shown(tx, me) == [("podcast", "One", "Monday", 0, "export")] * 2


def test_a_podcast_named_like_a_song_is_no_play_of_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        write(tx, me, [nameless(episode_name="Rain", episode_show_name="Asha Rao"), extended()])
        assert shown(tx, me) == [("podcast", "Rain", "Asha Rao", 200_000, "export")]
        assert songs(tx, me) == ["Rain"]


def test_one_episode_in_two_languages_is_one_with_the_least_title(warehouse: Warehouse) -> None:
    heard = Heard(NIGHT, ITEMS[0], 1_800_000)
    later = heard._replace(started_at=NIGHT + timedelta(days=1))
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        write(tx, me, [ROWS["translated"](heard), today(later)])
        write(tx, me, [ROWS["account by end"](heard)])
        assert shown(tx, me) == [("podcast", "One", "Monday", 1_800_000, "export")] * 2


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("is_of_2022", [False, True])
def test_what_was_heard_is_one_however_two_exports_spell_its_names(
    warehouse: Warehouse, order: int, *, is_of_2022: bool
) -> None:
    title, show = "Café  Noir", "Zoë"
    row = nameless(spotify_episode_uri="spotify:episode:1", episode_name=title, episode_show_name=show)
    video = as_video(parse_row(extended(ts="2025-04-28T22:04:35Z", master_metadata_track_name=title), now=NOW))
    spelled = [normalize("NFD", name.replace("  ", " ")).upper() for name in (title, show)]
    told = [
        account(endTime="2025-04-28 21:04", trackName=spelled[0], artistName=spelled[1])
        if is_of_2022
        else account(endTime="2025-04-28 21:04", trackName=None, episodeName=spelled[0], podcastName=spelled[1]),
        account(endTime="2025-04-28 22:04", trackName=spelled[0]),
    ]
    files: list[list[Any]] = [[row, video], told]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for file in files[::order]:
            write(tx, me, file)
        assert shown(tx, me) == [("podcast", title, show, 200_000, "export")]
        assert len(songs(tx, me)) == 1


def test_chapters_without_titles_and_books_without_chapters_are_kept(warehouse: Warehouse) -> None:
    rows = [
        nameless(audiobook_chapter_uri="spotify:episode:1", audiobook_title="Salt", ts="2025-04-28T21:00:00Z"),
        nameless(audiobook_uri="spotify:show:1", ts="2025-04-28T22:00:00Z"),
        account(trackName=None, audiobookName="Salt", endTime="2025-04-28 23:00"),
    ]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        write(tx, me, rows)
        assert shown(tx, me) == [
            ("audiobook", None, "Salt", 200_000, "export"),
            ("audiobook", None, None, 200_000, "export"),
            ("audiobook", None, "Salt", 200_000, "account"),
        ]


@pytest.mark.parametrize("account_first", [True, False])
def test_a_video_of_a_track_counts_once_as_its_play_if_account_data_tells_it_as_one(
    warehouse: Warehouse, *, account_first: bool
) -> None:
    video = as_video(parse_row(extended(ts="2025-04-28T21:04:35Z"), now=NOW))
    other = as_video(parse_row(extended(ts="2025-04-29T21:04:35Z"), now=NOW))
    rows: list[list[Any]] = [[account(endTime="2025-04-28 21:04")], [video, other]]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for file in rows if account_first else rows[::-1]:
            write(tx, me, file)
        assert songs(tx, me) == ["Rain"]
        assert shown(tx, me) == [("video", "Rain", "Asha Rao", 200_000, "export")]
        # It is kept either way.
        assert [row[-1] for row in known(tx, me)] == [True, False]


def served(heard: Heard, **more: Any) -> Unread:
    """As a poll has it, kept aside."""
    number, title, show = heard.item
    track = {"type": "episode", "uri": f"spotify:episode:{number:0>22}", "name": title, "duration_ms": 1_800_000,
             "show": {"name": show, "uri": "spotify:show:1"}}  # fmt: skip
    payload = {"track": track, "played_at": heard.ended_at.isoformat(), **more}
    return Unread(payload, "this is no music", "podcast", heard.ended_at)


def test_a_polled_episode_is_a_spoken_play_until_an_export_tells_what_was_heard_of_it(warehouse: Warehouse) -> None:
    heard = Heard(NIGHT, ITEMS[0], 600_000)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [], [served(heard)])
        assert merge_polled_spoken(tx, me) == SpokenOutcome(added=1)
        assert merge_polled_spoken(tx, me) == SpokenOutcome()
        assert shown(tx, me) == [("podcast", "One", "Monday", 1_800_000, "api")]
        write(tx, me, [today(heard)])
        assert shown(tx, me) == [("podcast", "One", "Monday", 600_000, "export")]
        assert songs(tx, me) == []


@pytest.mark.parametrize("is_merged_between", [True, False])
def test_one_episode_served_in_two_wordings_is_one_play_whether_they_are_merged_together_or_not(
    warehouse: Warehouse, *, is_merged_between: bool
) -> None:
    heard = Heard(NIGHT, ITEMS[0], 600_000)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [], [served(heard)])
        if is_merged_between:
            merge_polled_spoken(tx, me)
        poll(tx, me, [], [served(heard, context={"type": "show"})])
        merge_polled_spoken(tx, me)
        assert shown(tx, me) == [("podcast", "One", "Monday", 1_800_000, "api")]


def test_an_episode_that_a_newer_parser_knows_for_one_is_a_spoken_play_however_long_ago_it_was_served(
    warehouse: Warehouse,
) -> None:
    long_ago, lately = Heard(NIGHT - timedelta(days=90), ITEMS[0], 600_000), Heard(NIGHT, ITEMS[1], 600_000)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [], [served(long_ago)])
        tx.execute("update audit.rejected_row set kind = 'not_understood', parser_version = 0")
        poll(tx, me, [], [served(lately)])
        assert merge_polled_spoken(tx, me) == SpokenOutcome(added=1)
        retry_rejected(tx, me, parser_version=PARSER_VERSION, parse=parse_kept, now=NOW)
        assert merge_polled_spoken(tx, me) == SpokenOutcome(added=1)
        assert [row[1] for row in shown(tx, me)] == ["One", "Two"]


def test_local_time_follows_a_listener_who_lived_elsewhere(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        write(tx, me, [today(Heard(NIGHT, ITEMS[0], 0))])
        tx.execute("update audit.listener set time_zone = 'Asia/Kolkata' where listener_id = %s", [me])
        assert years_played(tx, me) == [2025]
        # It says how many plays changed, and these are none.
        assert rebuild_local_time(tx, me, 2025) == 0
        rows = tx.execute("select played_on, played_hour, played_at_local::text as at from bi.spoken_plays").fetchall()
    assert [tuple(row.values()) for row in rows] == [(date(2025, 10, 26), 6, "2025-10-26 06:00:00")]
