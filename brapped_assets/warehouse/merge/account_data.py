"""Account data beside extended history: which of its plays nothing else tells.

Account data is kept whole (`raw.account_play`), so what it adds to the fact is a pure function of both kinds of export.
It knows the minute of a play, the title, in whatever spelling, and the milliseconds. Of an offline play that may be
the minute of its END or that of its upload.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.matching import REACH
from brapped_assets.warehouse.merge.rematch import comparable

q = Statements(__file__)

MINUTE = timedelta(minutes=1)
Group = tuple[str, int]
"""Title, as `comparable`, and milliseconds: all that both kinds of export tell alike."""


class AccountRow(NamedTuple):
    """A row of the fact for the `nth` play of a minute (UTC) that only account data tells."""

    played_minute: datetime
    export_track_key: int
    ms_played: int
    nth: int


@dataclass(frozen=True)
class AccountChange:
    """What became of the rows that only account data tells.

    `grown` of them turned out to be staged plays of extended history and have become these. `play_keys` are the rows
    that lost a half, `stretches` (UTC) where rows came or went.
    """

    added: int = 0
    removed: int = 0
    grown: int = 0
    play_keys: list[int] = field(default_factory=list)
    stretches: list[tuple[datetime, datetime]] = field(default_factory=list)


def settle_account_data(
    tx: Connection, listener: dict[str, Any], days: Collection[date], *, is_extended: bool
) -> AccountChange:
    """Let the fact hold what account data alone tells around these UTC days, for a listener who is locked.

    `is_extended`: the staged plays are of extended history, and about to be added. Those that grow out of a row of
    account data leave the staged plays.
    """
    values = {**listener, "days": sorted(days), "is_extended": is_extended, "reach": REACH}
    told = tx.execute(q.told, values).fetchall()
    if not told:
        return AccountChange()
    candidates = tx.execute(q.candidates, values).fetchall()
    rows = tx.execute(q.rows, values).fetchall()
    wanted = _wanted(told, candidates)
    stored = {AccountRow(row["played_minute"], row["export_track_key"], row["ms_played"], row["nth"]) for row in rows}
    removed = [
        row
        for row in rows
        if AccountRow(row["played_minute"], row["export_track_key"], row["ms_played"], row["nth"]) not in wanted
    ]
    return _apply(tx, listener, removed, sorted(wanted - stored), candidates)


def _wanted(told: list[dict[str, Any]], candidates: list[dict[str, Any]]) -> set[AccountRow]:
    """Of each minute, title and milliseconds the plays beyond those of extended history that may be meant.

    A play of extended history accounts for one play in each minute in which account data may tell of it: which one is
    meant, that of the END or that of the upload, is not known.
    """
    accounted: Counter[tuple[Any, ...]] = Counter()
    for row in candidates:
        accounted.update((minute, *_group(row)) for minute in row["minutes"])
    spellings: defaultdict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(told, key=lambda row: (row["times"], row["title"], row["artist"])):
        spellings[row["played_minute"], *_group(row), comparable(row["artist"])].append(row)
    wanted: set[AccountRow] = set()
    for (*names, _), rows in sorted(spellings.items(), key=lambda named: named[0]):
        group = tuple(names)
        # What two files spell differently is there as often as the one that tells it most. One file with two spellings
        # tells of two plays: it counts the second spelling from two on (see `Occurrences`).
        times = rows[-1]["times"]
        left = max(0, times - accounted[group])
        accounted[group] -= times - left
        for nth in range(1, left + 1):
            row = next(row for row in rows if row["times"] >= nth)
            wanted.add(AccountRow(row["played_minute"], row["export_track_key"], row["ms_played"], nth))
    return wanted


def _group(row: dict[str, Any]) -> Group:
    return comparable(row["title"]), row["ms_played"]


def _apply(
    tx: Connection,
    listener: dict[str, Any],
    removed: list[dict[str, Any]],
    added: Sequence[AccountRow],
    candidates: list[dict[str, Any]],
) -> AccountChange:
    staged: dict[Group, list[str]] = defaultdict(list)
    for row in candidates:
        if row["staged"]:
            staged[_group(row)].append(row["staged"])
    grown, emptied = {}, []
    for row in removed:
        of_group = staged[_group(row)]
        # One that a poll tells of, too, may have another partner where the play really ended.
        if of_group and row["is_alone"]:
            grown[row["play_key"]] = of_group.pop()
        else:
            emptied.append(row["play_key"])
    if grown:
        tx.execute(q.grown, {**listener, "play_keys": list(grown), "staged": list(grown.values())})
    play_keys = empty_exported(tx, emptied)
    if added:
        minutes, export_tracks, ms, nths = map(list, zip(*added, strict=True))
        tx.execute(
            q.added,
            {**listener, "minutes": minutes, "export_tracks": export_tracks, "ms": ms, "nths": nths},
        )
    changed = {row["played_minute"] for row in removed} | {row.played_minute for row in added}
    return AccountChange(
        len(added), len(removed), len(grown), play_keys, [(minute, minute + MINUTE) for minute in sorted(changed)]
    )


def empty_exported(tx: Connection, play_keys: Sequence[int]) -> list[int]:
    """Take the export's half from these rows of the fact; returns those that have another half, the others are gone."""
    if not play_keys:
        return []
    return [row["play_key"] for row in tx.execute(q.emptied, {"play_keys": list(play_keys)})]
