"""Episodes, chapters and videos into `star.spoken_play`: staged by the same COPY as plays, never among them."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row, one_value
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.account_data import settle_account_data
from brapped_assets.warehouse.merge.encoding import Encoded
from brapped_assets.warehouse.merge.play_merge import rematch_around
from brapped_assets.warehouse.merge.rematch import joined
from brapped_assets.warehouse.merge.staging import ensure_tables

q = Statements(__file__)

SpokenKind = Literal["podcast", "audiobook", "video"]
Source = Literal["extended", "account", "poll"]
ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SpokenOutcome:
    """What became of the spoken plays of one piece of an import; the three add up to them."""

    added: int = 0
    known: int = 0
    forgotten: int = 0

    def __add__(self, other: "SpokenOutcome") -> "SpokenOutcome":
        return SpokenOutcome(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def merge_spoken(
    tx: Connection, listener: dict[str, Any], source: Source, encoded: Mapping[SpokenKind, Encoded]
) -> SpokenOutcome:
    """Merge spoken plays of one source by kind, encoded with the same `Names`, for a listener who is locked.

    The same ones again, or from another file, change nothing.
    """
    plays = sum(of.plays for of in encoded.values())
    if not plays:
        return SpokenOutcome()
    _stage(tx, encoded)
    forgotten = 0
    if listener["forgotten_before"] is not None:
        forgotten = one_row(tx, q.forgotten, listener)["plays"]
    left = plays - forgotten
    if not left:
        return SpokenOutcome(forgotten=forgotten)
    tx.execute(q.labels)
    is_renamed = _name_items(tx, listener)
    added = _add(tx, listener, source, is_renamed=is_renamed)
    return SpokenOutcome(added, left - added, forgotten)


def restore_items(tx: Connection, listener: dict[str, Any], records: str) -> None:
    """Episodes, chapters and videos out of an export of ours, as a list; those that are there learn its names."""
    _make_tables(tx)
    tx.execute(q.stage_records, {"records": records})
    if _name_items(tx, listener):
        settle_spoken(tx, listener, *ALWAYS)


def restore_plays(tx: Connection, listener: dict[str, Any], records: str) -> None:
    """The plays of them, merged as those of a file are; what was forgotten here stays so."""
    _make_tables(tx)
    tx.execute(q.stage_plays, {"records": records})
    if listener["forgotten_before"] is not None:
        tx.execute(q.forgotten, listener)
    tx.execute(q.labels)
    _add(tx, listener, "extended", is_renamed=False)


def _name_items(tx: Connection, listener: dict[str, Any]) -> bool:
    """Let the warehouse know what the staged items are called; whether one of them had other names before."""
    is_renamed: bool = one_row(tx, q.items, listener)["is_renamed"]
    return is_renamed


def _add(tx: Connection, listener: dict[str, Any], source: Source, *, is_renamed: bool) -> int:
    """Add what is staged and settle what that changes; records say their own source. How many are new."""
    added = tx.execute(q.plays, {**listener, "source": source}).rowcount
    span = one_row(tx, q.span)
    if span["first_at"] is not None:
        settle_spoken(tx, listener, *(ALWAYS if is_renamed else (span["first_at"], span["last_at"])))
        if source == "extended":
            _settle_music(tx, listener, span["days"])
    return added


def settle_spoken(tx: Connection, listener: dict[str, Any], first_at: datetime, last_at: datetime) -> None:
    """Mark what counts elsewhere, around a stretch of time (UTC) in which something changed."""
    values = {**listener, "first_at": first_at, "last_at": last_at}
    if one_row(tx, q.unsure, values)["is_any"]:
        tx.execute(q.settle, values)


def _settle_music(tx: Connection, listener: dict[str, Any], days: Sequence[Any]) -> None:
    """Account data up to 2023 tells of episodes as of songs: such rows leave the fact once an export says better."""
    ensure_tables(tx)
    change = settle_account_data(tx, listener, days, is_extended=False)
    if change.stretches:
        rematch_around(tx, listener, joined(change.stretches), change.play_keys)


def _stage(tx: Connection, encoded: Mapping[SpokenKind, Encoded]) -> None:
    _make_tables(tx)
    with tx.cursor() as cursor:
        for kind, of in encoded.items():
            with cursor.copy(q.copy_items) as copy:
                copy.write(of.tracks)
            with cursor.copy(q.copy_manners) as copy:
                for values in of.details:
                    copy.write_row(values)
            tx.execute(q.kind, {"kind": kind})
            with cursor.copy(q.copy_plays) as copy:
                copy.write(of.rows)


def _make_tables(tx: Connection) -> None:
    """Empty temporary tables of what is staged; a transaction makes them once."""
    tx.execute(q.unstage if one_value(tx, q.is_staged) else q.stage)
