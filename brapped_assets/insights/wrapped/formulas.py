"""How each number of Wrapped is counted, in words and as the statement that counts it."""

from dataclasses import dataclass

from brapped_assets.insights.wrapped.clock import KINDS, OTHERWISE
from brapped_assets.insights.wrapped.needs import NEEDS
from brapped_assets.warehouse.statements import sql


@dataclass(frozen=True)
class Formula:
    """`words` for everybody; `sql` for whoever wants to see it, empty where another formula's statement is meant."""

    name: str
    words: str
    sql: str


_LEAST = {need.card: need.least for need in NEEDS}
_CLOCK = "; ".join(f"{kind.name}: {kind.share:.0%} or more of the minutes {kind.words}" for kind in KINDS)

FORMULAS = [
    Formula("Top artists and songs", "Most plays of 30 s and more first; ties fall to the longer time, then to whoever was here first.",
            sql("insights/wrapped/artists")),
    Formula("Top album", "Plays × evenness, of albums with three songs and more heard. Evenness is the entropy of the plays "
            "divided by the logarithm of the album's number of songs: 1 when every song was played alike, 0 when only one was.",
            sql("insights/wrapped/album")),
    Formula("The race", "The five most played artists of the period, each month placed by all plays since it began.",
            sql("insights/wrapped/artists")),
    Formula("On repeat", f"The most plays of one song in one local day, from {_LEAST['repeat']} on.", sql("insights/wrapped/repeat")),
    Formula("The day you could not stop", "The local day with the most minutes.", sql("insights/days")),
    Formula("Discoveries", "Artists whose first known play lies in the period; asked where 30 days and more are known before it.",
            sql("insights/wrapped/discoveries")),
    Formula("The comeback", "Of the 50 most played artists, the one with the most plays after a silence of 180 days or more "
            "that ended in the period.", sql("insights/wrapped/comeback")),
    Formula("Your clock", f"The first of these that holds. {_CLOCK}; else {OTHERWISE}.", sql("insights/wrapped/hours")),
    Formula("Streak", "The longest run of local days in a row with a play of 30 s and more, inside the period.", sql("insights/days")),
    Formula("Then and now", "Minutes against the same days of the year or month before, or as many days before.", sql("insights/days")),
    Formula("Listening age", "18 plus the years since the median play's album came out: as if your favourites had come out "
            "when you were 18.", sql("insights/wrapped/releases")),
]  # fmt: skip
