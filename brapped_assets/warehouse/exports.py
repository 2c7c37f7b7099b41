"""Exported plays into the fact: staged by COPY, then set by set, a few statements for tens of thousands of rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.matching import REACH
from brapped_assets.warehouse.merge import estimate, lock_listener, settle
from brapped_assets.warehouse.payloads import content_hash, storable
from brapped_assets.warehouse.rematch import rematch
from brapped_assets.warehouse.statements import sql

Kind = Literal["extended", "account"]


class Exported(Protocol):
    """One play as one row of an export tells it; see `history.plays.HistoryPlay`."""

    @property
    def ended_at(self) -> datetime: ...
    @property
    def ms_played(self) -> int: ...
    @property
    def track_id(self) -> str | None: ...
    @property
    def track_uri(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def album(self) -> str | None: ...
    @property
    def platform(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def reason_start(self) -> str | None: ...
    @property
    def reason_end(self) -> str | None: ...
    @property
    def shuffle(self) -> bool | None: ...
    @property
    def skipped(self) -> bool | None: ...
    @property
    def offline(self) -> bool | None: ...
    @property
    def incognito(self) -> bool | None: ...


@dataclass
class Occurrences:
    """How often each play was told within one file so far: the n-th of its kind is the n-th wherever a file is cut."""

    told: Counter[tuple[datetime, str, int]] = field(default_factory=Counter)

    def next(self, play: Exported) -> int:
        key = (play.ended_at, track_ref(play), play.ms_played)
        self.told[key] += 1
        return self.told[key]


def track_ref(play: Exported) -> str:
    """What a track is known by: its id, the uri of a local file, or the names."""
    return play.track_id or play.track_uri or f"name:{play.artist[:200]}\x1f{play.title[:200]}"


def merge_exported(
    tx: Connection, listener_id: int, kind: Kind, plays: Sequence[Exported], occurrences: Occurrences
) -> int:
    """Merge one piece of one file; returns how many rows the fact gained before matching.

    Holds the listener's row for the transaction. Merging the same piece again, or the same plays from another file,
    changes nothing. Raises Busy as `merge_plays` does.
    """
    if not plays:
        return 0
    listener = lock_listener(tx, listener_id)
    _stage(tx, plays, occurrences)
    first_at, last_at = min(play.ended_at for play in plays), max(play.ended_at for play in plays)
    values = {**listener, "first_at": first_at, "last_at": last_at, "reach": REACH}
    for step in ("labels", "export_tracks", "artists", "tracks"):
        tx.execute(sql(f"history/{step}"))
    merged = tx.execute(sql(f"history/{kind}"), values).fetchone()
    assert merged is not None
    again = rematch(tx, listener, first_at, last_at)
    moved = settle(tx, listener, [*again.play_keys, *(merged["grown"] or [])])
    instants = [first_at, last_at, *again.instants, *moved]
    span = {**listener, "first_at": min(instants), "last_at": max(instants)}
    estimate(tx, [row["play_key"] for row in tx.execute(sql("merge/estimated_between"), span).fetchall()])
    return int(merged["added"])


def _stage(tx: Connection, plays: Sequence[Exported], occurrences: Occurrences) -> None:
    """Both temporary tables, filled: each track once, each play once a row."""
    tx.execute(sql("history/stage"))
    numbers: dict[tuple[str, str, str, str | None], int] = {}
    with tx.cursor() as cursor:
        with cursor.copy(sql("history/copy_plays")) as copy:
            for play in plays:
                track = (track_ref(play), play.title, play.artist, play.album)
                copy.write_row(
                    (
                        play.ended_at,
                        play.ms_played,
                        occurrences.next(play),
                        numbers.setdefault(track, len(numbers)),
                        play.platform,
                        play.country,
                        play.reason_start,
                        play.reason_end,
                        play.shuffle,
                        play.skipped,
                        play.offline,
                        play.incognito,
                    )
                )
        with cursor.copy(sql("history/copy_tracks")) as copy:
            for (ref, title, artist, album), number in numbers.items():
                digest = content_hash("\x1e".join((ref, title, artist, album or "")))
                track_id = None if ":" in ref else ref
                copy.write_row((number, digest, ref, track_id, storable(title), storable(artist), storable(album)))
    tx.execute("analyze staged_play")
    tx.execute("analyze staged_track")
