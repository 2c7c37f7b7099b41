"""Which observations tell of the same play: a pure function of the observations, whatever their order of arrival.

Two observations of one track whose ENDs lie near each other are one play. Pairs are made in time order, as many as
possible, then with the least total distance: taking the nearest first doubles plays of a short song on repeat.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The drift between Spotify's two clocks (docs/decisions.md), and where a listener's time line is cut into islands.
REACH = timedelta(seconds=90)
# Between two readings of the API's own instant: the old scripts kept it to the second, and not always the same one.
DRIFT = timedelta(seconds=2)
# What every name that is nobody's ("Various Artists") stands as among the artists of an observation.
NOBODY = "unknown artist"
# How far from a row of the fact another may stand whose halves could change partners with it (`spans` in rematch.sql).
AROUND = 2 * REACH + DRIFT


@dataclass(frozen=True)
class Observation:
    """One source's word for one play.

    `key` is the caller's handle and decides nothing; `at` the END (UTC); `track_ref` Spotify's id, or the uri of a
    local file, or anything that no other source says; `title` normalised; `artists` normalised: whoever is credited on
    the track or its album, or the export's album artist. `ms_played` where it was measured: of two that end at once,
    the longer is the likelier to have been shown. `nth` of several that say the same otherwise. `album` normalised,
    empty where not told.
    """

    key: int
    at: datetime
    track_ref: str | None
    title: str
    artists: frozenset[str]
    ms_played: int = 0
    nth: int = 1
    album: str = ""


Pair = tuple[Observation, Observation]


def same_track(one: Observation, other: Observation) -> bool:
    """Equal reference, or equal title with an artist in common. Only what the observations themselves say counts.

    Nobody in common says little: two compilations may both begin with an "Intro". Then albums that both tell are equal.
    """
    if one.track_ref is not None and one.track_ref == other.track_ref:
        return True
    common = one.artists & other.artists if one.title == other.title else frozenset()
    if common != {NOBODY}:
        return bool(common)
    return one.album == other.album or not (one.album and other.album)


def pairs(ones: Sequence[Observation], others: Sequence[Observation], reach: timedelta = REACH) -> list[Pair]:
    """Pair each of `ones` with at most one of `others`, the same track and at most `reach` apart."""
    found: list[Pair] = []
    for left, right in _components(_in_order(ones), _in_order(others), reach):
        found += [(left[0], right[0])] if len(left) == len(right) == 1 else _best_pairs(left, right, reach)
    return found


def _in_order(observations: Sequence[Observation]) -> list[Observation]:
    """By time, then by everything an observation says: the same set is always the same sequence."""
    return sorted(
        observations, key=lambda o: (o.at, -o.ms_played, o.track_ref or "", o.title, sorted(o.artists), o.album, o.nth)
    )


def _components(
    ones: list[Observation], others: list[Observation], reach: timedelta
) -> Iterator[tuple[list[Observation], list[Observation]]]:
    """Groups of observations that could be paired, directly or through each other; each side in time order."""
    parent = list(range(len(ones) + len(others)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    first = 0
    for i, one in enumerate(ones):
        while first < len(others) and others[first].at < one.at - reach:
            first += 1
        for j in range(first, len(others)):
            if others[j].at > one.at + reach:
                break
            if same_track(one, others[j]):
                parent[root(len(ones) + j)] = root(i)
    groups: dict[int, tuple[list[Observation], list[Observation]]] = {}
    for node, observation in enumerate([*ones, *others]):
        group = groups.setdefault(root(node), ([], []))
        group[node >= len(ones)].append(observation)
    yield from (group for group in groups.values() if group[0] and group[1])


def _best_pairs(ones: list[Observation], others: list[Observation], reach: timedelta) -> list[Pair]:
    """As many pairs as possible, in time order on both sides, then the least total distance.

    The classic alignment of two sequences: `best[i][j]` is the answer for what lies from the i-th and the j-th on.
    Of equally good answers the one that pairs earlier is taken, so that there is only one.
    """
    nothing = (0, timedelta(0))
    best = [[nothing] * (len(others) + 1) for _ in range(len(ones) + 1)]

    def worth(i: int, j: int) -> tuple[int, timedelta] | None:
        distance = abs(ones[i].at - others[j].at)
        if distance > reach or not same_track(ones[i], others[j]):
            return None
        count, total = best[i + 1][j + 1]
        return count + 1, total - distance

    for i in reversed(range(len(ones))):
        for j in reversed(range(len(others))):
            paired = worth(i, j)
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired or nothing)
    found: list[Pair] = []
    i = j = 0
    while i < len(ones) and j < len(others):
        if worth(i, j) == best[i][j]:
            found.append((ones[i], others[j]))
            i, j = i + 1, j + 1
        elif best[i][j + 1] == best[i][j]:
            j += 1
        else:
            i += 1
    return found
