"""How each number of Wrapped is counted, in words and as the statement that counts it."""

from dataclasses import dataclass

from brapped_assets.insights import wording
from brapped_assets.insights.wrapped.clock import KINDS, OTHERWISE
from brapped_assets.insights.wrapped.needs import NEEDS
from brapped_assets.warehouse.statements import sql


@dataclass(frozen=True)
class Formula:
    """`words` for everybody; `sql` is the statement, for whoever wants to see it."""

    name: str
    words: str
    sql: str


_KINDS = "; ".join(
    f"{kind.name}: {wording.percent(kind.share, 1)} or more of the minutes {kind.words}" for kind in KINDS
)
_FORMULAS = (
    (
        "Top artists",
        "wrapped/artists",
        (
            "Most plays first; ties fall to the longer time, then to whoever was here first. Songs whose artist is not "
            "known yet are nobody's."
        ),
    ),
    (
        "Top songs",
        "wrapped/music",
        "Most plays first; ties fall to the longer time, then to the song that was here first.",
    ),
    (
        "Top album",
        "wrapped/music",
        (
            "Plays × evenness. Evenness is the entropy of the album's plays divided by the logarithm of its number of "
            "songs: 1 when every song was played alike, 0 when only one was. Releases of one album count together."
        ),
    ),
    (
        "The race",
        "wrapped/artists",
        "The five most played artists, placed among each other by the plays of each month.",
    ),
    ("On repeat", "wrapped/repeat", "The most plays of one song in one local day."),
    ("The day you could not stop", "days", "The local day with the most minutes."),
    (
        "Discoveries",
        "wrapped/discoveries",
        "Artists whose first known play lies in the period; told where 30 days and more are known before it.",
    ),
    (
        "The comeback",
        "wrapped/comeback",
        "Of the 50 most played artists, the one with the most plays since a silence of 180 days and more was over.",
    ),
    ("Your clock", "clock", f"The first of these that holds. {_KINDS}; else {OTHERWISE}."),
    ("Your streak", "days", "The longest run of local days in a row with a play, inside the period."),
    (
        "Then and now",
        "days",
        (
            "Minutes against the same days of the year or month before, or as many days before; told where all of that "
            "time is known."
        ),
    ),
    (
        "Listening age",
        "wrapped/music",
        "18 plus the years since the album of the median play came out, as if favourites came out when one is 18.",
    ),
)
_LEAST = {need.title: f" Shown from {need.least:,} {need.what} on." for need in NEEDS if need.least > 1}

FORMULAS = [
    Formula(name, words + _LEAST.get(name, ""), sql(f"insights/{statement}")) for name, statement, words in _FORMULAS
]
