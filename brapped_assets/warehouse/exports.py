"""Exported plays into the fact: staged by COPY, then set by set, a few statements for tens of thousands of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Literal, Protocol

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.matching import REACH
from brapped_assets.warehouse.merge import follow, lock_listener
from brapped_assets.warehouse.payloads import content_hash, reference, storable
from brapped_assets.warehouse.rematch import joined
from brapped_assets.warehouse.statements import sql

Kind = Literal["extended", "account"]
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)
# As what the API serves, and well below what PostgreSQL can index.
LONGEST_NAME = 500
TRACK = attrgetter("track_id", "track_uri", "title", "artist", "album")
DETAILS = attrgetter("platform", "country", "reason_start", "reason_end", "shuffle", "skipped", "offline", "incognito")


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

    told: dict[tuple[datetime, str, int], int] = field(default_factory=dict)

    def next(self, play: Exported) -> int:
        # Of account data only the title: extended history may name another artist of it, see account.sql.
        key = (play.ended_at, play.track_id or play.track_uri or play.title, play.ms_played)
        number = self.told[key] = self.told.get(key, 0) + 1
        return number

    def skip(self, plays: Iterable[Exported]) -> None:
        """Count plays that are merged already."""
        for play in plays:
            self.next(play)


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


def track_ref(track_id: str | None, uri: str | None, title: str, artist: str) -> str:
    """What a track is known by: its id, the uri of a local file, or the names."""
    return track_id or reference(str(storable(uri or f"name:{artist[:200]}\x1f{title[:200]}")))


def merge_exported(
    tx: Connection, listener_id: int, kind: Kind, plays: Sequence[Exported], occurrences: Occurrences
) -> ExportMerge:
    """Merge one piece of one file; says what became of its plays.

    Holds the listener's row for the transaction. Merging the same piece again, or the same plays from another file,
    changes nothing. Raises Busy as `merge_plays` does.
    """
    if not plays:
        return ExportMerge()
    listener = lock_listener(tx, listener_id)
    since = listener["forgotten_before"]
    kept = [play for play in plays if play.ended_at >= since] if since else plays
    forgotten = ExportMerge(forgotten=len(plays) - len(kept))
    if not kept:
        return forgotten
    _stage(tx, kept, occurrences)
    first_at, last_at = min(play.ended_at for play in kept), max(play.ended_at for play in kept)
    return forgotten + merge_staged(tx, listener, kind, first_at=first_at, last_at=last_at, plays=len(kept))


def merge_staged(
    tx: Connection, listener: dict[str, Any], kind: Kind, *, first_at: datetime, last_at: datetime, plays: int
) -> ExportMerge:
    """Merge what is staged: so many `plays` of a listener who is locked, their ENDs between two instants (UTC)."""
    values = {**listener, "first_at": first_at, "last_at": last_at, "reach": REACH}
    tx.execute(sql("history/stored"), values)
    tx.execute("analyze stored")
    for step in ("labels", "export_tracks", "artists", "albums", "tracks"):
        tx.execute(sql(f"history/{step}"))
    merged = tx.execute(sql(f"history/{kind}"), values).fetchone()
    assert merged is not None
    again = follow(tx, listener, joined((day, day + DAY) for day in merged["days"]), merged["grown"])
    # Of a listener whose row is locked, later rows have greater keys.
    matched = sum(key >= merged["first_added"] for key in again.matched) if merged["added"] else 0
    new, told_twice = merged["added"], merged["told_twice"]
    return ExportMerge(new - matched, matched, told_twice, plays - new - told_twice)


def _stage(tx: Connection, plays: Sequence[Exported], occurrences: Occurrences) -> None:
    """The temporary tables, filled: each track and each combination of details once, each play once a row."""
    tx.execute(sql("history/stage"))
    tracks: dict[tuple[str | None, str | None, str, str, str | None], int] = {}
    details: dict[tuple[str | bool | None, ...], int] = {}
    lines: list[str] = []
    with tx.cursor() as cursor:
        with cursor.copy(sql("history/copy_plays")) as copy:
            for play in plays:
                track = tracks.setdefault(TRACK(play), len(tracks))
                detail = details.setdefault(DETAILS(play), len(details))
                ended_us = (play.ended_at - EPOCH) // MICROSECOND
                # Numbers alone need no escaping; rows of them, written one by one, take three times as long.
                lines.append(f"{ended_us}\t{play.ms_played}\t{occurrences.next(play)}\t{track}\t{detail}\n")
            copy.write("".join(lines))
        with cursor.copy(sql("history/copy_tracks")) as copy:
            for (track_id, uri, title, artist, album), number in tracks.items():
                ref = track_ref(track_id, uri, title, artist)
                told = (ref, _name(title), _name(artist), album and _name(album))
                digest = content_hash("\x1e".join(text or "" for text in told))
                copy.write_row((number, digest, track_id, *told))
        with cursor.copy(sql("history/copy_details")) as copy:
            for values, number in details.items():
                copy.write_row((number, *(_name(value) if isinstance(value, str) else value for value in values)))
    tx.execute("analyze staged_play, staged_track, staged_detail")


def _name(name: str) -> str:
    """As the API's names are read: what PostgreSQL can store, and index."""
    return str(storable(name[:LONGEST_NAME]))
