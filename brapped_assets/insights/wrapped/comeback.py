"""Who came back after half a year or more of silence, and was played most since."""

from datetime import timedelta

import numpy as np

from brapped_assets.insights.columns.day_numbers import date_of, day_number
from brapped_assets.insights.periods import EARLIEST, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.artist_days import SILENCE_DAYS, ArtistDays
from brapped_assets.insights.wrapped.model import Comeback
from brapped_assets.insights.wrapped.named_items import Naming, artists


def comeback(who: Viewer, period: Period, of: ArtistDays) -> Naming[Comeback | None]:
    """One of the most played artists of the period; ties fall to milliseconds, then the older key.

    Nobody in a short time with which the history begins.
    """
    if who.first_day is None or (period.first <= who.first_day and period.days <= SILENCE_DAYS):
        return None
    # Whoever was silent for so long before the period and was heard earlier comes back in it.
    since = period.first - timedelta(days=SILENCE_DAYS)
    keys, top, first, heard = who.shown.catalogue.artists.keys, of.artists, of.first, of.heard
    artist, back = np.nonzero(heard)
    is_first = np.diff(artist, prepend=-1) > 0
    was_heard = who.shown.first_day_of_artists[top[artist]] < day_number(since)
    is_silent = np.where(is_first, was_heard, np.diff(back, prepend=0) >= SILENCE_DAYS)
    returns = np.flatnonzero(is_silent & (back >= of.begins))
    if len(returns) == 0:
        return None
    counts = np.array([heard[artist[one], back[one] :].sum() for one in returns])
    found = []
    for one in returns[counts == counts.max()]:
        ms = int(of.plays.ms[(of.nth == artist[one]) & (of.plays.day >= back[one] + first)].sum(dtype=np.int64))
        found.append((-ms, int(keys[top[artist[one]]]), int(back[one]) + first, int(artist[one])))
    longest, key, back_on, best = min(found)
    days = np.flatnonzero(heard[best, : back_on - first]) + first
    if len(days) == 0:
        tracks = np.flatnonzero(who.shown.catalogue.artist == top[best])
        days = who.shown.plays(EARLIEST, since).of(tracks).days
    (thing,) = yield from artists([(key, int(counts.max()), -longest)])
    return Comeback(thing, date_of(days[-1]), date_of(back_on))
