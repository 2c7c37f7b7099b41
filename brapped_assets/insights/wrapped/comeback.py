"""Who came back after half a year or more of silence, and was played most since."""

import numpy as np

from brapped_assets.insights.columns.shown import date_of, day_number
from brapped_assets.insights.columns.sums import summed
from brapped_assets.insights.periods import EARLIEST, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.numbers import Comeback
from brapped_assets.insights.wrapped.things import artists
from brapped_assets.warehouse.connections import Connection

# A silence this long makes a return.
SILENCE_DAYS = 180
MOST_ARTISTS = 50


def comeback(tx: Connection, who: Viewer, period: Period) -> Comeback | None:
    """One of the most played artists of the period; ties fall to milliseconds, then the older key."""
    within = who.shown.plays(period.first, period.until).by_artist
    keys = who.shown.catalogue.artists.keys
    top = within.ranked("plays", keys, MOST_ARTISTS, who.shown.known(within.played))
    if len(top) == 0:
        return None
    plays, nth = who.shown.plays(EARLIEST, period.until).of_artists(top)
    first = int(plays.day.min())
    many = int(plays.day.max()) - first + 1
    # A row an artist, a column a day.
    heard = summed(nth * many + plays.day - first, plays.ms, len(top) * many)
    at = np.flatnonzero(heard.plays)
    is_return = (np.diff(at) >= SILENCE_DAYS) & (at[1:] // many == at[:-1] // many)
    is_return &= at[1:] % many + first >= day_number(period.first)
    found = []
    for nth_return in np.flatnonzero(is_return).tolist():
        last, back = int(at[nth_return]), int(at[nth_return + 1])
        row = back // many
        since = slice(back, (row + 1) * many)
        n_plays, ms = int(heard.plays[since].sum()), int(heard.ms[since].sum())
        found.append((-n_plays, -ms, int(keys[top[row]]), back % many + first, last % many + first))
    if not found:
        return None
    most, longest, key, back_on, last_on = min(found)
    (artist,) = artists(tx, [(key, -most, -longest)])
    return Comeback(artist, date_of(last_on), date_of(back_on))
