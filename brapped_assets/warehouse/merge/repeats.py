"""Impossible repeats: plays that are kept and not counted, because nobody can have heard them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.matching import AROUND
from brapped_assets.warehouse.merge.rematch import Stretch, arrays, joined

q = Statements(__file__)

# A play lasts at most a day (history/field_validation.py), so a row says nothing of what ends longer after it.
LONGEST = timedelta(days=1)
# How far an END may lie before the truth: an export is cut to the second, account data to the minute.
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# How much sooner a song on repeat may end than it lasts: Spotify fades songs into each other for up to 12 s, and an END
# is when Spotify heard of it, which a slow network shifts by seconds. Of a short song a tenth, or two would be one.
MOST_FADED_MS = 12_000


class Report(NamedTuple):
    """A play of a track as it is told: END (UTC), milliseconds, and whether only the minute of the END is known.

    `repeat_of` is the play that it is known to repeat; `is_open`: whether that is to be decided.
    """

    play_key: int
    ended_at: datetime
    ms_played: int
    is_to_the_minute: bool
    repeat_of: int | None = None
    is_open: bool = True


def find_repeats(reports: Sequence[Report]) -> dict[int, int | None]:
    """For each open report of one track (and, where reported, one length), in time order: the play it repeats, or None.

    A report that ends sooner after the last counted END than it lasts is impossible. What is counted follows from the
    whole set, earliest first. Stamps are compared at the coarser precision of the two. A song on repeat may end a
    little sooner (`MOST_FADED_MS`); in a burst, where a report between the two is impossible already, it may not.
    """
    found: dict[int, int | None] = {}
    counted: Report | None = None
    is_burst = False
    for report in reports:
        repeat_of = report.repeat_of
        if report.is_open:
            repeat_of = counted.play_key if counted and _is_impossible(report, counted, is_burst=is_burst) else None
            found[report.play_key] = repeat_of
        is_burst = repeat_of is not None
        if not is_burst:
            counted = report
    return found


def mark_repeats(tx: Connection, listener: dict[str, Any], touched: Sequence[Stretch]) -> None:
    """Mark the impossible repeats of a listener who is locked, wherever a row came, went or changed in these stretches.

    Whether a play repeats another depends on earlier plays alone: what lies before a stretch stays as it is.
    """
    while touched:
        windows = joined((first_at - AROUND - LONGEST, last_at + LONGEST) for first_at, last_at in touched)
        rows = tx.execute(q.suspects, {**listener, **arrays(windows)}).fetchall()
        opens = joined((first_at - AROUND, last_at + LONGEST) for first_at, last_at in touched)
        groups: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
        played_at = {row["play_key"]: row["played_at"] for row in rows}
        for row in rows:
            told = {name: row[name] for name in ("play_key", "ended_at", "ms_played", "is_to_the_minute", "repeat_of")}
            report = Report(**told, is_open=_holds(opens, row["played_at"]))
            groups[row["is_estimated"], row["track"], row["length"]].append(report)
        changed: dict[int, int | None] = {}
        for reports in groups.values():
            found = find_repeats(reports)
            changed |= {
                r.play_key: found[r.play_key] for r in reports if r.is_open and found[r.play_key] != r.repeat_of
            }
        if not changed:
            return
        tx.execute(q.mark, {"play_keys": list(changed), "repeats": list(changed.values())})
        # What changed beyond a stretch may decide about what ends up to a day later.
        touched = joined((at, at) for at in map(played_at.__getitem__, changed) if not _holds(touched, at))


def count_repeats(tx: Connection, listener_id: int) -> int:
    """How many of a listener's plays are impossible repeats."""
    row = one_row(tx, q.count, {"listener_id": listener_id})
    return int(row["plays"])


def _holds(stretches: Sequence[Stretch], at: datetime) -> bool:
    return any(first_at <= at <= last_at for first_at, last_at in stretches)


def _is_impossible(report: Report, counted: Report, *, is_burst: bool) -> bool:
    precision = MINUTE if report.is_to_the_minute or counted.is_to_the_minute else SECOND
    faded_ms = 0 if is_burst else min(MOST_FADED_MS, report.ms_played // 10)
    return report.ended_at - counted.ended_at + precision <= timedelta(milliseconds=report.ms_played - faded_ms)
