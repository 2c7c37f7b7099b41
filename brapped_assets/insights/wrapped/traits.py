"""How somebody listens, in four words: each is a share, and a rule that names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from brapped_assets.insights.columns.reductions import NEVER
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.overview import Days
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import Share, Traits
from brapped_assets.text.translation import N_

# An artist is new for so long; of the first so many days of a history nothing is told, in them everybody is new.
NEW_DAYS = 90
NIGHT, MORNING_ENDS = (22, 4), 10
# A share of fewer plays names nobody.
LEAST_PLAYS = 100
MINUTE_MS = 60_000
# As many minutes as so many plays have, by and large.
LEAST_MS = LEAST_PLAYS * 3 * MINUTE_MS


@dataclass(frozen=True)
class Trait:
    """`more` from a share of `least` on, `less` below; `words` say of what, from `enough` of it on."""

    share: str
    more: str
    less: str
    least: float
    words: str
    enough: int = LEAST_PLAYS

    def of(self, traits: Traits) -> Share:
        found: Share = attrgetter(self.share)(traits)
        return found

    def is_told(self, traits: Traits) -> bool:
        return self.of(traits).whole >= self.enough

    def name(self, traits: Traits) -> str:
        return self.more if self.of(traits).of_one >= self.least else self.less


TRAITS = (
    Trait(
        "explored",
        N_("Explorer"),
        N_("Loyalist"),
        0.2,
        N_("of your plays are of artists you met in the 90 days before"),
    ),
    Trait(
        "followed",
        N_("Album listener"),
        N_("Shuffler"),
        0.25,
        N_("of your plays follow another song of the same album"),
    ),
    Trait(
        "nightly",
        N_("Night person"),
        N_("Morning person"),
        0.5,
        N_("of your time from 22:00 to 10:00 is before 4:00"),
        LEAST_MS,
    ),
    Trait("skipped", N_("Skipper"), N_("Finisher"), 0.25, N_("of all that you started you skipped")),
)


def traits_of(who: Viewer, period: Period, days: Days, plays: SummedPlays, hours: Sequence[int]) -> Traits:
    """Of the plays and days of a period, and its milliseconds by local hour."""
    first, until = period.first, period.until
    explored = who.shown.remembering("explored", first, until, lambda: _explored(who, plays))
    followed = who.shown.remembering("followed", first, until, lambda: _followed(plays))
    return Traits(explored, followed, _nightly(hours), _skipped(days))


def finished(who: Viewer, period: Period) -> Share:
    """Rows of any length that were heard to their end, of those whose end an export tells."""
    life = who.shown.life
    first, until = period.first, period.until
    rows = who.shown.remembering("endings", first, until, lambda: who.shown.told(first, until).plays_by_reason_end)
    ended = [key for key in life.labels if key < len(rows)]
    done = [key for key in life.track_done if key < len(rows)]
    return Share(int(rows[done].sum()), int(rows[ended].sum()))


def _explored(who: Viewer, plays: SummedPlays) -> Share:
    """Plays of artists who had their first play ever less than 90 days before, as soon as 90 days are known."""
    everything = who.shown.everything
    begins = int(everything.first_day_of_tracks.min(initial=NEVER))
    if begins == NEVER or not len(plays):
        return Share(0, 0)
    known_from = begins + NEW_DAYS
    new_until = everything.first_day_of_artists + np.int64(NEW_DAYS)
    nobodys = np.zeros(len(new_until), np.bool_)
    nobodys[who.shown.nobodies] = True
    part = whole = 0
    for few in plays.in_pieces():
        day, artist = few.day, few.artist
        is_known = day >= known_from
        if len(who.shown.nobodies):
            is_known &= ~nobodys.take(artist)
        part += int(np.count_nonzero(is_known & (day < new_until.take(artist))))
        whole += int(np.count_nonzero(is_known))
    return Share(part, whole)


def _followed(plays: SummedPlays) -> Share:
    """Plays right after one of another recording of the same album, of those whose album is known."""
    of = plays.catalogue
    part, whole, track, album = 0, 0, np.empty(0, np.int32), np.empty(0, np.int32)
    for few in plays.in_pieces():
        # The last play of a piece comes before the first of the next.
        albums = of.album.take(few.track)
        track, album = np.concatenate([track[-1:], few.track]), np.concatenate([album[-1:], albums])
        same = np.flatnonzero((album[1:] == album[:-1]) & (album[1:] >= 0))
        part += int(np.count_nonzero(of.recording[track[same + 1]] != of.recording[track[same]]))
        whole += int(np.count_nonzero(albums >= 0))
    return Share(part, whole)


def _nightly(hours: Sequence[int]) -> Share:
    begins, ends = NIGHT
    night = sum(hours[begins:]) + sum(hours[:ends])
    return Share(night, night + sum(hours[ends:MORNING_ENDS]))


def _skipped(days: Days) -> Share:
    return Share(int(days.skipped.sum()), int(days.told.sum()))
