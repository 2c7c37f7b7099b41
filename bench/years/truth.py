"""What the warehouse holds at the end of a simulated life, held against what was played."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.landed_plays import shown, visible_spans
from bench.years.pairs import Row, Verdict, judged
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.export import exported_end
from brapped_assets.demo.listener import Listener
from brapped_assets.warehouse.db.connections import Connection

# Of the fact what no view shows: the halves.
FACT = """
select p.track_name, p.played_at, p.played_at_local, f.api_at, f.export_at
from bi.plays p join star.streaming_fact f using (play_key)
"""
OPEN_GAPS = "select gap_start, gap_end from bi.coverage_gaps where closed_at is null order by gap_start"


@dataclass(frozen=True)
class Held:
    """Plays by what became of them.

    `known` were shown to a poll or are in an export; `verdict` says what the fact has of them. `marked` were shown
    while nobody asked, and lie in a gap that is open; `unmarked` do not. `wrong_local` rows have another local time
    than Python's zones say, `wrong_instant` neither the poll's END nor, without a poll, the export's. `gaps` are open,
    `gap_time` long.
    """

    known: int
    verdict: Verdict
    marked: int
    unmarked: int
    wrong_local: int
    wrong_instant: int
    gaps: int
    gap_time: timedelta


def held_against_the_truth(
    tx: Connection,
    account: SimulatedAccount,
    polled: tuple[datetime, datetime],
    exported: tuple[datetime, datetime] | None,
) -> Held:
    """Rows come as dicts. `account` has a listener made from a seed; `polled` are the instants of the first and the
    last page read, `exported` what the exports cover: END from, until (UTC)."""
    listener = account.listener
    assert isinstance(listener, Listener)
    rows = tx.execute(FACT).fetchall()
    first, last = polled
    in_export = exported or (first, first)
    before = min(first, in_export[0]) - timedelta(days=30)
    known: list[Row] = []
    for play in listener.plays_between(before, last + timedelta(days=1)):
        is_served = (play.played_at, play.track.uri) in account.served
        # An export forgets the names of local files.
        is_exported = in_export[0] <= play.played_at < in_export[1] and not play.track.is_local
        if is_served or is_exported:
            known.append(
                Row(
                    play.track.name,
                    play.played_at if is_served else None,
                    exported_end(play) if is_exported else None,
                )
            )
    gaps = [(row["gap_start"], row["gap_end"]) for row in tx.execute(OPEN_GAPS).fetchall()]
    spans = visible_spans(shown(listener, first - timedelta(days=30), last + timedelta(days=1)))
    served = {at for at, _ in account.served}
    missed = [
        at
        for at, (start, end) in spans.items()
        if start <= last and end > first and at not in served and not in_export[0] <= at < in_export[1]
    ]
    marked = sum(any(start <= at <= end for start, end in gaps) for at in missed)
    return Held(
        known=len(known),
        verdict=judged(known, [Row(row["track_name"], row["api_at"], row["export_at"]) for row in rows]),
        marked=marked,
        unmarked=len(missed) - marked,
        wrong_local=sum(
            row["played_at_local"] != row["played_at"].astimezone(listener.time_zone).replace(tzinfo=None)
            for row in rows
        ),
        wrong_instant=sum(row["played_at"] != (row["api_at"] or row["export_at"]) for row in rows),
        gaps=len(gaps),
        gap_time=sum((end - start for start, end in gaps), timedelta()),
    )
