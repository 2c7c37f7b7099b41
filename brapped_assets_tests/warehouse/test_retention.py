"""What is thinned out after a year, and that nothing which proves completeness is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.retention import thin_polls, thin_rankings
from brapped_assets.warehouse.run_stats import landed_by_hour
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.polled_plays import NOON, at, everything, gaps, newcomer, page, plays

LATER = NOON + timedelta(days=900)
# A page of Spotify's has 50; with three, gaps come quickly.
SHOWN = 3


def look(tx: Connection, me: int, played: Sequence[float], minute: float) -> None:
    """A poll at a minute, of somebody whose plays ended at these."""
    shown = plays([end for end in played if end <= minute][-SHOWN:])
    land(tx, page(me, shown, polled_at=at(minute)))


def polled(tx: Connection) -> list[datetime]:
    return [row["polled_at"] for row in tx.execute("select polled_at from audit.poll order by polled_at")]


def test_the_first_poll_the_last_of_a_day_and_whatever_landed_or_found_a_gap_stay(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for minute in (0, 20, 40, 60, 80, 1500, 1520, 1540):
            # One play at the beginning, one after 50 minutes, and then four of which three are shown: a gap.
            look(tx, me, [-5, 50, 1490, 1495, 1500, 1510], minute)
        assert thin_polls(tx, at(1600), 1) == 1
        assert polled(tx) == [at(minute) for minute in (0, 40, 60, 80, 1500, 1520, 1540)]
        assert thin_polls(tx, at(1600), 500) == 1
        # 80 was the last of its UTC day, 1520 landed a play.
        assert polled(tx) == [at(minute) for minute in (0, 60, 80, 1500, 1520, 1540)]
        assert thin_polls(tx, LATER, 500) == 0


def test_only_what_is_older_than_the_instant_is_thinned_out(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for minute in range(0, 100, 20):
            look(tx, me, [-5], minute)
        assert thin_polls(tx, at(40), 500) == 1
        assert polled(tx) == [at(minute) for minute in (0, 40, 60, 80)]


def test_the_first_poll_of_somebody_who_had_not_played_yet_stays_because_a_gap_may_begin_there(
    warehouse: Warehouse,
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for minute in (0, 20, 40):
            look(tx, me, [], minute)
        assert thin_polls(tx, LATER, 500) == 1
        assert polled(tx) == [at(0), at(40)]
        # Fifty plays, as many as Spotify shows: there may have been more.
        land(tx, page(me, plays([100 + 4 * number for number in range(50)]), polled_at=at(320)))
        assert gaps(tx) == [(at(0), at(100))]


MINUTES = st.lists(st.integers(0, 3000), max_size=10, unique=True).map(sorted)


@examples(30)
@given(played=MINUTES, asked=MINUTES, cut=st.integers(0, 10))
def test_what_is_proven_is_the_same_with_and_without_them(
    warehouse: Warehouse, played: list[int], asked: list[int], cut: int
) -> None:
    def proven(*, thinned: bool) -> tuple[Any, ...]:
        with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
            me = newcomer(tx)
            for number, minute in enumerate(asked):
                if thinned and number == cut:
                    thin_polls(tx, LATER, 500)
                look(tx, me, played, minute)
            if thinned:
                thin_polls(tx, LATER, 500)
            after = everything(tx)
            kept = [row for row in after.pop("poll") if row["landed"] or not row["overlapped"]]
            hours = landed_by_hour(tx, [at(60 * hour) for hour in range(51)])
            # A listener's number is another in each round.
            return list(after.values()), kept, polled(tx)[-1:], hours

    assert proven(thinned=True) == proven(thinned=False)


def test_of_old_rankings_the_first_of_each_week_stays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        artist = tx.execute(
            "insert into star.artist_dim (artist_id, artist_name) values ('a', 'A') returning artist_key"
        ).fetchone()
        assert artist is not None
        tx.execute(
            "insert into star.spotify_top select %s, day::date, 'artists', kind, 1, %s, null"
            " from generate_series(date '2026-01-02', date '2026-02-28', interval '1 day') day,"
            " unnest(array['short_term', 'long_term']) kind where day::date <> '2026-01-05'",
            (me, artist["artist_key"]),
        )
        # From Friday 2 to Friday 30: a week of three days, one that began on a Tuesday, two whole ones, one of five.
        assert thin_rankings(tx, date(2026, 1, 31)) == 2 * (2 + 5 + 6 + 6 + 4)
        kept = [row["taken_on"] for row in tx.execute("select distinct taken_on from star.spotify_top order by 1")]
        assert [day.day for day in kept if day < date(2026, 1, 31)] == [2, 6, 12, 19, 26]
        assert kept[5:] == [date(2026, 1, 31) + timedelta(days=number) for number in range(29)]
