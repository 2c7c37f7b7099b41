"""Totals are never stale, whatever happened since they were built, and whoever writes meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import rollup
from brapped_assets.insights.rollup import Rebuilt, rebuild, touched
from brapped_assets.warehouse import statements, zones
from brapped_assets.warehouse.connections import Connection, Warehouse
from brapped_assets.warehouse.errors import Interrupted
from brapped_assets.warehouse.merge import merge_plays, rebuild_local_time, years_played
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import ZONES
from brapped_assets_tests.warehouse.beside import wait_until_waiting
from brapped_assets_tests.warehouse.pages import Play, at, newcomer, poll, song
from brapped_assets_tests.warehouse.test_order import clear, histories
from brapped_assets_tests.warehouse.told import tell

ACTIONS = ("rebuild", "rebuild", "merge", "hide artist", "hide track", "show", "zone", "gone", "artist")
PERIODS = (
    (date(2025, 11, 3), date(2027, 1, 1)),
    (date(2026, 1, 1), date(2027, 1, 1)),
    (date(2026, 3, 1), date(2026, 4, 1)),
    (date(2026, 2, 20), date(2026, 3, 2)),
)
SHOWN = """
with shown as (
    select p.*, f.in_extended, extract(year from p.played_on)::int as year
    from bi.plays p join star.streaming_fact f using (play_key)
    where p.listener_id = %(me)s and not coalesce(p.incognito, false) and f.repeat_of is null
      and p.played_on >= %(first)s and p.played_on < %(until)s
      and not p.artist_key = any(%(artists)s::int[]) and not p.track_key = any(%(tracks)s::int[])
)
"""
BY_HAND = {
    "hours": """
        select played_on as day, played_hour as hour, count(case when counts_as_play then 1 end) as plays,
               count(case when in_extended then 1 end) as told,
               count(case when in_extended and skipped then 1 end) as skipped,
               count(case when in_extended and shuffle then 1 end) as shuffled,
               count(case when in_extended and offline then 1 end) as offline,
               coalesce(sum(case when counts_as_play then ms_played end), 0)::bigint as ms,
               coalesce(sum(case when counts_as_play and ms_played_basis = 'estimated' then ms_played end), 0)::bigint
                   as estimated_ms
        from shown group by 1, 2 order by 1, 2""",
    "artists": """
        select artist_key, count(*) as plays, sum(ms_played)::bigint as ms, min(played_on) as first_on,
               max(played_on) as last_on
        from shown where counts_as_play group by 1 order by 1""",
    "tracks": """
        select track_key, count(*) as plays, sum(ms_played)::bigint as ms, min(played_on) as first_on,
               max(played_on) as last_on
        from shown where counts_as_play group by 1 order by 1""",
}
BY_HAND["days"] = BY_HAND["hours"].replace("played_hour as hour, ", "").replace("by 1, 2", "by 1")
SUMMED = (
    "{key}_key, sum(plays)::bigint as plays, sum(ms)::bigint as ms, min(first_on) as first_on, max(last_on) as last_on"
)
ASKED = {
    "hours": "select * from insights.hours_of(%(me)s, %(first)s, %(until)s) order by 1, 2",
    "days": "select * from insights.days_of(%(me)s, %(first)s, %(until)s) order by 1",
    **{
        f"{key}s": f"select {SUMMED.format(key=key)} from insights.{key}s_of(%(me)s, %(first)s, %(until)s)"
        " group by 1 order by 1"
        for key in ("artist", "track")
    },
}
TOTALS = {
    "hour_total": "day",
    "day_total": "day",
    "artist_month": "month, artist_key",
    "track_year": "year, track_key",
    "artist_life": "artist_key",
    "track_life": "track_key",
    "device_day": "day",
}


def numbers(tx: Connection, statements: dict[str, str], **values: Any) -> dict[tuple[str, date, date], Any]:
    return {
        (name, *period): tx.execute(statement, {**values, "first": period[0], "until": period[1]}).fetchall()
        for name, statement in statements.items()
        for period in PERIODS
    }


def act(tx: Connection, me: int, action: str, n: int, merges: list[Any]) -> None:
    """One thing that may happen; `n` says to whom."""
    some = "(select {0} from star.{1} order by {0} offset %s %% greatest((select count(*) from star.{1}), 1) limit 1)"
    match action:
        case "rebuild":
            rebuild(tx, me)
        case "merge" if merges:
            tell(tx, me, [merges.pop()], 3)
        case "hide artist" | "hide track":
            key, table = ("artist_key", "artist_dim") if action == "hide artist" else ("track_key", "track_dim")
            tx.execute(f"insert into insights.hidden (listener_id, {key}, hidden_at)"
                       f" select %s, key, now() from {some.format(key, table)} k (key) on conflict do nothing",
                       (me, n))  # fmt: skip
        case "show":
            tx.execute("delete from insights.hidden where hidden_id = (select max(hidden_id) from insights.hidden)")
        case "zone":
            moves = [at(0)] if n % 2 else []
            zones.write(tx, me, zones.spans_of(moves, [ZONES[(n + nth) % len(ZONES)] for nth in range(len(moves) + 1)]))
            for year in years_played(tx, me):
                rebuild_local_time(tx, me, year)
        case "gone":
            tx.execute(
                f"delete from star.streaming_fact where play_key = {some.format('play_key', 'streaming_fact')}", (n,)
            )
        case "artist":
            tx.execute(f"update star.track_dim set artist_key = {some.format('artist_key', 'artist_dim')}"
                       f" where track_key = {some.format('track_key', 'track_dim')}", (n + 1, n))  # fmt: skip


@examples(12)
@given(merges=histories(), happens=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=7))
def test_totals_equal_the_plays_after_whatever_happens(
    warehouse: Warehouse, merges: list[Any], happens: list[tuple[str, int]]
) -> None:
    with warehouse.transaction() as tx:
        tx.execute("delete from insights.hidden")
        clear(tx)
        me = newcomer(tx)
        for action, n in [("merge", 0), ("merge", 0), *happens, ("rebuild", 0), ("merge", 0)]:
            act(tx, me, action, n, merges)
            hidden = tx.execute("select coalesce(array_agg(artist_key) filter (where artist_key > 0), '{}') as artists,"
                                " coalesce(array_agg(track_key) filter (where track_key > 0), '{}') as tracks"
                                " from insights.hidden").fetchone()  # fmt: skip
            assert hidden is not None
            expected = numbers(tx, {name: SHOWN + query for name, query in BY_HAND.items()}, me=me, **hidden)
            assert numbers(tx, ASKED, me=me) == expected, action


def listen(warehouse: Warehouse, me: int, minutes: float, ref: str = "a", artist: str = "alice") -> None:
    """One play, polled and merged by somebody who waits for no lock."""
    with warehouse.transaction(lock_seconds=1) as tx:
        poll(tx, me, [Play(at(minutes), song(ref, artists=[artist]))])
        merge_plays(tx, me, at(minutes + 1))


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    """Somebody with a play on each of four days, of two artists, all of it in the totals."""
    with warehouse.transaction() as tx:
        me = newcomer(tx)
    for day in range(4):
        listen(warehouse, me, day * 1440, "ab"[day % 2], ("alice", "bob")[day % 2])
    with warehouse.transaction() as tx:
        rebuild(tx, me)
    return me


@pytest.fixture
def other(database_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path, database_url) as other:
        yield other


def kept(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Where every row of the totals stands, and who wrote it."""
    with warehouse.transaction() as tx:
        return {
            table: {
                row["key"]: row["place"]
                for row in tx.execute(f"select ({key})::text as key, ctid || '/' || xmin as place from insights.{table}"
                                      if "," not in key else
                                      f"select concat_ws(' ', {key}) as key, ctid || '/' || xmin as place"
                                      f" from insights.{table}").fetchall()
            }
            for table, key in TOTALS.items()
        }  # fmt: skip


def test_a_rebuild_writes_what_was_touched_and_nothing_else(warehouse: Warehouse, me: int) -> None:
    before = kept(warehouse)
    listen(warehouse, me, 4 * 1440, "a", "alice")
    with warehouse.transaction() as tx:
        assert rebuild(tx, me) == Rebuilt(1, 1, 1)
        alice, song_a = (
            str(row["key"])
            for query in ("select artist_key as key from star.artist_dim where artist_name = 'alice'",
                          "select track_key as key from star.track_dim where track_ref = 'a'")
            for row in tx.execute(query).fetchall()
        )  # fmt: skip
    after = kept(warehouse)
    written = {
        table: {key for key, place in rows.items() if before[table].get(key) != place} for table, rows in after.items()
    }
    day = "2026-11-25"
    assert written == {
        "hour_total": {day},
        "day_total": {day},
        "artist_month": {f"2026-11-01 {alice}"},
        "track_year": {f"2026 {song_a}"},
        "artist_life": {alice},
        "track_life": {song_a},
        "device_day": set(),
    }
    with warehouse.transaction() as tx:
        assert rebuild(tx, me) == Rebuilt(0, 0, 0)
    assert kept(warehouse) == after


@pytest.fixture
def before_statement(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], None]], None]:
    """Have something done before each statement of a rebuild, told its name."""

    def install(happens: Callable[[str], None]) -> None:
        real = statements.sql

        def asked(name: str) -> Any:
            happens(name.rpartition("/")[2])
            return real(name)

        monkeypatch.setattr(rollup, "sql", asked)

    return install


def test_a_merge_in_the_middle_of_a_rebuild_waits_for_nothing_and_leaves_its_days_touched(
    warehouse: Warehouse, other: Warehouse, me: int, before_statement: Callable[[Callable[[str], None]], None]
) -> None:
    listen(warehouse, me, 3, "b", "bob")
    steps: list[str] = []

    def merge(name: str) -> None:
        if steps and steps[-1] != "lock" and name != "claim_touched":
            listen(other, me, 10 + len(steps) * 5, "a")
        steps.append(name)

    before_statement(merge)
    with warehouse.transaction() as tx:
        assert rebuild(tx, me) == Rebuilt(1, 1, 1)
    assert len(steps) > 15
    with warehouse.transaction() as tx:
        assert touched(tx, me) == [date(2026, 11, 21)]
        values = {"me": me, "artists": [], "tracks": []}
        expected = numbers(tx, {name: SHOWN + query for name, query in BY_HAND.items()}, **values)
        assert numbers(tx, ASKED, me=me) == expected


def test_a_rebuild_killed_before_any_statement_leaves_its_days_touched(
    warehouse: Warehouse, other: Warehouse, me: int, before_statement: Callable[[Callable[[str], None]], None]
) -> None:
    listen(warehouse, me, 3, "b", "bob")
    before, steps, survives = kept(warehouse), [""], 0

    def kill(name: str) -> None:
        steps.append(name)
        if len(steps) == survives:
            with other.transaction() as tx:
                tx.execute("select pg_terminate_backend(pid, 1000) from pg_stat_activity"
                           " where datname = current_database() and pid <> pg_backend_pid()")  # fmt: skip

    before_statement(kill)
    killed = 0
    while True:
        steps, survives = [], killed + 1
        try:
            with warehouse.transaction() as tx:
                rebuild(tx, me)
        except Interrupted:
            killed += 1
        else:
            break
        with other.transaction() as tx:
            assert touched(tx, me) == [date(2026, 11, 21)]
    assert killed == len(steps) > 15
    with other.transaction() as tx:
        assert touched(tx, me) == []
    assert kept(other) != before


def test_of_two_rebuilds_at_once_the_second_finds_nothing_left(warehouse: Warehouse, other: Warehouse, me: int) -> None:
    listen(warehouse, me, 3, "b", "bob")

    def again() -> Rebuilt:
        with other.transaction() as theirs:
            return rebuild(theirs, me)

    with ThreadPoolExecutor(1) as threads:
        with warehouse.transaction() as tx:
            assert rebuild(tx, me) == Rebuilt(1, 1, 1)
            second: Future[Rebuilt] = threads.submit(again)
            wait_until_waiting(tx, second)
        assert second.result() == Rebuilt(0, 0, 0)


@dataclass(frozen=True)
class Hurried:
    """Waits a second for a lock."""

    warehouse: Warehouse

    def transaction(self) -> AbstractContextManager[Connection]:
        return self.warehouse.transaction(lock_seconds=1)


def test_catching_up_fails_nothing_when_somebody_else_is_at_it(warehouse: Warehouse, other: Warehouse, me: int) -> None:
    listen(warehouse, me, 3, "b", "bob")
    with warehouse.transaction() as tx:
        rebuild(tx, me)
        listen(other, me, 6, "b", "bob")
        rollup.catch_up(Hurried(other), me)
    with warehouse.transaction() as tx:
        assert touched(tx, me) == [date(2026, 11, 21)]
    rollup.catch_up(other, me)
    with warehouse.transaction() as tx:
        assert touched(tx, me) == []
