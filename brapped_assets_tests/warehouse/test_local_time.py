"""A change of zone: local days and hours follow, year by year."""

from datetime import UTC, datetime

from brapped_assets.warehouse.connections import Connection, Warehouse
from brapped_assets.warehouse.merge import merge_plays, rebuild_local_time
from brapped_assets_tests.warehouse.pages import NOON, Play, fact, newcomer, poll, song


def _three_years(tx: Connection) -> int:
    me = newcomer(tx, zone="Europe/Berlin")
    # The last one is 2025 in UTC and 2026 in Berlin.
    ends = [(2024, 7, 1, 22), (2025, 1, 1, 0), (2025, 12, 31, 23)]
    poll(tx, me, [Play(datetime(*end, 30, tzinfo=UTC), song("a")) for end in ends])
    merge_plays(tx, me, NOON)
    return me


def _locals(tx: Connection, listener_id: int) -> list[tuple[str, int, str]]:
    rows = fact(tx, listener_id)
    return [(row["played_on"].isoformat(), row["played_hour"], f"{row['played_at_local']:%H:%M}") for row in rows]


IN_BERLIN = [("2024-07-02", 0, "00:30"), ("2025-01-01", 1, "01:30"), ("2026-01-01", 0, "00:30")]
IN_NEW_YORK = [("2024-07-01", 18, "18:30"), ("2024-12-31", 19, "19:30"), ("2025-12-31", 18, "18:30")]


def test_a_change_of_zone_goes_year_by_year_and_can_be_repeated(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _three_years(tx)
        assert _locals(tx, me) == IN_BERLIN
        tx.execute("update audit.listener set time_zone = 'America/New_York'")
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025, 2026)] == [1, 2, 0]
        assert _locals(tx, me) == IN_NEW_YORK
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025, 2026)] == [0, 0, 0]


def test_a_change_of_zone_that_was_interrupted_is_finished_by_doing_it_again(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _three_years(tx)
        tx.execute("update audit.listener set time_zone = 'America/New_York'")
        rebuild_local_time(tx, me, 2024)
    # Killed here. A poll in between has its plays in the new zone already.
    with warehouse.transaction() as tx:
        poll(tx, me, [Play(datetime(2025, 6, 1, 3, tzinfo=UTC), song("b"))])
        merge_plays(tx, me, NOON)
        late = ("2025-05-31", 23, "23:00")
        assert _locals(tx, me) == [IN_NEW_YORK[0], IN_BERLIN[1], late, IN_BERLIN[2]]
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025)] == [0, 2]
        assert _locals(tx, me) == [*IN_NEW_YORK[:2], late, IN_NEW_YORK[2]]


def test_a_change_of_zone_leaves_other_listeners_alone(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, other = _three_years(tx), newcomer(tx, "other", zone="Europe/Berlin")
        poll(tx, other, [Play(datetime(2025, 6, 1, 3, tzinfo=UTC), song("b"))])
        merge_plays(tx, other, NOON)
        tx.execute("update audit.listener set time_zone = 'America/New_York' where listener_id = %s", (me,))
        assert rebuild_local_time(tx, me, 2025) == 2
        assert rebuild_local_time(tx, other, 2025) == 0
        assert _locals(tx, other) == [("2025-06-01", 5, "05:00")]
