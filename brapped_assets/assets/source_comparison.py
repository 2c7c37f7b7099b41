"""Polls and exports of one listener held against each other, as metadata."""

from collections.abc import Sequence

import dagster as dg

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.reconciliation import Day, by_day, reconciliation

# The table is a few kB, and is kept with every import.
DAYS = 60
WIDTH = 50
SIGNS = {"only polled": "░", "both": "█", "only exported": "▒"}


def metadata(tx: Connection, listener_id: int) -> dict[str, dg.MetadataValue]:
    """Plays by who tells of them, how far the two clocks are apart, and the last 60 local days as bars."""
    found = reconciliation(tx, listener_id)
    later = [dg.TableRecord({"seconds": seconds, "plays": plays}) for seconds, plays in found.histogram.items()]
    return {
        "listener_plays_matched": dg.MetadataValue.int(found.matched),
        "listener_plays_only_polled": dg.MetadataValue.int(found.only_polled),
        "listener_plays_only_exported": dg.MetadataValue.int(found.only_exported),
        "exported_later_than_polled_by": dg.MetadataValue.table(later),
        "plays_per_day_by_source": dg.MetadataValue.md(bars(by_day(tx, listener_id, DAYS))),
    }


def bars(days: Sequence[Day]) -> str:
    """One line of text a day, as Markdown: a bar made of its sources, as long as its plays are many."""
    busiest = max((_plays(day) for day in days), default=0)
    legend = ", ".join(f"{sign} {source}" for source, sign in SIGNS.items())
    lines = [f"{day.day}  {_bar(day, busiest)} {_plays(day)}" for day in days]
    return "\n".join(["```", legend, *lines, "```"])


def _plays(day: Day) -> int:
    return day.only_polled + day.matched + day.only_exported


def _bar(day: Day, busiest: int) -> str:
    # Where one source ends the next begins, each end rounded by itself: the whole bar is never longer or shorter.
    bar, plays = "", 0
    for sign, of_source in zip(SIGNS.values(), (day.only_polled, day.matched, day.only_exported), strict=True):
        plays += of_source
        bar = bar.ljust(round(WIDTH * plays / max(1, busiest)), sign)
    return bar
