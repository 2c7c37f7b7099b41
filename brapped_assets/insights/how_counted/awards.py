"""How awards of a party at home are counted: each for one listener."""

from brapped_assets.insights.awards import EARLY, LEAST_PLAYS
from brapped_assets.insights.how_counted.formula import KNOWN, Formula, counted
from brapped_assets.insights.how_counted.habits import TOLD
from brapped_assets.insights.how_counted.overview import FORMULAS as OVERVIEW

FORMULAS = [
    Formula(
        "Most minutes",
        "Whoever has the most minutes; whoever has as many wins as well, and so it is with every award.",
        counted("coalesce(sum(ms_played), 0)::bigint as ms"),
    ),
    Formula(
        "Earliest bird",
        f"The largest share of milliseconds in the local hours from {EARLY[0]} to {EARLY[1] - 1}. A share wins from "
        f"{LEAST_PLAYS} plays on.",
        counted(
            "coalesce(sum(ms_played) filter (where played_hour between 5 and 8), 0)::bigint as part,\n"
            "       coalesce(sum(ms_played), 0)::bigint as whole"
        ),
    ),
    Formula(
        "Most skips",
        "The largest share of skipped rows, of those of any length whose details an extended export tells.",
        TOLD.format(what="count(*) filter (where skipped) as part, count(*) as whole", told="shuffle is not null"),
    ),
    Formula(
        "Most discoveries",
        "The most artists whose first play ever lies in the period.",
        next(formula.sql for formula in OVERVIEW if formula.name == "New artists"),
    ),
    Formula(
        "Rarest taste",
        "The largest share of plays of artists whom nobody else of this home played in the period, each in their own "
        "days; of the plays whose artist is known.",
        "\n".join(
            [
                "select count(*) filter (where artist_key not in (",
                "         select artist_key from bi.shown_plays",
                "          where listener_id <> :listener_id and counts_as_play",
                "            and played_on >= :first and played_on < :until)) as part, count(*) as whole",
                "from (",
                counted("artist_key", where=KNOWN),
                ") plays",
            ]
        ),
    ),
    Formula(
        "Most devoted",
        "The largest share of plays of the most played artist, of the plays whose artist is known.",
        "\n".join(
            [
                "select coalesce(max(plays), 0) as part, coalesce(sum(plays), 0)::bigint as whole",
                "from (",
                counted("count(*) as plays", where=KNOWN, then="group by artist_key"),
                ") artists",
            ]
        ),
    ),
]
