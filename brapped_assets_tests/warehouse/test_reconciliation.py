"""How polls and exports compare."""

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.reconciliation import BOUNDS, Day, by_day, reconciliation
from brapped_assets_tests.warehouse.exported_plays import Told, after, tell
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, song

DAY = 86_400


def _compared(tx: Connection) -> int:
    me = newcomer(tx, zone="UTC")
    polled = [0.5, 1_000, 2_000, DAY, DAY + 1_000]
    told = [(1, 99_000), (995, 99_000), (2_089, 99_000), (DAY + 3_000, 99_000), (DAY + 4_000, 10)]
    tell(
        tx,
        me,
        [
            ("poll", [Play(after(second), song("a", artists=["Alice"])) for second in polled]),
            ("extended", [Told(after(second), ms) for second, ms in told]),
            # To the minute, which says nothing of the clocks.
            ("account", [Told(after(DAY + 960), 99_000, None)]),
        ],
    )
    return me


def test_each_day_says_who_told_of_its_plays_and_how_far_apart_they_were(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _compared(tx)
        first, second = tx.execute("select * from audit.reconciliation order by day").fetchall()
    assert (first["matched"], first["only_polled"], first["only_exported"]) == (3, 0, 0)
    assert (first["mean_seconds_later"], first["most_seconds_apart"]) == ((0.5 - 5 + 89) / 3, 89)
    assert (second["matched"], second["only_polled"], second["only_exported"]) == (1, 1, 2)
    assert second["only_exported_but_shown"] == 1
    assert second["mean_seconds_later"] is None


def test_the_differences_of_matched_plays_are_counted_by_bins_of_seconds(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        found = reconciliation(tx, _compared(tx))
        assert (found.matched, found.only_polled, found.only_exported) == (4, 1, 2)
        assert {name: plays for name, plays in found.histogram.items() if plays} == {
            "-5 to -2 s": 1,
            "0 to 1 s": 1,
            "60 to 90 s": 1,
        }
        assert len(found.histogram) == len(BOUNDS) - 1


def test_the_last_days_are_there_with_and_without_plays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _compared(tx)
        tell(tx, me, [("extended", [Told(after(3 * DAY), 99_000)])])
        days = by_day(tx, me, 3)
    assert days == [
        Day(after(DAY).date(), 1, 1, 2),
        Day(after(2 * DAY).date(), 0, 0, 0),
        Day(after(3 * DAY).date(), 0, 0, 1),
    ]


def test_nobodys_plays_are_zeros(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        found = reconciliation(tx, newcomer(tx))
        assert by_day(tx, newcomer(tx), 60) == []
    assert (found.matched, found.only_polled, found.only_exported) == (0, 0, 0)
    assert set(found.histogram.values()) == {0}
