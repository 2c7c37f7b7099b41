"""Songs in a row and nights without a touch: stretches of plays that somebody else may have heard."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from brapped_assets.insights.columns.counting_rules import COUNTS_FROM_MS
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.plays import Flag, Ints, Mask
from brapped_assets.insights.columns.reductions import Integers
from brapped_assets.insights.columns.result_cache import Earlier
from brapped_assets.insights.columns.shown_plays import ShownPlays

Kind = Literal["song", "night"]
# What these say, how_counted.html says in words. A song in a row: more plays than these.
IN_A_ROW = 20
# A night: at least so long, with no longer a pause, its first play of one of the hours from 22 to 8.
A_MS = np.int64(1000)
NIGHT_US, PAUSE_US = 4 * 3_600_000_000, 10 * 60_000_000
EVENING, MORNING = 22, 8
# Plays before those that changed, among which the pause is sought first that lies before them.
LOOKED_BACK = 2_000


class Stretches(NamedTuple):
    """`first` and `last` play of each (places among all plays of a life), in order; none reaches into another."""

    first: Ints
    last: Ints

    def where(self, rows: Mask) -> "Stretches":
        return Stretches(self.first[rows], self.last[rows])

    def moved(self, places: int) -> "Stretches":
        return Stretches(self.first + places, self.last + places)

    def lie_within(self, others: "Stretches") -> Mask:
        """Which of them lie in one of others from end to end."""
        place = np.searchsorted(others.first, self.first, "right") - 1
        found: Mask = place >= 0
        if len(others.first):
            found &= others.last[place] >= self.last
        return found


def stretches(shown: ShownPlays, track_done: Sequence[int], since: int = 0) -> dict[Kind, Stretches]:
    """What may be offered of the plays from a place on, whatever the listener said of it.

    `track_done` are keys of the reason `trackdone`.
    """
    rows = slice(since, len(shown.life.plays))
    plays, counts = shown.life.plays.where(rows), counting(shown, rows)
    songs = songs_in_a_row(shown.catalogue.recording.take(plays.track), counts)
    untouched = np.zeros(len(plays), np.bool_)
    for reason in track_done:
        untouched |= plays.reason_end == reason
    untouched &= ~plays.has(Flag.SKIPPED)
    found = nights(plays.ended_at, plays.ms, plays.hour, untouched)
    found = found.where(_sums(counts, found) > 0)
    found = found.where(~found.lie_within(songs))
    songs = songs.where(~songs.lie_within(found))
    return {"song": songs.moved(since), "night": found.moved(since)}


def songs_in_a_row(recording: Integers, counting: Mask) -> Stretches:
    """Of plays in order (the number of each one's recording): where one has more than 20 in a row that count."""
    found = _cut(recording[1:] != recording[:-1], len(recording), least=IN_A_ROW + 1)
    return found.where(_sums(counting, found) > IN_A_ROW)


def nights(ended_at: Ints, ms: Integers, hour: Integers, untouched: Mask) -> Stretches:
    """Of plays in order (END in microseconds, local hour of it, whether each ended by itself): nights of hours."""
    found = _cut((_pauses(ended_at, ms) > PAUSE_US) | ~(untouched[1:] & untouched[:-1]), len(ended_at))
    found = found.where(ended_at[found.last] - ended_at[found.first] + ms[found.first] * A_MS >= NIGHT_US)
    hour = hour[found.first]
    return found.where(untouched[found.first] & ((hour >= EVENING) | (hour < MORNING)))


def _pauses(ended_at: Ints, ms: Integers) -> Ints:
    """Microseconds of silence between each play and the next."""
    pause = ended_at[1:] - ended_at[:-1]
    pause -= ms[1:] * A_MS
    return pause


def _cut(between: Mask, plays: int, least: int = 1) -> Stretches:
    """So many plays, cut between some of them and the next: what is so many plays long, or longer."""
    ends = np.concatenate([[-1], np.flatnonzero(between), [plays - 1]])
    long = np.flatnonzero(ends[1:] - ends[:-1] >= least)
    return Stretches(ends[long] + 1, ends[long + 1])


class Found(NamedTuple):
    """All that may be offered, by which recording of each track and which keys of `trackdone` it was found."""

    recording: Numbers
    track_done: frozenset[int]
    of: dict[Kind, Stretches]


def find_again(shown: ShownPlays, track_done: Iterable[int], earlier: Earlier | None) -> Found:
    """As `stretches` of all plays; of those before the days that changed it is what was found before."""
    recording = shown.catalogue.recording
    before: Found = earlier.found if earlier else Found(np.empty(0, np.int32), frozenset(), {})
    is_same = earlier is not None and np.array_equal(before.recording, recording[: len(before.recording)])
    since = _last_pause(shown, shown.unchanged(earlier.days)) if earlier and is_same else 0
    done = before.track_done.union(track_done)
    found = stretches(shown, sorted(done), since)
    for kind, of in before.of.items():
        kept = of.where(of.last < since)
        found[kind] = Stretches(*map(np.concatenate, zip(kept, found[kind], strict=True)))
    return Found(recording, done, found)


def counting(shown: ShownPlays, rows: slice) -> Mask:
    """Which of some plays are shown and count, whatever the rule of the page."""
    return shown.rows[rows] & (shown.life.plays.ms[rows] >= COUNTS_FROM_MS)


def _last_pause(shown: ShownPlays, until: int) -> int:
    """A place no later than another one, where neither a song in a row nor a night can go on; the nearest there is."""
    start, looked_back = until, LOOKED_BACK
    while start > 0:
        start, looked_back = max(until - looked_back, 0), 8 * looked_back
        plays = shown.life.plays.where(slice(start, until))
        recording = shown.catalogue.recording.take(plays.track)
        ends = (_pauses(plays.ended_at, plays.ms) > PAUSE_US) & (recording[1:] != recording[:-1])
        found = np.flatnonzero(ends)
        if len(found):
            return int(start + found[-1] + 1)
    return 0


def _sums(values: Mask, of: Stretches) -> Ints:
    """Values added up in each stretch."""
    if not len(of.first):
        return np.zeros(0, np.int64)
    edges = np.stack([of.first, of.last + 1], axis=1).reshape(-1)
    # With a last value that is in none: an edge may be the end.
    found: Ints = np.add.reduceat(np.append(values[: edges[-1]], 0), edges, dtype=np.int64)[::2]
    return found
