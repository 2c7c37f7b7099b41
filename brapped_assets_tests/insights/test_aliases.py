"""An artist or a song that is the same as another counts as it, everywhere."""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import items
from brapped_assets.insights.columns.day_numbers import instant
from brapped_assets.insights.habits import clock
from brapped_assets.insights.list_order import KINDS, Order
from brapped_assets.insights.lists import Wanted, list_things
from brapped_assets.insights.most_played import heard
from brapped_assets.insights.periods import named
from brapped_assets.insights.play_log_selection import Asked, list_plays, other_years
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.today import last_plays, on_this_day
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.queries import numbers
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import NOW, History, histories, seen, tell, vary
from brapped_assets_tests.insights.test_play_log import in_file, pages

TRACKS, ARTISTS = 6, 3


class Same(NamedTuple):
    kind: str
    from_key: int
    to_key: int


def sames() -> st.SearchStrategy[list[Same]]:
    """Chains and circles among them, some of which are refused."""
    artists = st.builds(Same, st.just("artist"), st.integers(1, ARTISTS), st.integers(1, ARTISTS))
    tracks = st.builds(Same, st.just("track"), st.integers(1, TRACKS), st.integers(1, TRACKS))
    return st.lists(st.one_of(artists, tracks).filter(lambda one: one.from_key != one.to_key), min_size=1, max_size=4)


def say(tx: Connection, me: int, told: list[Same]) -> None:
    for one in told:
        tx.execute("insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
                   " values (%s, %s, %s, %s, %s) on conflict do nothing", (me, *one, NOW))  # fmt: skip


def resolved(told: list[Same]) -> list[Same]:
    """As the table keeps them: each leads to the end at once, what leads back or is told twice is refused."""
    kept: dict[tuple[str, int], int] = {}
    for kind, start, end in told:
        target = kept.get((kind, end), end)
        if (kind, start) in kept or target == start:
            continue
        kept = {key: target if key[0] == kind and value == start else value for key, value in kept.items()}
        kept[kind, start] = target
    return sorted(Same(kind, start, end) for (kind, start), end in kept.items())


@examples(60)
@given(told=sames())
def test_an_alias_leads_to_the_end_at_once_and_never_back(warehouse: Warehouse, told: list[Same]) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell(tx, History("Asia/Kolkata", [], [], 0, {}))
        say(tx, me, told)
        rows = tx.execute("select kind, from_key, to_key from insights.alias order by 1, 2").fetchall()
        assert [Same(**row) for row in rows] == resolved(told)


@examples(60)
@given(history=histories(), told=sames())
def test_what_is_shown_is_what_the_public_view_shows(warehouse: Warehouse, history: History, told: list[Same]) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell(tx, history)
        vary(tx)
        say(tx, me, told)
        who = seen(tx)
        expected = tx.execute(
            """select played_at, track_key, track_name, artist_name, coalesce(album_name, '') as album_name,
                      duration_ms,
                      counts_as_play
               from bi.shown_plays order by played_at, play_key"""
        ).fetchall()
        assert shown(who, tx) == expected
        every = list_plays(tx, who, Asked(Selection(rule="all")))
        named_in = [(row["song"], row["artist"], row["album"]) for row in in_file(tx, every) if row["private"] != "yes"]
        in_history = [(one.track_name, one.artist_name, one.album_name or "") for one in reversed(pages(tx, every))
                      if one.incognito is not True]  # fmt: skip
        assert named_in == in_history
        left = [one for one in pages(tx, every) if one.incognito is not True and not one.hidden]
        assert [(one.track_key, one.artist_name) for one in reversed(left)] == [
            (row["track_key"], row["artist_name"]) for row in expected
        ]


def shown(who: Viewer, tx: Connection) -> list[dict[str, Any]]:
    plays, catalogue = who.shown.life.plays, who.shown.catalogue
    keys, artists = catalogue.tracks.keys, catalogue.artists.keys
    rows, counting = (of[who.shown.all_places] for of in (who.shown.rows, who.shown.counting))
    track_names = dict_of(tx, "track_key", "track_name", "track_dim")
    artist_names = dict_of(tx, "artist_key", "artist_name", "artist_dim")
    album_names = dict_of(tx, "album_key", "album_name", "album_dim") | {0: ""}
    return [
        {
            "played_at": instant(plays.ended_at[n]),
            "track_key": int(keys[track]),
            "track_name": track_names[int(keys[track])],
            "artist_name": artist_names[int(artists[catalogue.artist[track]])],
            "album_name": album_names[int(catalogue.album_key[track])],
            "duration_ms": int(catalogue.duration_ms[track]) or None,
            "counts_as_play": bool(counting[n]),
        }
        for n, track in ((n, plays.track[n]) for n in np.flatnonzero(rows))
    ]


def dict_of(tx: Connection, key: str, name: str, table: str) -> dict[int, str]:
    return {row["key"]: row["name"] for row in tx.execute(f"select {key} as key, {name} as name from star.{table}")}


@examples(40)
@given(
    history=histories(), told=sames(), period=st.sampled_from(("all", "2025", "year")), chosen=st.integers(1, ARTISTS)
)
def test_every_number_is_as_if_the_other_had_been_heard(
    warehouse: Warehouse, history: History, told: list[Same], period: str, chosen: int
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell(tx, history)
        vary(tx)
        tx.execute("delete from insights.hidden")
        say(tx, me, told)
        end = next((one.to_key for one in resolved(told) if one[:2] == ("artist", chosen)), chosen)
        found = everything(tx, period, chosen, end)
        tx.execute("update star.streaming_fact f set track_key = s.to_key from insights.alias s"
                   " where s.kind = 'track' and s.from_key = f.track_key")  # fmt: skip
        tx.execute("update star.track_dim t set artist_key = s.to_key from insights.alias s"
                   " where s.kind = 'artist' and s.from_key = t.artist_key")  # fmt: skip
        tx.execute("update star.track_artist c set artist_key = s.to_key from insights.alias s"
                   " where s.kind = 'artist' and s.from_key = c.artist_key")  # fmt: skip
        tx.execute("delete from insights.alias")
        assert found == everything(tx, period, end, end)


def everything(tx: Connection, name: str, artist: int, page: int) -> list[Any]:
    """What pages say of a period, of all plays and of an artist's, and the page of one."""
    whole = seen(tx)
    period = named(name, today=whole.today, first_day=whole.first_day or whole.today)
    found: list[Any] = [last_plays(tx, whole, 10), on_this_day(tx, whole), numbers(tx, whole, period)]
    for who in (whole, viewer_of(tx, whole, Selection(rule="lastfm", artist=(artist,)))):
        found += [heard(tx, who, period, "plays", 5), clock(who, period, "minutes")]
        for kind in KINDS:
            found.append(list_things(tx, who, Wanted(kind, period, Order())).rows(tx))
        found.append(other_years(tx, list_plays(tx, who), NOW.date()))
        row = items.find(tx, who, "artist", page)
        assert row is not None
        found += [items.songs(tx, who.shown.ever.of(items.tracks_of(who, "artist", row)), 10)]
        found += [items.songs(tx, who.shown.ever.of(items.tracks_as_guest(who, row)), 10)]
        found += [items.recent(tx, who, who.shown.ever, 10)]
    return found
