"""What the warehouse holds at the end of a simulated life, held against what was played."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.keen_year import visible_spans
from bench.landed_plays import shown
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.export import DRIFT_SECONDS, exported_end
from brapped_assets.demo.listener import Listener
from brapped_assets.warehouse.connections import Connection

FACT = "select played_at, track_name, played_at_local from bi.plays"
Plays = Counter[tuple[datetime, str]]
# By how much the simulated export's instants may be later than the API's.
MOST_APART = timedelta(seconds=max(DRIFT_SECONDS))
OPEN_GAPS = "select gap_start, gap_end from bi.coverage_gaps where closed_at is null order by gap_start"


@dataclass(frozen=True)
class Held:
    """Plays by what became of them.

    `known` were shown to a poll or are in an export; of these `lost` are not in the fact, and `doubled` are rows of
    the fact that no play explains. `marked` were shown while nobody asked, and lie in a gap that is open; `unmarked`
    do not.
    `wrong_local` rows have another local time than Python's zones say. `gaps` are open, `gap_time` long.
    `mistaken` are one song twice within seconds, where the poll's half of one play met the export's of the other: both
    are there, with each other's instant. `differences` are the first few lost and doubled, in words.
    """

    known: int
    lost: int
    doubled: int
    marked: int
    unmarked: int
    wrong_local: int
    gaps: int
    gap_time: timedelta
    mistaken: int
    differences: tuple[str, ...]


def held_against_the_truth(
    tx: Connection,
    account: SimulatedAccount,
    polled: Collection[datetime],
    exported: tuple[datetime, datetime] | None,
) -> Held:
    """Rows come as dicts. `account` has a listener made from a seed; `polled` are the instants a page was read,
    `exported` what the exports cover: END from, until (UTC)."""
    listener = account.listener
    assert isinstance(listener, Listener)
    rows = tx.execute(FACT).fetchall()
    found = Counter((row["played_at"], row["track_name"]) for row in rows)
    first, last = min(polled), max(polled)
    in_export = exported or (first, first)
    before = min(first, in_export[0]) - timedelta(days=30)
    known: Counter[tuple[datetime, str]] = Counter()
    for play in listener.plays_between(before, last + timedelta(days=1)):
        if (play.played_at, play.track.uri) in account.served:
            known[play.played_at, play.track.name] += 1
        elif in_export[0] <= play.played_at < in_export[1] and not play.track.is_local:
            # An export forgets the names of local files.
            known[exported_end(play), play.track.name] += 1
    lost, doubled, mistaken = _matched(known - found, found - known)
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
        known=known.total(),
        lost=lost.total(),
        doubled=doubled.total(),
        marked=marked,
        unmarked=len(missed) - marked,
        wrong_local=sum(
            row["played_at_local"] != row["played_at"].astimezone(listener.time_zone).replace(tzinfo=None)
            for row in rows
        ),
        gaps=len(gaps),
        gap_time=sum((end - start for start, end in gaps), timedelta()),
        mistaken=mistaken,
        differences=(*_told("lost", lost), *_told("doubled", doubled)),
    )


def _matched(lost: Plays, doubled: Plays) -> tuple[Plays, Plays, int]:
    """Without the pairs of one title that lie no further apart than an export's instants from a poll's."""
    lost, doubled, mistaken = lost.copy(), doubled.copy(), 0
    for at, title in sorted(lost.elements()):
        near = next((one for one in doubled if one[1] == title and abs(one[0] - at) <= MOST_APART), None)
        if near is not None:
            lost -= Counter([(at, title)])
            doubled -= Counter([near])
            mistaken += 1
    return lost, doubled, mistaken


def _told(what: str, plays: Plays) -> list[str]:
    return [f"{what}: {at:%Y-%m-%d %H:%M:%S.%f} {title}" for at, title in sorted(plays)[:5]]
