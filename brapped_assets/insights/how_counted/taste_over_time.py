"""How taste that two share over time is counted, and what one should hear."""

from brapped_assets.insights.how_counted.formula import KNOWN, Formula
from brapped_assets.insights.taste_over_time import UNHEARD

FORMULAS = [
    Formula(
        "Overlap over time",
        "The taste overlap of each month in which both played somebody known; of each year, where the months lie "
        "further apart than two years.",
        "\n".join(
            [
                "with played as (",
                "    select listener_id, date_trunc('month', played_on)::date as step, artist_key, count(*) as plays",
                "    from bi.shown_plays",
                "    where listener_id in (:listener_id, :other_id)",
                "      and played_on >= :first and played_on < :until",
                "      and counts_as_play",
                f"      and {KNOWN}",
                "    group by listener_id, step, artist_key",
                "), share as (",
                "    select *, plays / sum(plays) over (partition by listener_id, step) as share from played",
                "), mine as (",
                "    select * from share where listener_id = :listener_id",
                "), theirs as (",
                "    select * from share where listener_id = :other_id",
                ")",
                "select step, sum(least(mine.share, coalesce(theirs.share, 0)))::float8 as overlap",
                "from mine left join theirs using (step, artist_key)",
                "where step in (select step from theirs)",
                "group by step",
                "order by step",
            ]
        ),
    ),
    Formula(
        "You should hear this",
        "The songs that the other played most in the period and that you never played: in no release, and not even for "
        "a moment.",
        "\n".join(
            [
                "with recordings as (",
                "    select track_key, coalesce(isrc, track_key::text) as recording from bi.tracks",
                ")",
                "select track_key, count(*) as plays",
                "from bi.shown_plays join recordings using (track_key)",
                "where listener_id = :other_id",
                "  and played_on >= :first and played_on < :until",
                "  and counts_as_play",
                "  and recording not in (select recording from bi.plays join recordings using (track_key)",
                "                         where listener_id = :listener_id)",
                "group by track_key",
                "order by plays desc, sum(ms_played) desc, track_key",
                f"limit {UNHEARD}",
            ]
        ),
    ),
]
