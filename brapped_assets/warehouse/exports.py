"""Exported plays into the fact: staged by COPY, then set by set, a few statements for tens of thousands of rows."""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.matching import REACH
from brapped_assets.warehouse.merge import follow, lock_listener
from brapped_assets.warehouse.rematch import joined
from brapped_assets.warehouse.staging import Encoded, Kind, stage
from brapped_assets.warehouse.statements import sql

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ExportMerge:
    """What became of the plays of one piece; the five add up to them.

    `added` rows the fact did not have; `matched` are new too and belong to a play a poll had brought; `told_twice` were
    known from the other kind of export; `known` were there already; `forgotten` ended before what the listener forgot.
    """

    added: int = 0
    matched: int = 0
    told_twice: int = 0
    known: int = 0
    forgotten: int = 0

    def __add__(self, other: "ExportMerge") -> "ExportMerge":
        return ExportMerge(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def merge_exported(tx: Connection, listener_id: int, kind: Kind, encoded: Encoded) -> ExportMerge:
    """Merge one piece of one file; says what became of its plays.

    Holds the listener's row for the transaction. Merging the same piece again, or the same plays from another file,
    changes nothing. Raises Busy as `merge_plays` does.
    """
    if not encoded.plays:
        return ExportMerge()
    listener = lock_listener(tx, listener_id)
    stage(tx, encoded)
    forgotten = 0
    if listener["forgotten_before"] is not None:
        forgotten = tx.execute(sql("history/forgotten"), listener).rowcount
        tx.execute(sql("history/tracks_forgotten"))
    if forgotten == encoded.plays:
        return ExportMerge(forgotten=forgotten)
    return ExportMerge(forgotten=forgotten) + merge_staged(tx, listener, kind, encoded.plays - forgotten)


def merge_staged(tx: Connection, listener: dict[str, Any], kind: Kind, plays: int) -> ExportMerge:
    """Merge what is staged: so many `plays` of a listener whose row is locked."""
    values = {**listener, "kind": kind, "reach": REACH}
    tx.execute("analyze staged_play, staged_track, staged_detail")
    for step in ("labels", "label_keys", "export_tracks", "met", "artists", "albums", "tracks"):
        tx.execute(sql(f"history/{step}"))
    stored = tx.execute(sql("history/stored"), values).rowcount
    grown: list[int] = []
    told_twice = 0
    if stored:
        tx.execute("analyze stored")
        if kind == "account":
            told_twice = tx.execute(sql("history/known_account")).rowcount
        else:
            tx.execute(sql("history/known_extended"))
    left = tx.execute(sql("history/left")).fetchone()
    assert left is not None
    if not left["days"]:
        return ExportMerge(told_twice=told_twice, known=plays - told_twice)
    if kind == "extended" and left["is_told_to_the_minute"]:
        grown = [row["play_key"] for row in tx.execute(sql("history/grown")).fetchall()]
        told_twice = len(grown)
    new = tx.execute(sql("history/added"), values).rowcount
    midnights = [datetime.combine(day, time(), UTC) for day in left["days"]]
    again = follow(tx, listener, joined((midnight, midnight + DAY) for midnight in midnights), grown)
    matched = sum(key > left["newest_key"] for key in again.matched)
    return ExportMerge(new - matched, matched, told_twice, plays - new - told_twice)
