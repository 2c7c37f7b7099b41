"""What pages keep in memory is what the warehouse holds, whatever happened since it was loaded."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.columns import life_cache
from brapped_assets.insights.columns.artist_traits import country_code
from brapped_assets.insights.columns.calendar_years import by_year
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import dates, instant
from brapped_assets.insights.columns.life_cache import LifeCache, alone
from brapped_assets.insights.columns.reductions import NEVER
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.columns.sums_by_item import Music, numbering
from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.periods import EARLIEST, LATEST
from brapped_assets.insights.weeks_at_number_one import all_weeks
from brapped_assets.warehouse import zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.warehouse.merge.play_merge import rebuild_local_time, years_played
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import CORRECTIONS, SOME, correct
from brapped_assets_tests.insights.overview_plays import ZONES
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear, histories
from brapped_assets_tests.warehouse.polled_plays import at, newcomer

DESCRIPTIONS = ("genre", "origin", "override", "described")
ACTIONS = (
    *CORRECTIONS, "same artist", "same track", "look", "merge", "merge", "zone", "gone", "artist", "album", "guest",
    "release", "group", *DESCRIPTIONS,
)  # fmt: skip
BY_HAND = """
select p.played_at, p.track_key, p.artist_key, p.played_on, p.played_hour, p.ms_played, p.counts_as_play,
       coalesce(extract(year from a.release_date)::int, 0) as year, a.release_group,
       array(select distinct coalesce(s.to_key, c.artist_key) from bi.track_artists c
              left join insights.alias s
                     on s.listener_id = p.listener_id and s.kind = 'artist' and s.from_key = c.artist_key
              where c.track_key = p.track_key and c.role = 'featured'
                and coalesce(s.to_key, c.artist_key) <> p.artist_key
              order by 1) as guests,
       array(select g.genre from bi.artist_genres g where g.artist_key = p.artist_key order by 1) as genres,
       d.country, d.began
from bi.shown_plays p
join bi.artists d using (artist_key)
left join bi.track_albums a using (track_key)
where p.listener_id = %(me)s
order by p.played_at, p.play_key
"""


@pytest.fixture
def reading(database_url: str, tmp_path: Path) -> Iterator[Reading]:
    reading = Reading(tmp_path, database_url)
    yield reading
    reading.close()


def told(shown: ShownPlays) -> list[dict[str, Any]]:
    """Every play that statistics may speak of, as BY_HAND tells it."""
    plays, catalogue = shown.life.plays, shown.catalogue
    rows, counting = (of[shown.all_places] for of in (shown.rows, shown.counting))
    return [
        {
            "played_at": instant(plays.ended_at[n]),
            "track_key": int(catalogue.tracks.keys[track]),
            "artist_key": int(catalogue.artists.keys[catalogue.artist[track]]),
            "played_on": dates(plays.day[n : n + 1])[0],
            "played_hour": int(plays.hour[n]),
            "ms_played": int(plays.ms[n]),
            "counts_as_play": bool(counting[n]),
            "year": int(catalogue.year[track]),
            "release_group": album_of(catalogue, int(catalogue.album[track])),
            **traits_of(catalogue, int(catalogue.artist[track])),
            "guests": sorted(catalogue.artists.keys[catalogue.guest_artist[catalogue.guest_track == track]].tolist()),
        }
        for n, track in ((n, plays.track[n]) for n in np.flatnonzero(rows))
    ]


def album_of(catalogue: Catalogue, album: int) -> int | None:
    return int(catalogue.albums.keys[album]) if album >= 0 else None


def traits_of(catalogue: Catalogue, artist: int) -> dict[str, Any]:
    traits = catalogue.traits
    number = int(traits.country[artist])
    return {
        "genres": sorted(traits.genres[genre] for genre in traits.genre[traits.artist == artist]),
        "country": country_code(number) if number else None,
        "began": int(traits.began[artist]) or None,
    }


def by_day(shown: ShownPlays) -> dict[date, list[Any]]:
    """Each day with a row: everything that the table of days has of it."""
    table = shown.by_day
    columns = (table.plays, table.ms, table.rows, table.estimated_ms, table.told)
    heard = np.flatnonzero(table.rows)
    return {
        day: [column[n].tolist() for column in columns]
        for n, day in zip(heard, dates(heard + table.first), strict=True)
    }


def firsts(shown: ShownPlays) -> dict[int, int]:
    """The first day of each track that was ever played, by its key."""
    days = shown.first_day_of_tracks
    return {int(shown.catalogue.tracks.keys[n]): int(days[n]) for n in np.flatnonzero(days != NEVER)}


def led(shown: ShownPlays) -> dict[Music, list[tuple[int, int]]]:
    """Who led each week, by its number and the key."""
    weeks = {kind: (all_weeks(shown, kind), numbering(shown, kind).keys) for kind in MUSIC}
    return {
        kind: list(zip(of.week.tolist(), keys[of.number].tolist(), strict=True)) for kind, (of, keys) in weeks.items()
    }


def years(shown: ShownPlays) -> list[tuple[int, int]]:
    """Plays and milliseconds of each year."""
    return list(by_year(shown, "years", EARLIEST, LATEST, lambda plays: (len(plays), plays.total_ms)))


def describe(tx: Connection, action: str, n: int) -> None:
    """Something new that is known of an artist."""
    match action:
        case "genre":
            tx.execute(f"insert into star.artist_genre select key, 'musicbrainz', %s, 1"
                       f" from {SOME.format('artist_key', 'artist_dim')} a (key) on conflict do nothing",
                       (f"genre {n % 3}", n))  # fmt: skip
            tx.execute("delete from star.artist_genre where genre = %s and artist_key %% 2 = 0", (f"genre {n % 4}",))
        case "origin":
            tx.execute(f"insert into star.artist_tags (artist_key, country, began) select key, %s, %s"
                       f" from {SOME.format('artist_key', 'artist_dim')} a (key) on conflict (artist_key)"
                       " do update set country = excluded.country, began = excluded.began",
                       ("SE" if n % 2 else None, 1900 + n if n % 3 else None, n))  # fmt: skip
        case "override":
            tx.execute(f"insert into insights.artist_override select artist_name, array['own', 'genre 1'], 'XK', 1950,"
                       " true, now() from star.artist_dim"
                       f" where artist_key = {SOME.format('artist_key', 'artist_dim')}"
                       " on conflict (artist_ref) do update set genres = null, country = 'IS'", (n,))  # fmt: skip
        case "described":
            tx.execute("update star.artist_dim set genres = %s"
                       f" where artist_key = {SOME.format('artist_key', 'artist_dim')}",
                       (f"Own, by {n}", n))  # fmt: skip


def act(tx: Connection, me: int, action: str, n: int, merges: list[Any]) -> None:  # noqa: C901  # a table of actions
    """One thing that may happen; `n` says to whom."""
    match action:
        case "merge" if merges:
            tell(tx, me, [merges.pop()], 3)
        case _ if action in CORRECTIONS:
            correct(tx, me, action, n)
        case _ if action in DESCRIPTIONS:
            describe(tx, action, n)
        case "zone":
            moves = [at(0)] if n % 2 else []
            zones.write(tx, me, zones.spans_of(moves, [ZONES[(n + nth) % len(ZONES)] for nth in range(len(moves) + 1)]))
            for year in years_played(tx, me):
                rebuild_local_time(tx, me, year)
        case "gone":
            tx.execute(
                f"delete from star.streaming_fact where play_key = {SOME.format('play_key', 'streaming_fact')}", (n,)
            )
        case "artist":
            tx.execute(f"update star.track_dim set artist_key = {SOME.format('artist_key', 'artist_dim')}"
                       f" where track_key = {SOME.format('track_key', 'track_dim')}", (n + 1, n))  # fmt: skip
        case "album":
            tx.execute(f"update star.album_dim set release_date = make_date(1990 + %s, 1, 1)"
                       f" where album_key = {SOME.format('album_key', 'album_dim')}", (n, n))  # fmt: skip
        case "group":
            tx.execute(f"update star.album_dim set told_group = nullif(%s, 0)"
                       f" where album_key = {SOME.format('album_key', 'album_dim')}", (n % 3, n))  # fmt: skip
        case "release":
            tx.execute(f"update star.track_dim set album_key = {SOME.format('album_key', 'album_dim')}"
                       f" where track_key = {SOME.format('track_key', 'track_dim')}", (n + 1, n))  # fmt: skip
        case "guest":
            tx.execute(f"insert into star.track_artist (track_key, position, artist_key)"
                       f" select t.key, 50 + %s, a.key from {SOME.format('track_key', 'track_dim')} t (key),"
                       f" {SOME.format('artist_key', 'artist_dim')} a (key) on conflict do nothing",
                       (n, n, n + 1))  # fmt: skip


@examples(25)
@given(merges=histories(), happens=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=12))
def test_whatever_happened_the_next_look_shows_what_the_warehouse_holds(
    warehouse: Warehouse, reading: Reading, merges: list[Any], happens: list[tuple[str, int]]
) -> None:
    kept = LifeCache()
    with warehouse.transaction() as tx:
        tx.execute("delete from insights.hidden")
        tx.execute("delete from insights.hidden_time")
        tx.execute("delete from insights.alias")
        clear(tx)
        me = newcomer(tx)
    for action, n in [("merge", 0), ("look", 0), *happens, ("look", 0)]:
        if action != "look":
            with warehouse.transaction() as tx:
                act(tx, me, action, n, merges)
            continue
        with reading.transaction() as tx:
            expected = tx.execute(BY_HAND, {"me": me}).fetchall()
            held, anew = kept.shown(tx, me), alone(tx, me)
            assert told(held) == told(anew) == expected
            # Of what was added up before, what changed is added up anew.
            found = [(by_day(of), firsts(of), led(of), years(of)) for of in (held, anew)]
            assert found[0] == found[1]


def test_while_nothing_changes_nothing_is_read_again(
    warehouse: Warehouse, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = LifeCache()
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    with reading.transaction() as tx:
        first = kept.shown(tx, me)
    monkeypatch.setattr(life_cache, "load", None)
    monkeypatch.setattr(life_cache, "refresh", None)
    with reading.transaction() as tx:
        assert kept.shown(tx, me) is first


def test_a_poll_moves_no_play_that_is_loaded_and_who_looked_before_sees_what_they_saw(
    warehouse: Warehouse, reading: Reading
) -> None:
    kept = LifeCache()
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("extended", [Told(at(7 * n), 100_000, f"t{n}", f"Song {n}") for n in range(5)])])
    seen = []
    # At the end; among what is there already; at the end again.
    for moment, song in ((40, 5), (41, 1), (1, 6), (50, 7)):
        with reading.transaction() as tx:
            seen.append((kept.shown(tx, me), tx.execute(BY_HAND, {"me": me}).fetchall()))
        with warehouse.transaction() as tx:
            tell(tx, me, [("extended", [Told(at(moment), 100_000, f"t{song}", f"Song {song}")])])
    with reading.transaction() as tx:
        seen.append((kept.shown(tx, me), tx.execute(BY_HAND, {"me": me}).fetchall()))
    assert [told(shown) for shown, _ in seen] == [rows for _, rows in seen]
    places = [shown.life.plays.ended_at.ctypes.data for shown, _ in seen]
    assert [place == places[0] for place in places] == [True, True, True, False, False]
    assert places[3] == places[4]


def test_whoever_began_before_a_merge_still_sees_the_plays_of_then(warehouse: Warehouse, reading: Reading) -> None:
    kept = LifeCache()
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    with reading.transaction() as earlier:
        earlier.execute("select 1")
        with warehouse.transaction() as tx:
            tell(tx, me, [("poll", [])])
            tx.execute("insert into star.artist_dim (artist_id, artist_name) values ('x', 'X')")
            tx.execute("insert into star.track_dim (track_ref, track_id, track_name, artist_key)"
                       " select 'x', 'x', 'X', artist_key from star.artist_dim where artist_id = 'x'")  # fmt: skip
            tx.execute("insert into star.streaming_fact (played_at, played_at_local, listener_id, track_key, ms_played,"
                       " is_estimated, api_at, api_track_key)"
                       " select now(), now(), %s, track_key, 1, true, now(), track_key from star.track_dim"
                       " where track_id = 'x'", (me,))  # fmt: skip
        with reading.transaction() as later:
            assert len(kept.shown(later, me).life.plays) == 1
        assert len(kept.shown(earlier, me).life.plays) == 0
    with reading.transaction() as tx:
        assert len(kept.shown(tx, me).life.plays) == 1


def import_plays(database_url: str, folder: Path, me: int) -> None:
    """What a process of its own does: plays come in pieces, and some go again."""
    plays = [Told(at(7 * n), 100_000 + n, f"t{n % 40}", f"Song {n % 40}") for n in range(600)]
    with Warehouse(folder, database_url) as warehouse:
        for first in range(0, len(plays), 20):
            with warehouse.transaction() as tx:
                tell(tx, me, [("extended", plays[first : first + 20])])
            if first % 100 == 0:
                with warehouse.transaction() as tx:
                    tx.execute("delete from star.streaming_fact where play_key % 11 = 0")


@pytest.mark.slow
def test_while_another_process_imports_without_pause_every_look_is_of_one_committed_moment(
    warehouse: Warehouse, reading: Reading, database_url: str, tmp_path: Path
) -> None:
    kept, seen = LifeCache(), set[int]()
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        importing = beside.submit(import_plays, database_url, tmp_path, me)
        while not importing.done():
            with reading.transaction() as tx:
                found = told(kept.shown(tx, me))
                assert found == tx.execute(BY_HAND, {"me": me}).fetchall()
            seen.add(len(found))
        importing.result()
    assert len(seen) > 1


def test_a_listener_nobody_looks_at_is_given_back(warehouse: Warehouse, reading: Reading) -> None:
    now = [0.0]
    kept = LifeCache(clock=lambda: now[0])
    with warehouse.transaction() as tx:
        one, other = newcomer(tx, "one"), newcomer(tx, "other")
    with reading.transaction() as tx:
        first = kept.shown(tx, one)
        now[0] = life_cache.IDLE_SECONDS
        assert kept.shown(tx, one) is first
        now[0] *= 3
        kept.shown(tx, other)
        assert kept.shown(tx, one) is not first
