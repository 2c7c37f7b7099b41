"""How podcasts, audiobooks and videos are counted."""

from brapped_assets.insights.how_counted.formula import Formula


def _heard(what: str, then: str) -> str:
    return "\n".join(
        [
            f"select {what}",
            "from bi.spoken_plays",
            "where listener_id = :listener_id",
            "  and played_on >= :first and played_on < :until",
            "  and incognito is not true",
            then,
        ]
    )


_SUMS = "count(*) as plays, sum(ms_played)::bigint as ms"
FORMULAS = [
    Formula(
        "Podcasts, audiobooks, videos",
        "Minutes of whatever is no music, however short, by the local day it ended on; private sessions are left out. "
        "Only exports tell of it: it is complete up to the last one. A music video is one, unless account data tells "
        "it as a play of its song: then it counts there. None of it is in a number of music.",
        _heard(f"kind, {_SUMS}", "group by kind\norder by ms desc, kind"),
    ),
    Formula(
        "Shows and books",
        "The same by podcast, by audiobook and, of music videos, by artist.",
        _heard(f"kind, show_name, {_SUMS}", "group by kind, show_name\norder by ms desc, kind, show_name"),
    ),
    Formula(
        "Heard to the end",
        "Episodes, chapters and videos of which a play ended because it was over (reason_end is trackdone), of those "
        "whose end extended history tells; account data tells none.",
        "select count(*) filter (where is_finished) as finished, count(is_finished) as told\nfrom (\n"
        + _heard("bool_or(reason_end = 'trackdone') as is_finished", "group by kind, show_name, title, uri\n) items"),
    ),
    Formula(
        "Podcasts, audiobooks, videos by hour",
        "Milliseconds by the local hour they ended in.",
        _heard("played_hour, sum(ms_played)::bigint as ms", "group by played_hour\norder by played_hour"),
    ),
]
