"""Awards of a party at home: who of several listeners has the most of something in a period. The same whoever looks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from brapped_assets.insights import overview
from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.listener_comparison import overlap_of, played_artists
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import NOTHING, Share
from brapped_assets.text import formatting
from brapped_assets.text.translation import N_, _

# A share of fewer plays wins nothing.
LEAST_PLAYS = 100
EARLY = (5, 9)


@dataclass(frozen=True)
class Guest:
    """One listener in a period. Shares: `early` of milliseconds, `skipped` of rows that an export tells of.

    `rare` are plays of artists whom nobody else here played, `devoted` those of the most played artist: both of the
    plays whose artist is known. `new_artists` had their first play ever in the period.
    """

    listener_id: int
    name: str
    plays: int = 0
    ms: int = 0
    new_artists: int = 0
    early: Share = NOTHING
    skipped: Share = NOTHING
    rare: Share = NOTHING
    devoted: Share = NOTHING


@dataclass(frozen=True)
class Award:
    """What one can win: `of` says how much of it somebody has, `told` in words."""

    key: str
    title: str
    words: str
    of: Callable[[Guest], Fraction]
    told: Callable[[Guest], str]


@dataclass(frozen=True)
class Won:
    """An award, and all who have the most: several where they have as much."""

    award: Award
    winners: tuple[Guest, ...]

    @property
    def told(self) -> str:
        return self.award.told(self.winners[0])


def _share(name: str) -> tuple[Callable[[Guest], Fraction], Callable[[Guest], str]]:
    def of(guest: Guest) -> Fraction:
        share: Share = getattr(guest, name)
        return Fraction(share.part, share.whole) if share.whole and guest.plays >= LEAST_PLAYS else Fraction(0)

    def told(guest: Guest) -> str:
        return formatting.percent(*getattr(guest, name))

    return of, told


AWARDS = (
    Award(
        "minutes", N_("Most minutes"), N_("minutes of music"), lambda guest: Fraction(guest.ms),
        lambda guest: formatting.number(formatting.minutes(guest.ms)),
    ),
    Award("early", N_("Earliest bird"), N_("of the minutes between 5:00 and 9:00"), *_share("early")),
    Award("skipped", N_("Most skips"), N_("of what was started, skipped"), *_share("skipped")),
    Award(
        "new", N_("Most discoveries"), N_("artists never played before"), lambda guest: Fraction(guest.new_artists),
        lambda guest: formatting.number(guest.new_artists),
    ),
    Award("rare", N_("Rarest taste"), N_("of the plays are of artists whom nobody else here plays"), *_share("rare")),
    Award("devoted", N_("Most devoted"), N_("of the plays are of one artist"), *_share("devoted")),
)  # fmt: skip


def awards(guests: Iterable[Guest]) -> list[Won]:
    """Each award that somebody has something of, among two and more who played anything."""
    here = sorted((guest for guest in guests if guest.plays), key=lambda guest: guest.listener_id)
    if len(here) < 2:  # noqa: PLR2004  (a party)
        return []
    found = []
    for award in AWARDS:
        most = max(award.of(guest) for guest in here)
        if most > 0:
            found.append(Won(award, tuple(guest for guest in here if award.of(guest) == most)))
    return found


def guests(everybody: Sequence[Viewer], period: Period) -> list[Guest]:
    """Everybody's numbers, in the order in which they are named; each one's days are their own."""
    played = [played_artists(who, period) for who in everybody]
    found = []
    for nth, (who, mine) in enumerate(zip(everybody, played, strict=True)):
        plays = who.shown.plays(period.first, period.until)
        days = overview.days(who, period)
        hours = plays.by_hour.ms
        others = [other.keys for at, other in enumerate(played) if at != nth]
        rare = ~np.isin(mine.keys, np.concatenate(others)) if others else np.zeros(len(mine.keys), np.bool_)
        known = who.shown.known(plays.by_artist.played)
        first_day = who.shown.everything.first_day_of_artists[known]
        total = int(mine.plays.sum())
        found.append(
            Guest(
                who.listener_id,
                who.name,
                len(plays),
                plays.total_ms,
                int(np.count_nonzero(first_day >= day_number(period.first))),
                Share(int(hours[:, slice(*EARLY)].sum()), plays.total_ms),
                Share(int(days.skipped.sum()), int(days.told.sum())),
                Share(int(mine.plays[rare].sum()), total),
                Share(int(mine.plays.max(initial=0)), total),
            )
        )
    return found


def overlaps(everybody: Sequence[Viewer], period: Period) -> dict[tuple[int, int], float]:
    """The taste overlap of each two (keys of listeners, both ways round)."""
    played = {who.listener_id: played_artists(who, period) for who in everybody}
    return {
        (one, other): overlap_of(played[one], played[other]) for one in played for other in played if one != other
    }  # fmt: skip


def praise(won: Won) -> str:
    """What it was won with: 34 % of the minutes between 5:00 and 9:00."""
    return f"{won.told} {_(won.award.words)}"
