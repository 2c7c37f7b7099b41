"""The rules by which a play counts: Spotify's, Last.fm's, heard to the end, or all."""

from collections.abc import Collection

import numpy as np

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.plays import Mask, Plays
from brapped_assets.insights.columns.reductions import looked_up
from brapped_assets.insights.columns.selected_plays import SelectedPlays
from brapped_assets.insights.selection import Rule

# Spotify counts from here on, too.
COUNTS_FROM_MS = 30_000
LASTFM_MOST_MS = 240_000


def counts(plays: Plays | SelectedPlays, catalogue: Catalogue, rule: Rule, track_done: Collection[int]) -> Mask:
    """Which plays count by a rule, whether they are shown or not."""
    match rule:
        case "spotify":
            return plays.ms >= COUNTS_FROM_MS
        case "lastfm":
            length = looked_up(catalogue.duration_ms, plays.track)
            found: Mask = (length > COUNTS_FROM_MS) & (plays.ms >= np.minimum((length + 1) // 2, LASTFM_MOST_MS))
            return found
        case "finished":
            return np.isin(plays.reason_end, np.array([*track_done], np.int64))
        case "all":
            return np.ones(len(plays), np.bool_)
