"""Every number of the overview equals what is counted by hand over the public views."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import habits, overview
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.habits import Session, Streak
from brapped_assets.insights.most_played import Heard, heard
from brapped_assets.insights.overview import Day
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.spotify_ranking import rankings
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import (
    MOMENTS,
    NOW,
    RELEASE_OF,
    TRACKS,
    History,
    Told,
    counting,
    histories,
    know,
    play,
    played,
    seen,
    shown,
    tell,
)  # fmt: skip

PERIODS = ("all", "today", "7d", "year", "2025", "2025-10", "2026-03-29", "2024-12-31..2025-10-26")
FACTS = examples(12)
HALF_HOUR = timedelta(minutes=30)


def told(tx: Connection, who: Viewer, period: Period, by: By) -> dict[str, Any]:
    return {
        "days": list(overview.days(who, period)),
        "clock": habits.clock(who, period, by),
        "session": habits.longest_session(who, period),
        "devices": habits.devices(who, period),
        "heard": heard(tx, who, period, by, 2),
        "going": habits.current_streak(who),
    }


def by_hand(tx: Connection, hidden: dict[str, Any], who: Viewer, period: Period, by: By) -> dict[str, Any]:
    rows = counting(tx, hidden, period.first, period.until)
    return {
        "days": days_by_hand(shown(tx, hidden, period.first, period.until)),
        "clock": clock_by_hand(rows, by),
        "session": session_by_hand(counting(tx, hidden), period),
        "devices": devices_by_hand(rows),
        "heard": heard_by_hand(rows, counting(tx, hidden), period, by, 2),
        "going": going_by_hand({row["played_on"] for row in counting(tx, hidden)}, who.today),
    }  # fmt: skip


def clock_by_hand(rows: list[dict[str, Any]], by: By) -> list[list[int]]:
    cells = [[0] * 24 for _ in range(7)]
    for row in rows:
        cells[row["played_on"].weekday()][row["played_hour"]] += 1 if by == "plays" else row["ms_played"]
    return cells


def days_by_hand(rows: list[dict[str, Any]]) -> list[Day]:
    of_day = defaultdict(list)
    for row in rows:
        of_day[row["played_on"]].append(row)
    return [
        Day(
            day,
            sum(row["counts_as_play"] for row in of),
            sum(row["ms_played"] for row in of if row["counts_as_play"]),
            sum(row["ms_played"] for row in of if row["counts_as_play"] and row["ms_played_basis"] == "estimated"),
            sum(row["source"] in {"both", "export"} for row in of),
            sum(row["skipped"] is True for row in of),
            sum(row["shuffle"] is True for row in of),
            sum(row["offline"] is True for row in of),
        )
        for day, of in sorted(of_day.items())
    ]


def session_by_hand(rows: list[dict[str, Any]], period: Period) -> Session | None:
    sessions: list[list[dict[str, Any]]] = []
    for row in rows:
        start = row["played_at"] - timedelta(milliseconds=row["ms_played"])
        if not sessions or start - sessions[-1][-1]["played_at"] > HALF_HOUR:
            sessions.append([])
        sessions[-1].append({**row, "start": start})
    found = [
        Session(
            min(row["played_on"] for row in of), min(row["start"] for row in of), of[-1]["played_at"], len(of),
            sum(row["ms_played"] for row in of),
        )
        for of in sessions
    ]  # fmt: skip
    of_period = [session for session in found if period.first <= session.day < period.until]
    return min(of_period, key=lambda s: (s.started_at - s.ended_at, -s.plays, s.started_at), default=None)


def devices_by_hand(rows: list[dict[str, Any]]) -> dict[str, int]:
    words = {
        "android": "Phone",
        "iOS 17": "Phone",
        "web_player windows 10;chrome": "Web",
        "Partner google cast_tv;TV": "TV",
    }
    plays = Counter(words[row["platform"]] for row in rows if row["platform"])
    return dict(sorted(plays.items(), key=lambda item: (-item[1], item[0])))


def going_by_hand(days: set[date], today: date) -> Streak | None:
    last = today if today in days else today - timedelta(days=1)
    if last not in days:
        return None
    first = last
    while first - timedelta(days=1) in days:
        first -= timedelta(days=1)
    return Streak(first, last)


def heard_by_hand(rows: list[dict[str, Any]], ever: list[dict[str, Any]], period: Period, by: By, limit: int) -> Heard:
    def ranked(rows: list[dict[str, Any]], key: str) -> list[tuple[Any, int, int]]:
        plays: Counter[Any] = Counter()
        ms: Counter[Any] = Counter()
        for row in rows:
            if row[key] is not None:
                plays[row[key]] += 1
                ms[row[key]] += row["ms_played"]
        found = [(one, plays[one], ms[one]) for one in plays]
        return sorted(found, key=lambda it: (-(it[1] if by == "plays" else it[2]), -it[1], -it[2], it[0]))

    rows = [{**row, "release": TRACKS[row["track_key"] - 1][1]} for row in rows]
    oldest: dict[int | None, int] = {}
    for release in sorted(row["release"] for row in rows if row["release"]):
        oldest.setdefault(RELEASE_OF[release], release)
    rows = [{**row, "album": oldest.get(RELEASE_OF[row["release"]])} for row in rows]
    artists, tracks, albums = (ranked(rows, key) for key in ("artist_key", "track_key", "album"))
    played_before = [row for row in ever if row["played_on"] < period.first]
    new_rows = [row for row in rows if row["track_key"] not in {old["track_key"] for old in played_before}]
    known = {old["artist_key"] for old in played_before}
    new_artists = [artist for artist in artists if artist[0] not in known]

    def guest(artist: int) -> list[dict[str, Any]]:
        return [row for row in rows if artist in TRACKS[row["track_key"] - 1][2] and row["artist_key"] != artist]

    def artist(key: int, plays: int, ms: int) -> dict[str, Any]:
        return {"artist_key": key, "artist_id": f"ar{key}", "artist_name": f"Artist {key}", "plays": plays, "ms": ms}

    decades: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["release_date"]:
            decade = decades[row["release_date"].year // 10 * 10]
            decade[0] += 1
            decade[1] += row["ms_played"]
    return Heard(
        songs=len(tracks),
        artists=len(artists),
        albums=len(albums),
        songs_once=sum(plays == 1 for _, plays, _ in tracks),
        new_songs=len({row["track_key"] for row in new_rows}),
        new_plays=len(new_rows),
        new_ms=sum(row["ms_played"] for row in new_rows),
        new_artists=len(new_artists),
        top_new_artists=[artist(*one) for one in new_artists[:3]],
        top_artists=[
            {**artist(*one), "has_cover": False, "featured_plays": len(guest(one[0])),
             "featured_ms": sum(row["ms_played"] for row in guest(one[0]))}
            for one in artists[:limit]
        ],
        top_tracks=[
            {"track_key": key, "track_id": f"t{key}", "track_name": f"Track {key}", "artist_key": TRACKS[key - 1][0],
             "artist_name": f"Artist {TRACKS[key - 1][0]}", "album_key": TRACKS[key - 1][1], "plays": plays, "ms": ms,
             "has_cover": False}
            for key, plays, ms in tracks[:limit]
        ],
        top_albums=[
            {"album_key": RELEASE_OF[key], "album_id": f"al{RELEASE_OF[key]}", "album_name": f"Album {RELEASE_OF[key]}",
             "artist_name": "Various", "has_cover": False, "plays": plays, "ms": ms,
             "songs": len({row["track_key"] for row in rows if row["album"] == key})}
            for key, plays, ms in albums[:limit]
        ],
        decades=[{"decade": decade, "plays": plays, "ms": ms} for decade, (plays, ms) in sorted(decades.items())],
    )  # fmt: skip


@FACTS
@given(history=histories(), name=st.sampled_from(PERIODS), by=st.sampled_from(("plays", "minutes")))
def test_every_number_is_the_one_counted_by_hand(warehouse: Warehouse, history: History, name: str, by: By) -> None:
    with warehouse.transaction() as tx:
        tell(tx, history)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        expected = by_hand(tx, history.hidden, who, period, by)
        assert told(tx, who, period, by) == expected


def listening(tx: Connection, *plays: tuple[float, int]) -> int:
    """Plays of a track that end so many minutes after the first moment and last so many seconds, told by an export."""
    me = know(tx, "Europe/Berlin")
    play(
        tx,
        me,
        [Told(MOMENTS[0] + timedelta(minutes=at), 1, 1000 * s, False, None, False, None, False) for at, s in plays],
    )
    return me


def test_half_an_hour_of_silence_is_the_same_session_and_a_second_more_is_another(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listening(tx, (0, 60), (31, 60), (62, 59))
        who = seen(tx)
        everything = named("all", today=who.today, first_day=who.today.replace(year=2024))
        start = MOMENTS[0] - timedelta(minutes=1)
        end = MOMENTS[0] + timedelta(minutes=31)
        assert habits.longest_session(who, everything) == Session(date(2024, 12, 31), start, end, 2, 120_000)


def test_a_session_over_midnight_belongs_to_the_day_it_began(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        # 17:00 UTC and six hours on: 23:40 and 00:05 in Berlin.
        listening(tx, (340, 60), (365, 60))
        who = seen(tx)
        old, new = (named(year, today=who.today, first_day=who.today) for year in ("2024", "2025"))
        session = habits.longest_session(who, old)
        assert session is not None
        assert (session.day, session.plays) == (date(2024, 12, 31), 2)
        assert habits.longest_session(who, new) is None


def test_a_streak_of_more_than_a_year_is_found_whole(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        tx.execute(
            """insert into star.streaming_fact (played_at, played_at_local, listener_id, track_key, ms_played,
                   is_estimated, export_at, in_extended)
               select d, d at time zone 'Asia/Kolkata', %s, 1, 30000, false, d, true
               from generate_series(%s::timestamptz - interval '500 days', %s::timestamptz - interval '1 day',
                                    interval '1 day') d""",
            (me, NOW, NOW),
        )  # fmt: skip
        today = seen(tx).today
        assert habits.current_streak(seen(tx)) == Streak(today - timedelta(days=500), today - timedelta(days=1))
        assert habits.current_streak(seen(tx, NOW + timedelta(days=1))) is None


@given(st.sets(st.dates(date(2025, 12, 1), date(2026, 1, 31))))
def test_streaks_are_runs_of_days_with_a_play(days: set[date]) -> None:
    # The last has only short plays: no day of a streak.
    found = habits.streaks(played(*((day, 1, 30_000) for day in sorted(days)), (date(2026, 2, 1), 0, 0)))
    assert {s.first + timedelta(days=n) for s in found for n in range(s.days)} == days
    assert all(s.first - timedelta(days=1) not in days and s.last + timedelta(days=1) not in days for s in found)
    assert habits.longest(found) == max(found, key=lambda s: (s.days, -s.first.toordinal()), default=None)


def test_of_equal_days_the_first_is_the_biggest() -> None:
    rows = played(*((date(2026, 1, n), plays, ms) for n, plays, ms in ((1, 2, 5), (2, 3, 4), (3, 3, 5))))
    assert (habits.biggest_day(rows, "plays"), habits.biggest_day(rows, "minutes")) == (rows[1], rows[0])
    assert habits.biggest_day(played(), "plays") is None


@pytest.mark.parametrize(
    ("platform", "group"),
    [
        ("Android OS 13 API 33 (samsung, SM-G991B)", "Phone"),
        ("Android OS 11 API 30 (Amazon, KFTRWI)", "Phone"),
        ("android", "Phone"),
        ("iOS 17.1 (iPhone14,5)", "Phone"),
        ("ios", "Phone"),
        ("Windows 10 (10.0.19045; x64)", "Computer"),
        ("OS X 14.1.0 [arm 2]", "Computer"),
        ("osx", "Computer"),
        ("linux", "Computer"),
        ("web_player windows 10;chrome 141.0.0.0;desktop", "Web"),
        ("WebPlayer (websocket RFC6455)", "Web"),
        ("Partner google cast_tv;Chromecast;;", "TV"),
        ("Partner android_tv Sony;BRAVIA 4K;;tpapi", "TV"),
        ("Partner scei-playstation4 Sony;PS4", "TV"),
        ("Partner amazon_echo Amazon;Echo_Dot;;tpapi", "Speaker"),
        ("Partner sonos_imx6 Sonos;One;;tpapi", "Speaker"),
        ("Partner tesla Tesla;Model_3", "Car"),
        ("not_applicable", "Other"),
        ("Oscar's machine", "Other"),
    ],
)  # fmt: skip
def test_a_platform_is_a_kind_of_device(platform: str, group: str) -> None:
    assert habits.device_group(platform) == group


def test_spotify_s_own_ranking_is_the_newest_of_each_list(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        for taken_on, kind, span, rank, key in (
            (date(2026, 3, 1), "artists", "short_term", 1, 1), (date(2026, 3, 2), "artists", "short_term", 1, 2),
            (date(2026, 3, 2), "artists", "short_term", 2, 1), (date(2026, 3, 2), "artists", "short_term", 3, 3),
            (date(2026, 3, 1), "tracks", "long_term", 1, 4),
        ):  # fmt: skip
            tx.execute(f"insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, {kind[:-1]}_key)"
                       " values (%s, %s, %s, %s, %s, %s)", (me, taken_on, kind, span, rank, key))  # fmt: skip
        found = rankings(tx, seen(tx), 2)
    assert [(r.label, r.taken_on) for r in found] == [
        ("Last 4 weeks", date(2026, 3, 2)),
        ("Last year", date(2026, 3, 1)),
    ]
    assert [row["artist_name"] for row in found[0].artists] == ["Artist 2", "Artist 1"]
    assert [(row["track_name"], row["artist_name"]) for row in found[1].tracks] == [("Track 4", "Artist 2")]
    assert (found[0].tracks, found[1].artists) == ([], [])
