"""Stretches of time that somebody else may have heard: they are offered for hiding, and nothing is hidden by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from brapped_assets.insights.columns.moments import instant, microseconds
from brapped_assets.insights.columns.plays import Flag, Ints, Mask
from brapped_assets.insights.columns.shown import COUNTS_FROM_MS, Shown
from brapped_assets.insights.columns.sums import Integers
from brapped_assets.insights.names import labels, names
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.db.write_access import Writing

q = Statements(__file__)

Kind = Literal["song", "night"]
MOST = 20
# What these say, counted.html says in words. A song in a row: more plays than these.
IN_A_ROW = 20
# A night: at least so long, with no longer a pause, its first play of one of the hours from 22 to 8.
A_MS = np.int64(1000)
NIGHT_US, PAUSE_US = 4 * 3_600_000_000, 10 * 60_000_000
EVENING, MORNING = 22, 8


class Stretches(NamedTuple):
    """`first` and `last` play of each (places among all plays of a life), in order; none reaches into another."""

    first: Ints
    last: Ints

    def where(self, rows: Mask) -> "Stretches":
        return Stretches(self.first[rows], self.last[rows])

    def lie_within(self, others: "Stretches") -> Mask:
        """Which of them lie in one of others from end to end."""
        place = np.searchsorted(others.first, self.first, "right") - 1
        found: Mask = place >= 0
        if len(others.first):
            found &= others.last[place] >= self.last
        return found


@dataclass(frozen=True)
class Offer:
    """Plays that may be hidden together: those that ended from one moment up to, not including, another (UTC).

    `began_at` is when the first began (UTC), `plays` and `ms` are of those that count. `song` is as `names` has it.
    """

    kind: Kind
    from_at: datetime
    until_at: datetime
    began_at: datetime
    plays: int
    ms: int
    song: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """As a form names it."""
        return f"{microseconds(self.from_at)}_{microseconds(self.until_at)}"

    @property
    def why(self) -> str:
        return f"One song {self.plays} times in a row" if self.song else "A night without a touch"


def songs_in_a_row(recording: Integers, counting: Mask) -> Stretches:
    """Of plays in order (the number of each one's recording): where one has more than 20 in a row that count."""
    found = _cut(recording[1:] != recording[:-1], len(recording), least=IN_A_ROW + 1)
    return found.where(_sums(counting, found) > IN_A_ROW)


def nights(ended_at: Ints, ms: Integers, hour: Integers, untouched: Mask) -> Stretches:
    """Of plays in order (END in microseconds, local hour of it, whether each ended by itself): nights of hours."""
    pause = ended_at[1:] - ended_at[:-1]
    pause -= ms[1:] * A_MS
    found = _cut((pause > PAUSE_US) | ~(untouched[1:] & untouched[:-1]), len(ended_at))
    found = found.where(ended_at[found.last] - ended_at[found.first] + ms[found.first] * A_MS >= NIGHT_US)
    hour = hour[found.first]
    return found.where(untouched[found.first] & ((hour >= EVENING) | (hour < MORNING)))


def _cut(between: Mask, plays: int, least: int = 1) -> Stretches:
    """So many plays, cut between some of them and the next: what is so many plays long, or longer."""
    ends = np.concatenate([[-1], np.flatnonzero(between), [plays - 1]])
    long = np.flatnonzero(ends[1:] - ends[:-1] >= least)
    return Stretches(ends[long] + 1, ends[long + 1])


def offered(tx: Connection, who: Viewer) -> list[Offer]:
    """The newest 20 at most, the newest first."""
    return _told(tx, who.shown.everything, _newest(tx, who))


def how_many(tx: Connection, who: Viewer) -> int:
    """How many are offered, without names."""
    return len(_newest(tx, who))


def said(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """Of which stretches (`from_at`, `until_at`, UTC) a listener says that they did listen, the newest word first."""
    return tx.execute(q.said, {"listener_id": listener_id}).fetchall()


def say_heard(writing: Writing, listener_id: int, offer: Offer, now: datetime) -> None:
    """It is not offered again."""
    values = {"listener_id": listener_id, "from_at": offer.from_at, "until_at": offer.until_at, "now": now}
    with writing.transaction() as tx:
        tx.execute(q.say_heard, values)


def unsay_heard(writing: Writing, listener_id: int, heard_time_id: int) -> None:
    """It may be offered again; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(q.unsay_heard, {"listener_id": listener_id, "heard_time_id": heard_time_id})


def stretches(shown: Shown, track_done: Sequence[int]) -> dict[Kind, Stretches]:
    """What may be offered, whatever the listener said of it; `track_done` are keys of the reason `trackdone`."""
    plays, counting = shown.life.plays, _counting(shown, slice(None))
    songs = songs_in_a_row(shown.catalogue.recording.take(plays.track), counting)
    untouched = np.zeros(len(plays), np.bool_)
    for reason in track_done:
        untouched |= plays.reason_end == reason
    untouched &= ~plays.has(Flag.SKIPPED)
    found = nights(plays.ended_at, plays.ms, plays.hour, untouched)
    found = found.where(_sums(counting, found) > 0)
    found = found.where(~found.lie_within(songs))
    return {"song": songs.where(~songs.lie_within(found)), "night": found}


def _counting(shown: Shown, rows: slice) -> Mask:
    """Which of some plays would be hidden and count, whatever the rule of the page."""
    return shown.rows[rows] & (shown.life.plays.ms[rows] >= COUNTS_FROM_MS)


def _newest(tx: Connection, who: Viewer) -> list[tuple[int, int, Kind]]:
    """Last play, first play and kind of what is offered."""
    found = _found(tx, who.shown.everything)
    if not any(len(one.first) for one in found.values()):
        return []
    ends, heard = who.shown.life.plays.ended_at, said(tx, who.listener_id)
    rows = [
        (int(last), int(first), kind)
        for kind, of in found.items()
        for first, last in zip(*_without(of, ends, heard), strict=True)
    ]
    return sorted(rows, reverse=True)[:MOST]


_kept: WeakKeyDictionary[Shown, dict[Kind, Stretches]] = WeakKeyDictionary()


def _found(tx: Connection, shown: Shown) -> dict[Kind, Stretches]:
    """As `stretches`, found once for plays that stay."""
    if shown not in _kept:
        done = [key for key, word in labels(tx, shown.life.reasons).items() if word == "trackdone"]
        _kept[shown] = stretches(shown, done)
    return _kept[shown]


def _without(of: Stretches, ends: Ints, heard: Sequence[dict[str, Any]]) -> Stretches:
    """Those that touch no time that the listener said was them."""
    left = np.ones(len(of.first), np.bool_)
    for row in heard:
        since, until = (microseconds(row[end]) for end in ("from_at", "until_at"))
        left &= (ends[of.last] < since) | (ends[of.first] >= until)
    return of.where(left)


def _told(tx: Connection, shown: Shown, rows: Sequence[tuple[int, int, Kind]]) -> list[Offer]:
    plays, catalogue = shown.life.plays, shown.catalogue
    keys = {first: int(catalogue.tracks.keys[plays.track[first]]) for _, first, kind in rows if kind == "song"}
    named = names(tx, "tracks", set(keys.values()), catalogue.same_artists)
    found = []
    for last, first, kind in rows:
        of = slice(first, last + 1)
        ms = plays.ms[of][_counting(shown, of)]
        from_at, until_at = plays.ended_at[first], plays.ended_at[last] + 1
        began_at = from_at - 1000 * int(plays.ms[first])
        song = named.get(keys[first]) if kind == "song" else None
        total_ms = int(ms.sum(dtype=np.int64))
        found.append(Offer(kind, instant(from_at), instant(until_at), instant(began_at), len(ms), total_ms, song))
    return found


def _sums(values: Mask, of: Stretches) -> Ints:
    """Values added up in each stretch."""
    if not len(of.first):
        return np.zeros(0, np.int64)
    edges = np.stack([of.first, of.last + 1], axis=1).reshape(-1)
    # With a last value that is in none: an edge may be the end.
    found: Ints = np.add.reduceat(np.append(values[: edges[-1]], 0), edges, dtype=np.int64)[::2]
    return found
