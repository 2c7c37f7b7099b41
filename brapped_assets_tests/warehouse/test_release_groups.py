"""Which releases are one album."""

import pytest

from brapped_assets.warehouse.db.connections import Warehouse

SAME = [
    "THRILLER", "Thríller", "Thriller (Deluxe)", "Thriller [Special Edition]", "Thriller (Remastered 2015)",
    "Thriller - 40th Anniversary Edition", "Thriller (Deluxe Edition) [2011 Remaster]", "Thriller (With Bonus Tracks)",
]  # fmt: skip
OTHER = ["Thriller (Live)", "Thriller - Acoustic", "Thriller (Taylor's Version)", "Thriller II", "(Deluxe)", "Deluxe"]


def number(warehouse: Warehouse, title: str, artist: str | None = "Somebody", ref: str = "one") -> int:
    with warehouse.transaction() as tx:
        row = tx.execute("select star.release_group(%s, %s, %s) as of", (title, artist, ref)).fetchone()
    assert row is not None
    return int(row["of"])


@pytest.mark.parametrize("title", SAME)
def test_an_edition_is_the_album(warehouse: Warehouse, title: str) -> None:
    assert number(warehouse, title, "SOMEBODY", "two") == number(warehouse, "Thriller")


def test_other_recordings_titles_and_artists_are_other_albums(warehouse: Warehouse) -> None:
    numbers = {number(warehouse, title) for title in ["Thriller", *OTHER]} | {number(warehouse, "Thriller", "Other")}
    assert len(numbers) == len(OTHER) + 2


def test_without_an_album_artist_each_release_is_its_own(warehouse: Warehouse) -> None:
    numbers = {number(warehouse, "Greatest Hits", None, ref) for ref in ("one", "two")}
    assert len(numbers) == 2
