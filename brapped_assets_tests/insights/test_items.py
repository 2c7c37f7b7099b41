"""Every number of an artist's, a track's and an album's page equals independent SQL over the public views."""

from datetime import date
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import items
from brapped_assets.insights.how_counted.items import FORMULAS
from brapped_assets.insights.how_counted.overview import FORMULAS as OVERVIEW
from brapped_assets.insights.item_rank import Near, standing_of
from brapped_assets.insights.items import Hour, Kind, Life, Month, Run
from brapped_assets.insights.most_played import heard, most_played_albums
from brapped_assets.insights.overview import days, totals
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.items_plays import (
    MOMENTS,
    NOW,
    RELEASE_OF,
    TRACKS,
    ZONES,
    Told,
    know,
    play,
    plays,
    shown,
)

PERIODS = ("all", "today", "year", "2025", "2025-01", "2025-10", "2024-12-31", "2024-12-31..2025-10-26")
HIDDEN: tuple[dict[str, Any], ...] = (
    {},
    {"artist": [2]},
    {"track": [1]},
    {"context": ["spotify:playlist:1"]},
    {"artist": [3], "track": [1], "context": ["spotify:album:2"]},
)
RANKED = {
    "artist": "artist_key",
    "track": "track_key",
    "album": "case album_key when 2 then 1 else album_key end",
}


def hide(tx: Connection, me: int, hidden: dict[str, Any]) -> None:
    column = {"artist": "artist_key", "track": "track_key", "context": "context_uri"}
    for what, each in hidden.items():
        for one in each:
            tx.execute(f"insert into insights.hidden (listener_id, {column[what]}, hidden_at) values (%s, %s, %s)",
                       (me, one, NOW))  # fmt: skip


def seen(tx: Connection) -> Viewer:
    who = viewer(tx, NOW)
    assert who is not None
    return who


def tracks_of(kind: Kind, key: int) -> list[int]:
    isrc = TRACKS[key - 1][3] if kind == "track" else None
    return [
        n
        for n, track in enumerate(TRACKS, 1)
        if (kind == "artist" and track[1] == key)
        or (kind == "album" and RELEASE_OF[track[2]] == RELEASE_OF[key])
        or (kind == "track" and (n == key or (isrc is not None and track[3] == isrc)))
    ]


def page_of(tx: Connection, who: Viewer, kind: Kind, key: int, *, period: Period) -> dict[str, Any]:
    """Everything the page shows, without names."""
    item = items.find(tx, who, kind, key)
    assert item is not None
    ever = who.shown.ever.of(items.tracks_of(who, kind, item))
    of_period = ever.within(period.first, period.until)
    as_guest = who.shown.plays(period.first, period.until).of(
        items.tracks_as_guest(who, item) if kind == "artist" else np.empty(0, np.int32)
    )
    place = standing_of(tx, who, kind, item, period)
    of_albums = most_played_albums(tx, of_period, "plays", 100)
    return {
        "life": items.life(ever),
        "run": items.longest_run(who.shown.ever, items.tracks_of(who, kind, item)),
        "standing": place
        and (
            place.rank, place.among, place.plays, place.ms,
            [(near.key, near.plays, near.rank) for near in place.near],
        ),
        "clock": items.clock(of_period),
        "months": items.months(ever),
        "songs": [(row["track_key"], row["plays"], row["ms"]) for row in items.songs(tx, of_period, 100)],
        "albums": [(row["album_key"], row["plays"], row["ms"]) for row in of_albums],
        "recordings": [(row["track_key"], row["plays"], row["ms"]) for row in items.recordings(tx, of_period, 100)],
        "guest": [
            (row["track_key"], row["plays"], len(as_guest), as_guest.total_ms)
            for row in items.songs(tx, as_guest, 3)
        ],
        "recent": [
            (row["track_key"], row["played_at_local"], row["ms_played"], row["is_estimated"])
            for row in items.recent(tx, who, ever, 4)
        ],
    }  # fmt: skip


def told(tx: Connection, me: int, kind: Kind, key: int, *, period: Period, hidden: dict[str, Any]) -> dict[str, Any]:
    """The same by other SQL."""
    tracks = tracks_of(kind, key)
    values: dict[str, Any] = {
        "tracks": tracks,
        "key": key,
        "first": period.first,
        "until": period.until,
        "hidden": hidden,
    }
    within = "played_on >= %(first)s and played_on < %(until)s"
    mine = "track_key = any(%(tracks)s::int[])"
    counted = "count(*)::int as plays, sum(ms_played)::bigint as ms"

    def rows(query: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in shown(tx, me, query, **values)]

    column = RANKED[kind]
    oldest = f"min({kind}_key)"
    ranking = rows(
        f"select {column} as one, {counted},"
        f" row_number() over (order by count(*) desc, sum(ms_played) desc, {oldest})::int"
        f" from shown where {within} and {kind}_key is not null group by one order by 4"
    )
    mine_is = RELEASE_OF[key] if kind == "album" else key
    place = next((n for n, row in enumerate(ranking) if row[0] == mine_is), None)
    guest_of = (
        [n for n, track in enumerate(TRACKS, 1) if key in track[4] and track[1] != key] if kind == "artist" else []
    )
    as_guest = shown(
        tx, me,
        f"select track_key, {counted} from shown where {within} and track_key = any(%(guests)s::int[])"
        " group by 1 order by 2 desc, 3 desc, 1", **values, guests=guest_of,
    )  # fmt: skip
    guest_plays, guest_ms = sum(row["plays"] for row in as_guest), sum(row["ms"] for row in as_guest)
    return {
        "life": Life(*rows(f"select count(*)::int, min(played_on), max(played_on) from shown where {mine}")[0]),
        "run": next(
            (
                Run(*row)
                for row in rows(
                    "select count(*)::int, (array_agg(played_on order by n))[1] from (select *,"
                    " n - row_number() over (order by n) as island from (select *, row_number() over"
                    f" (order by played_at, play_key) as n from shown) numbered where {mine}) mine"
                    " group by island order by 1 desc, min(n) limit 1"
                )
            ),
            None,
        ),
        "standing": None
        if place is None
        else (
            ranking[place][3], len(ranking), *ranking[place][1:3],
            [(key if row[0] == mine_is else row[0], row[1], row[3]) for row in ranking[max(place - 2, 0) : place + 3]],
        ),
        "clock": [
            Hour(*row)
            for row in rows(
                f"select extract(hour from played_at_local)::int as hour, {counted},"
                " sum(case when ms_played_basis = 'estimated' then ms_played else 0 end)::bigint as estimated"
                f" from shown where {mine} and {within} group by 1 order by 1"
            )
        ],
        "months": [
            Month(*row)
            for row in rows(
                f"select make_date(extract(year from played_on)::int, extract(month from played_on)::int, 1) as m,"
                f" {counted} from shown where {mine} group by 1 order by 1"
            )
        ],
        "songs": rows(
            f"select track_key, {counted} from shown where {mine} and {within} group by 1 order by 2 desc, 3 desc, 1"
        ),
        "albums": rows(
            f"select {RANKED['album']}, {counted} from shown where {mine} and {within} and album_key is not null"
            " group by 1 order by 2 desc, 3 desc, min(album_key)"
        ),
        "recordings": rows(
            "select track_key, all_plays, all_ms from (select distinct on (recording) track_key,"
            " (sum(plays) over of_it)::int as all_plays, (sum(ms) over of_it)::bigint as all_ms"
            f" from (select track_key, coalesce(isrc, track_key::text) as recording, {counted} from shown"
            f" where {mine} and {within} group by 1, 2) s window of_it as (partition by recording)"
            " order by recording, plays desc, ms desc, track_key) r order by 2 desc, 3 desc, 1"
        ),
        "guest": [(row["track_key"], row["plays"], guest_plays, guest_ms) for row in as_guest[:3]],
        "recent": rows(
            f"select track_key, played_at_local, ms_played, ms_played_basis = 'estimated' from shown where {mine}"
            " order by played_at desc, play_key desc limit 4"
        ),
    }  # fmt: skip


@examples(20)
@given(
    history=plays(),
    later=plays(),
    zone=st.sampled_from(ZONES),
    hidden=st.sampled_from(HIDDEN),
    period_name=st.sampled_from(PERIODS),
    kind=st.sampled_from(get_args(Kind)),
)
def test_an_items_numbers_are_those_of_the_plays(
    warehouse: Warehouse,
    *,
    history: Any,
    later: Any,
    zone: str,
    hidden: dict[str, Any],
    period_name: str,
    kind: Kind,
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = know(tx, zone)
        play(tx, me, history)
        hide(tx, me, hidden)
        play(tx, me, later[:4])
        who = seen(tx)
        assert who.first_day is not None
        period = named(period_name, today=who.today, first_day=who.first_day)
        for key in range(1, 4):
            numbers = page_of(tx, who, kind, key, period=period)
            assert numbers == told(tx, me, kind, key, period=period, hidden=hidden)


@examples(8)
@given(history=plays(), said=corrections(), zone=st.sampled_from(ZONES), period_name=st.sampled_from(PERIODS),
       key=st.integers(1, 3))  # fmt: skip
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, *, history: Any, said: list[tuple[str, int]], zone: str, period_name: str, key: int
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = know(tx, zone)
        play(tx, me, history)
        say_all(tx, me, said)
        who = seen(tx)
        assert who.first_day is not None
        period = named(period_name, today=who.today, first_day=who.first_day)
        values = {"listener_id": me, "first": period.first, "until": period.until, "key": key,
                  "today": who.today}  # fmt: skip

        def run(name: str) -> list[tuple[Any, ...]]:
            formula = next(formula for formula in [*OVERVIEW, *FORMULAS] if formula.name == name)
            return [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]

        total = totals(days(who, period))
        assert run("Plays") == [(total.plays,)]
        assert run("Minutes") == [(total.ms,)]
        assert run("Estimated share") == [(total.estimated_ms,)]
        assert run("Days with music") == [(total.active_days,)]
        assert run("At least") == [(len(who.gaps_in(period)),)]
        of_period = heard(tx, who, period, "plays", 10)
        assert run("Artists") == [(row["artist_key"], row["plays"], row["ms"]) for row in of_period.top_artists]
        assert run("Songs") == [(row["track_key"], row["plays"], row["ms"]) for row in of_period.top_tracks]
        assert sorted(row[1:] for row in run("Albums")) == sorted(
            (row["plays"], row["ms"]) for row in of_period.top_albums
        )
        assert len(run("New artists")) == of_period.new_artists

        artist, track = items.find(tx, who, "artist", key), items.find(tx, who, "track", key)
        assert artist is not None
        assert track is not None
        plays_of_all = who.shown.plays(period.first, period.until)
        place = standing_of(tx, who, "artist", artist, period)
        assert run("Rank") == ([(place.rank,)] if place else [])
        own = who.shown.ever.of(items.tracks_of(who, "artist", artist))
        clock = items.clock(own.within(period.first, period.until))
        assert run("Around the clock") == [(hour.hour, hour.plays) for hour in clock]
        release = plays_of_all.of(items.tracks_of(who, "track", track))
        assert run("One recording on several releases") == [(len(release), release.total_ms)]
        guest = plays_of_all.of(items.tracks_as_guest(who, artist))
        assert run("As a guest") == [(len(guest), guest.total_ms)]
        values |= {"first": who.first_day, "until": date(2027, 1, 1)}
        life = items.life(own)
        assert run("First and latest play") == [(life.first_on, life.last_on)]
        song, loyal = items.first_song(tx, own), items.loyalty(items.months(own), who.today)
        assert run("First song") == ([(song["track_key"],)] if song else [])
        assert run("Loyalty") == [(loyal.heard, loyal.months) if loyal else (0, None)]
        longest = items.longest_run(who.shown.ever, items.tracks_of(who, "artist", artist))
        assert run("Most in a row") == ([(longest.plays, longest.first_on)] if longest else [])
        assert run("Month by month") == [(month.month, month.plays, month.ms) for month in items.months(own)]


@pytest.mark.parametrize("key", [0, -1, 99, 2**31, 10**30])
def test_a_key_nobody_has_is_nobody(warehouse: Warehouse, key: int) -> None:
    with warehouse.transaction() as tx:
        know(tx, "UTC")
        assert [items.find(tx, seen(tx), kind, key) for kind in get_args(Kind)] == [None, None, None]


def test_neighbours_stand_two_before_and_two_after(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        play(tx, me, [Told(MOMENTS[0], track, 60_000) for track in (6, 6, 6, 5, 5, 4, 4, 3, 2, 1)])
        who = seen(tx)
        item = items.find(tx, who, "track", 5)
        assert item is not None
        place = standing_of(tx, who, "track", item, items.all_time(who))
    assert place is not None
    assert (place.rank, place.among) == (3, 6)
    assert place.near == (
        Near(6, "Five", 3, 1), Near(4, "Three", 2, 2), Near(5, "Four", 2, 3), Near(1, "One", 1, 4), Near(2, "One", 1, 5)
    )  # fmt: skip
