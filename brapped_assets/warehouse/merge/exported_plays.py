"""Exported plays into the fact: staged by COPY, then set by set, a few statements for tens of thousands of rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.account_data import empty_exported, settle_account_data
from brapped_assets.warehouse.merge.encoding import Encoded, Kind
from brapped_assets.warehouse.merge.matching import REACH
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, lock_listener, rematch_around
from brapped_assets.warehouse.merge.rematch import joined
from brapped_assets.warehouse.merge.staging import (
    stage_names,
    stage_plays,
    unstage_forgotten_names,
    unstage_forgotten_plays,
)

q = Statements(__file__)

DAY = timedelta(days=1)


def merge_exported(tx: Connection, listener_id: int, kind: Kind, encoded: Encoded) -> MergeOutcome:
    """Merge one piece of one file; says what became of its plays.

    Holds the listener's row for the transaction. Merging the same piece again, or the same plays from another file,
    changes nothing. Raises Busy as `merge_plays` does.
    """
    return merge_introduced(tx, introduce(tx, listener_id, [encoded]), kind, encoded)


def introduce(tx: Connection, listener_id: int, told: Sequence[Encoded]) -> dict[str, Any]:
    """Let the warehouse know the tracks of plays that were encoded with the same `Names`, to be merged one by one.

    Returns the listener, whose row it holds for the transaction. Raises Busy as `merge_plays` does.
    """
    listener = lock_listener(tx, listener_id)
    if any(encoded.plays for encoded in told):
        stage_names(tx, told)
        unstage_forgotten_names(tx, listener, told)
        _add_names(tx)
    return listener


def merge_introduced(tx: Connection, listener: dict[str, Any], kind: Kind, encoded: Encoded) -> MergeOutcome:
    """Merge plays whose tracks were introduced; says what became of them."""
    if not encoded.plays:
        return MergeOutcome()
    stage_plays(tx, [encoded])
    forgotten = unstage_forgotten_plays(tx, listener)
    if forgotten == encoded.plays:
        return MergeOutcome(forgotten=forgotten)
    return MergeOutcome(forgotten=forgotten) + _merge(tx, listener, kind, encoded.plays - forgotten)


def merge_staged(tx: Connection, listener: dict[str, Any], kind: Kind, plays: int) -> MergeOutcome:
    """Merge what is staged: so many `plays` of a listener whose row is locked."""
    _add_names(tx)
    return _merge(tx, listener, kind, plays)


def _add_names(tx: Connection) -> None:
    """Whatever staged tracks and details name is there, from now on."""
    tx.execute(q.add_names)


def _merge(tx: Connection, listener: dict[str, Any], kind: Kind, plays: int) -> MergeOutcome:
    tx.execute("analyze staged_play")
    merge = _merge_account if kind == "account" else _merge_extended
    return merge(tx, listener, plays)


def _merge_account(tx: Connection, listener: dict[str, Any], plays: int) -> MergeOutcome:
    newest_key = _left(tx)["newest_key"]
    landed = one_row(tx, q.land, listener)
    if not landed["plays"]:
        return MergeOutcome(known=plays)
    change = settle_account_data(tx, listener, landed["days"], is_extended=False)
    again = rematch_around(tx, listener, joined(change.stretches), change.play_keys)
    new = change.added - change.removed
    matched = min(max(new, 0), sum(key > newest_key for key in again.matched))
    return MergeOutcome(new - matched, matched, landed["plays"] - new, plays - landed["plays"])


def _merge_extended(tx: Connection, listener: dict[str, Any], plays: int) -> MergeOutcome:
    values = {**listener, "reach": REACH}
    staged = _left(tx)
    stored = tx.execute(q.stored, values).rowcount
    if stored:
        tx.execute("analyze stored")
    days = {row["day"] for row in tx.execute(q.uploads).fetchall()}
    if stored:
        tx.execute(q.known_extended, {"is_unstamped": False})
    superseded = tx.execute(q.superseded, values).fetchall()
    if tx.execute(q.unstamped, values).rowcount and stored:
        tx.execute(q.known_extended, {"is_unstamped": True})
    left = _left(tx)
    # What account data alone tells depends on known plays, too: on when, and whether, they were offline.
    days.update(staged["days"], staged["upload_days"])
    ends = [row["export_at"] for row in superseded]
    emptied = empty_exported(tx, [row["play_key"] for row in superseded])
    change = settle_account_data(tx, listener, {*days, *(end.date() for end in ends)}, is_extended=True)
    new = tx.execute(q.added, values).rowcount if left["days"] else 0
    midnights = [datetime.combine(day, time(), UTC) for day in left["days"]]
    stretches = [*((midnight, midnight + DAY) for midnight in midnights), *((end, end) for end in ends)]
    if not (stretches or change.stretches):
        return MergeOutcome(known=plays)
    again = rematch_around(tx, listener, joined([*stretches, *change.stretches]), [*emptied, *change.play_keys])
    grown = new + change.grown - len(superseded)
    told_twice = min(max(0, change.removed - change.added), grown)
    matched = min(sum(key > left["newest_key"] for key in again.matched), grown - told_twice)
    return MergeOutcome(grown - told_twice - matched, matched, told_twice, plays - grown)


def _left(tx: Connection) -> dict[str, Any]:
    return one_row(tx, q.left)
