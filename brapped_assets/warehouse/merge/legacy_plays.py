"""What the old tables tell of plays: landed whole, then made halves of the fact, a few statements a piece."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.import_ledger import Odd
from brapped_assets.warehouse.merge.encoding import LONGEST_NAME, track_ref
from brapped_assets.warehouse.merge.exported_plays import DAY
from brapped_assets.warehouse.merge.matching import DRIFT
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, lock_listener, rematch_around
from brapped_assets.warehouse.merge.rematch import Stretch, arrays, joined
from brapped_assets.warehouse.payloads import content_hash, storable

q = Statements(__file__)

TrackAsTold = tuple[str, str | None, str, str, str | None, int | None]
# A play as landed: its END (UTC), and the hash of the track as told.
PlayAsTold = tuple[datetime, UUID]


class LegacyTold(Protocol):
    """One play as one row of the old tables tells it; see `history.legacy_rows.LegacyPlay`."""

    @property
    def played_at(self) -> datetime: ...
    @property
    def track_id(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def artist_id(self) -> str | None: ...
    @property
    def duration_ms(self) -> int | None: ...


def merge_legacy(tx: Connection, listener_id: int, plays: Sequence[LegacyTold]) -> MergeOutcome:
    """Land one piece of the old tables and merge it; says what became of its rows.

    Holds the listener's row for the transaction. The same rows again, in any order, change nothing. Raises Busy as
    `merge_plays` does.
    """
    if not plays:
        return MergeOutcome()
    listener = lock_listener(tx, listener_id)
    since = listener["forgotten_before"]
    kept = [play for play in plays if play.played_at >= since] if since else plays
    forgotten = MergeOutcome(forgotten=len(plays) - len(kept))
    if not kept:
        return forgotten
    tracks: dict[TrackAsTold, UUID] = {}
    told: set[PlayAsTold] = set()
    for play in kept:
        track = _track(play)
        digest = tracks.get(track) or tracks.setdefault(track, _digest(track))
        told.add((play.played_at, digest))
    refs, track_ids, titles, artists, artist_ids, durations = map(list, zip(*tracks, strict=True))
    as_told = {
        "hashes": list(tracks.values()),
        "refs": refs,
        "track_ids": track_ids,
        "titles": titles,
        "artists": artists,
        "artist_ids": artist_ids,
        "durations": durations,
    }
    tx.execute(q.tracks, as_told)
    return forgotten + MergeOutcome(told_twice=len(kept) - len(told)) + merge_told(tx, listener, told)


def merge_told(tx: Connection, listener: dict[str, Any], told: Collection[PlayAsTold]) -> MergeOutcome:
    """Land plays, each once, of tracks that `raw.legacy_track` has, and merge them, for a listener who is locked."""
    instants, hashes = zip(*told, strict=True)
    for statement in (q.artists_by_id, q.artists_by_name, q.star_tracks):
        tx.execute(statement, {"hashes": list(set(hashes))})
    landed = tx.execute(q.land, {**listener, "instants": list(instants), "play_hashes": list(hashes)}).fetchall()
    if not landed:
        return MergeOutcome(known=len(told))
    halves = settle_halves(tx, listener, joined((row["played_at"], row["played_at"]) for row in landed))
    again = rematch_around(tx, listener, joined((day, day + DAY) for day in halves["days"]), halves["emptied"])
    # A better row may take the place of another, and one may join what were two plays.
    new = max(0, halves["added"] - halves["superseded"])
    # Of a listener whose row is locked, later rows have greater keys.
    paired = sum(key >= halves["first_added"] for key in again.matched) if halves["added"] else 0
    matched = min(new, paired)
    return MergeOutcome(new - matched, matched, len(landed) - new, len(told) - len(landed))


def settle_halves(tx: Connection, listener: dict[str, Any], near: Sequence[Stretch]) -> dict[str, Any]:
    """Let the old tables' halves in these stretches be what is landed there."""
    return one_row(tx, q.halves, {**listener, **arrays(near), "drift": DRIFT})


def keep_odd(tx: Connection, listener_id: int, odd: Sequence[Odd], *, parser_version: int, now: datetime) -> None:
    """Keep rows of the old tables that could not be understood, whole; seen again they are the same rows."""
    values = {
        "listener_id": listener_id,
        "hashes": [content_hash(row.payload_text) for row in odd],
        "payloads": [row.payload_text for row in odd],
        "reasons": [row.reason for row in odd],
        "parser_version": parser_version,
        "now": now,
    }
    tx.execute(q.odd, values)


def _track(play: LegacyTold) -> TrackAsTold:
    return (
        track_ref(play.track_id, None, play.title, play.artist),
        play.track_id,
        storable(play.title[:LONGEST_NAME]),
        storable(play.artist[:LONGEST_NAME]),
        play.artist_id,
        play.duration_ms,
    )


def _digest(track: TrackAsTold) -> UUID:
    return content_hash("\x1e".join("" if value is None else str(value) for value in track))
