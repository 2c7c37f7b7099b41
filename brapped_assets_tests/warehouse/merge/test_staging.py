"""Exported plays as COPY takes them."""

import tracemalloc

from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets_tests.warehouse.exported_plays import Told, after

LONG = 250_000


def test_names_of_any_length_fill_no_memory_and_are_told_apart() -> None:
    occurrences = Occurrences()
    tracemalloc.start()
    try:
        for piece in range(40):
            titles = [f"{'x' * LONG}{piece} {n}" for n in range(5)]
            plays = [
                Told(after(n), 1_000, None, title, title, track_uri=None, album=title) for n, title in enumerate(titles)
            ]
            plays += [
                Told(after(n), 1_000, None, "", "", track_uri=f"spotify:local:{title}")
                for n, title in enumerate(titles)
            ]
            encode(plays, occurrences)
        del titles, plays
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A quarter of a million characters in each of 600 names.
    assert kept < 2_000_000
    assert len(occurrences.told) == 400
    assert set(occurrences.told.values()) == {1}
