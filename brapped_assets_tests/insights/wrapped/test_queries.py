"""Every number of Wrapped is what anybody counts over `bi.plays`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import viewer
from brapped_assets.insights.wrapped import numbers
from brapped_assets.insights.wrapped.model import NOTHING, Favourites, OneHits, Shares, SpokenShares, Traits
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.wrapped_plays import MOMENTS, NOW, ZONES, histories, obvious
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.imported_files import vouch
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, poll, song

PERIODS = ["2024", "year", "2025-01", "all", "2024-12-31", "2024-12-20..2025-02-11"]


OF_HABITS: dict[str, Any] = {
    "first": None, "favourites": Favourites(), "run": None, "loyal": None, "one_hits": OneHits(),
    "finished": NOTHING, "traits": Traits(), "traits_before": None,
    "genres": Shares(), "origins": Shares(), "places": Shares(), "spoken": SpokenShares(),
}  # fmt: skip


class Undo(Exception):
    """The example is over."""


def hide(tx: Connection, me: int, kind: str) -> set[tuple[str, int]]:
    """Keep the first artist or song there is out of statistics."""
    row = tx.execute(f"select min({kind}_key) as key from bi.plays where listener_id = %s", (me,)).fetchone()
    if row is None or row["key"] is None:
        return set()
    tx.execute(
        f"insert into insights.hidden (listener_id, {kind}_key, hidden_at) values (%s, %s, %s)",
        (me, row["key"], NOW),
    )
    return {(kind, row["key"])}


# One song on repeat through a night, and a return after more than half a year.
@example([Told(MOMENTS[n // 3] + timedelta(minutes=n), 60_000, "song1", artist="Artist 1") for n in range(12)],
         "Europe/Berlin", "all", None)  # fmt: skip
@examples(20)
@given(histories(), st.sampled_from(ZONES), st.sampled_from(PERIODS), st.sampled_from([None, None, "artist", "track"]))
def test_the_numbers_are_those_of_the_plays(
    warehouse: Warehouse, told: list[Told], zone: str, asked: str, kind: str | None
) -> None:
    try:
        with warehouse.transaction() as tx:
            me = newcomer(tx, zone=zone)
            tell(tx, me, [("extended", told)])
            vouch(tx, me, datetime(2023, 1, 1, tzinfo=UTC), NOW)
            hidden = hide(tx, me, kind) if kind else set()
            who = viewer(tx, NOW, me)
            assert who is not None
            period = named(asked, today=who.today, first_day=who.first_day or who.today)
            # What loyalty.py, song_of_month.py and traits.py find is held against its statements.
            found = replace(numbers(tx, who, period), **OF_HABITS)
            assert found == obvious(tx, who, period, hidden)
            raise Undo  # noqa: TRY301  (leaving is how a transaction is undone)
    except Undo:
        pass


def test_an_album_of_api_and_export_is_one_and_its_length_counts(warehouse: Warehouse) -> None:
    album = {"id": "al", "name": "Half", "artists": [{"id": "id-alice", "name": "alice"}], "total_tracks": 4,
             "release_date": "1999-05-01"}  # fmt: skip
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="UTC")
        at = MOMENTS[5]
        for nth, ref in enumerate("abb"):
            poll(tx, me, [Play(at + timedelta(minutes=10 * nth), song(ref, album=album))])
        merge_plays(tx, me, NOW)
        apply_payloads(tx)
        tell(tx, me, [("extended", [Told(at + timedelta(hours=2), 60_000, "c", "Song c", "alice", album="Half")])])
        who = viewer(tx, NOW, me)
        assert who is not None
        found = numbers(tx, who, named("2025", today=who.today, first_day=date(2025, 1, 1)))
    assert found.album is not None
    assert (found.album.album.name, found.album.album.plays, found.album.songs, found.album.of_songs) == (
        "Half",
        4,
        3,
        4,
    )
    # Shares of 1/4, 1/2, 1/4 have an entropy of 1.5 bits; four songs alike would have 2.
    assert found.album.evenness == 0.75
    assert found.releases == {1999: 3, None: 1}
