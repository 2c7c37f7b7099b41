"""The rules by which a play counts: Spotify's, Last.fm's, heard to the end, or all."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.plays import Mask, Plays
from brapped_assets.insights.columns.reductions import NEVER, looked_up
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.selection import Rule

# Spotify counts from here on, too.
COUNTS_FROM_MS = 30_000
LASTFM_MOST_MS = 240_000


class Measures(NamedTuple):
    """What decides of some plays whether they count."""

    ms: NDArray[np.int32]
    track: NDArray[np.int32]
    reason_end: NDArray[np.integer]


def counts(
    plays: Plays | SummedPlays | Measures, catalogue: Catalogue, rule: Rule, track_done: Collection[int]
) -> Mask:
    """Which plays count by a rule, whether they are shown or not."""
    match rule:
        case "spotify":
            return plays.ms >= COUNTS_FROM_MS
        case "lastfm":
            length = catalogue.duration_ms
            least = np.where(length > COUNTS_FROM_MS, np.minimum((length + 1) // 2, LASTFM_MOST_MS), NEVER)
            return plays.ms >= looked_up(least, plays.track)
        case "finished":
            return np.isin(plays.reason_end, np.array([*track_done], np.int64))
        case "all":
            return np.ones(len(plays.ms), np.bool_)
