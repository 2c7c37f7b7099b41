"""Which half was paired with which, row by row, and the proof where that is not what was played.

A row of the fact is a play's halves: the END that a poll was shown, the END that an export tells. A row whose halves
are those of two plays is right only if what was seen speaks for it: no pairing that design.md, section 5 allows has
more pairs, or as many with a smaller distance in all. Tried here one by one, without the merge's own algorithm.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

REACH = timedelta(seconds=90)


class Row(NamedTuple):
    """One play: its song's title, and its END (UTC) by the poll and by the export; None: not told."""

    song: str
    polled: datetime | None
    exported: datetime | None


class Worth(NamedTuple):
    """How good a pairing is: the greater, the better."""

    pairs: int
    less_distance: timedelta


@dataclass(frozen=True)
class Verdict:
    """What the rows say of the plays.

    `lost` are halves that no row has, `doubled` those that no play has. Where a song was played again within reach, its
    halves may be paired otherwise than they were played: `wrong` are such meetings for which a better pairing was
    allowed, `proven` those for which none was, each in words.
    """

    lost: tuple[Row, ...]
    doubled: tuple[Row, ...]
    wrong: tuple[str, ...]
    proven: tuple[str, ...]


def judged(plays: Iterable[Row], rows: Iterable[Row]) -> Verdict:
    """The rows of the fact held against the plays that were told of."""
    played, found = Counter(plays), Counter(rows)
    missing, odd = played - found, found - played
    lost: list[Row] = []
    doubled: list[Row] = []
    wrong: list[str] = []
    proven: list[str] = []
    for song in sorted({row.song for row in (*missing, *odd)}):
        of_truth = [row for row in missing.elements() if row.song == song]
        of_fact = [row for row in odd.elements() if row.song == song]
        told, kept = Counter(_halves(of_truth)), Counter(_halves(of_fact))
        lost += (told - kept).elements()
        doubled += (kept - told).elements()
        if told != kept:
            continue
        # Rows that are right lie between them: what may be paired is decided with all of the song.
        beside = [row for row in (played & found).elements() if row.song == song]
        for true, chosen in _islands([*of_truth, *beside], [*of_fact, *beside]):
            if Counter(true) == Counter(chosen):
                continue
            best = best_worth(_ends(chosen, "polled"), _ends(chosen, "exported"))
            words = _words(true, chosen, best)
            (proven if _worth(chosen) == best and _is_in_order(chosen) else wrong).append(words)
    return Verdict(tuple(lost), tuple(doubled), tuple(wrong), tuple(proven))


def best_worth(polled: Sequence[datetime], exported: Sequence[datetime]) -> Worth:
    """The worth of the best pairing in time order within reach, found by trying every one; both in time order."""
    if not polled or not exported:
        return Worth(0, timedelta(0))
    best = best_worth(polled[1:], exported)
    for place, end in enumerate(exported):
        if abs(end - polled[0]) <= REACH:
            rest = best_worth(polled[1:], exported[place + 1 :])
            best = max(best, Worth(rest.pairs + 1, rest.less_distance - abs(end - polled[0])))
    return best


def _worth(rows: Iterable[Row]) -> Worth:
    apart = [abs(row.polled - row.exported) for row in rows if row.polled and row.exported]
    return Worth(len(apart) if all(each <= REACH for each in apart) else -1, -sum(apart, timedelta()))


def _is_in_order(rows: Iterable[Row]) -> bool:
    pairs = sorted((row.polled, row.exported) for row in rows if row.polled and row.exported)
    return [exported for _, exported in pairs] == sorted(exported for _, exported in pairs)


def _halves(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if row.polled:
            yield row._replace(exported=None)
        if row.exported:
            yield row._replace(polled=None)


def _ends(rows: Iterable[Row], of: str) -> list[datetime]:
    return sorted(getattr(row, of) for row in rows if getattr(row, of))


def _islands(true: Sequence[Row], chosen: Sequence[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """The rows of one song, cut where no half lies within reach of the next; both sides have the same halves."""
    ends = sorted({end for row in true for end in (row.polled, row.exported) if end})
    island, number = dict[datetime, int](), 0
    for place, end in enumerate(ends):
        number += place > 0 and end - ends[place - 1] > REACH
        island[end] = number
    for wanted in range(number + 1):
        yield (
            [row for row in true if island[row.polled or row.exported] == wanted],  # type: ignore[index]
            [row for row in chosen if island[row.polled or row.exported] == wanted],  # type: ignore[index]
        )


def _words(true: Sequence[Row], chosen: Sequence[Row], best: Worth) -> str:
    return f"{chosen[0].song}, played {_told(true)}; merged {_told(chosen)}; best of all pairings: {_said(best)}"


def _told(rows: Sequence[Row]) -> str:
    halves = (f"{_clock(row.polled)}/{_clock(row.exported)}" for row in sorted(rows, key=_first))
    return f"{' and '.join(halves)} ({_said(_worth(rows))})"


def _first(row: Row) -> datetime:
    return min(end for end in (row.polled, row.exported) if end)


def _said(worth: Worth) -> str:
    return f"{worth.pairs} pairs, {-worth.less_distance.total_seconds():g} s"


def _clock(at: datetime | None) -> str:
    return f"{at:%m-%d %H:%M:%S.%f}"[:-3] if at else "-"
