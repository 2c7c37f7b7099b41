"""How the numbers of an artist's, a song's or an album's page are counted."""

from brapped_assets.insights.how_counted.formula import GUESTS, KNOWN, Formula, counted

FORMULAS = [
    Formula(
        "Rank",
        "One more than the number of artists with more plays; of as many plays, more minutes; of as many minutes, "
        "known longer. Songs and albums likewise.",
        "select rank\nfrom (\n"
        + counted(
            "artist_key, row_number() over (order by count(*) desc, sum(ms_played) desc, artist_key) as rank",
            where=KNOWN,
            then="group by artist_key",
        )
        + "\n) ranked\nwhere artist_key = :key",
    ),
    Formula(
        "First and latest play",
        "The local days of the first and the last play that counts.",
        counted("min(played_on) as first_on, max(played_on) as last_on", where="artist_key = :key"),
    ),
    Formula(
        "First song",
        "The song of an artist’s first play that counts, over all time. Albums likewise.",
        counted("track_key", where="artist_key = :key", then="order by played_at, play_key\nlimit 1"),
    ),
    Formula(
        "Loyalty",
        "In how many months an artist was heard, of all from that of the first play to the running one, over all time. "
        "Songs and albums likewise.",
        counted(
            "count(distinct date_trunc('month', played_on)) as heard,\n"
            "       (12 * (extract(year from greatest(:today, max(played_on))) - extract(year from min(played_on)))\n"
            "        + extract(month from greatest(:today, max(played_on))) - extract(month from min(played_on))\n"
            "        + 1)::int as months",
            where="artist_key = :key",
        ),
    ),
    Formula(
        "Most in a row",
        "The most plays that count of one artist with no other play that counts between them, and the local day of the "
        "first; of several such runs, the oldest. Songs and albums likewise.",
        "select count(*) as plays, min(played_on) filter (where nth = first_nth) as first_on\nfrom (\n"
        "select *, min(nth) over (partition by run) as first_nth\nfrom (\n"
        "select *, nth - row_number() over (partition by artist_key order by nth) as run\nfrom (\n"
        + counted("artist_key, played_on, row_number() over (order by played_at, play_key) as nth")
        + "\n) plays\n) of_all\nwhere artist_key = :key\n) runs\n"
        "group by run\norder by 1 desc, min(nth)\nlimit 1",
    ),
    Formula(
        "Month by month",
        "Plays by the local month they ended in.",
        counted(
            "date_trunc('month', played_on)::date as month, count(*) as plays, sum(ms_played)::bigint as ms",
            where="artist_key = :key",
            then="group by month\norder by month",
        ),
    ),
    Formula(
        "Around the clock",
        "Plays by the local hour they ended in.",
        counted(
            "played_hour as hour, count(*) as plays", where="artist_key = :key", then="group by hour\norder by hour"
        ),
    ),
    Formula(
        "As a guest",
        "Plays of other artists' songs on which this one is credited. They are shown apart and never added.",
        counted(
            "count(*) as plays, coalesce(sum(ms_played), 0)::bigint as ms",
            where="artist_key <> :key and (track_key, :key) in\n        " + GUESTS,
        ),
    ),
    Formula(
        "One recording on several releases",
        "Songs with the same International Standard Recording Code are one recording; the page of any of them "
        "counts all of them.",
        counted(
            "count(*) as plays, coalesce(sum(ms_played), 0)::bigint as ms",
            where="track_key in (select other.track_key\n"
            "                       from bi.tracks this join bi.tracks other\n"
            "                         on other.track_key = this.track_key or other.isrc = this.isrc\n"
            "                      where this.track_key = :key)",
        ),
    ),
]
