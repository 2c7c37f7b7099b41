"""How ranks over time are counted."""

from brapped_assets.insights.how_counted.formula import KNOWN, Formula, counted

_WEEK = "date_trunc('week', played_on)::date"
_RANK = "row_number() over (partition by {} order by count(*) desc, sum(ms_played) desc, artist_key)"
FORMULAS = [
    Formula(
        "Places by month",
        "The rank by plays among all artists of each month, for the ten most played of the period; drawn are the first "
        "twenty places. Up to a hundred days are told by week, and more than three years by year; what begins or ends "
        "within the period begins or ends with it. Songs and albums likewise.",
        "select month, artist_key, rank\nfrom (\n"
        + counted(
            "date_trunc('month', played_on)::date as month, artist_key,\n       "
            + _RANK.format("date_trunc('month', played_on)")
            + " as rank",
            where=KNOWN,
            then="group by date_trunc('month', played_on), artist_key",
        )
        + "\n) ranked\nwhere rank <= 20\norder by month, rank",
    ),
    Formula(
        "Weeks at number one",
        "Weeks, from Monday, in which an artist was the most played: by plays, of as many by minutes, then the one "
        "known longer. A week belongs to the period in which it ends, and counts once it is over. Songs and albums "
        "likewise.",
        "select artist_key, count(*) as weeks, max(week) as last\nfrom (\n"
        f"select {_WEEK} as week, artist_key,\n       {_RANK.format(_WEEK)} as rank\n"
        "from bi.shown_plays\nwhere listener_id = :listener_id\n"
        f"  and {_WEEK} + 6 >= :first and {_WEEK} + 6 < least(:until, :today)\n"
        f"  and counts_as_play and {KNOWN}\n"
        f"group by {_WEEK}, artist_key\n"
        ") ranked\nwhere rank = 1\ngroup by artist_key\norder by weeks desc, min(week)",
    ),
]
