"""How the cards about beginnings, loyalty and ways to listen are counted."""

from brapped_assets.insights.how_counted.formula import KNOWN, Formula, among_top, counted
from brapped_assets.insights.how_counted.habits import TOLD
from brapped_assets.insights.wrapped.artist_days import MOST_ARTISTS
from brapped_assets.insights.wrapped.loyalty import HIT_PLAYS, SHOWN
from brapped_assets.insights.wrapped.song_of_month import MOST
from brapped_assets.insights.wrapped.traits import LEAST_PLAYS, NEW_DAYS, TRAITS
from brapped_assets.text import formatting

_RECORDINGS = "bi.shown_plays join (select track_key, isrc from bi.tracks) tracks using (track_key)"
_ALBUMS = (
    "bi.shown_plays join (select track_key, isrc from bi.tracks) tracks using (track_key)\n"
    "left join (select track_key, release_group from bi.track_albums) albums using (track_key)"
)
_RECORDING = "coalesce(isrc, track_key::text)"
_RULES = {
    trait.share: f" {formatting.percent(trait.least, 1)} and more make the {trait.more.lower()}, less the "
    f"{trait.less.lower()}; told from {LEAST_PLAYS} plays on."
    for trait in TRAITS
}

FORMULAS = (
    Formula(
        "Where it began",
        "The first play of the period, and what was played on its local day.",
        counted(
            "track_key, played_at_local, count(*) over (partition by played_on) as plays,\n"
            "       sum(ms_played) over (partition by played_on)::bigint as ms",
            then="order by played_at, play_key\nlimit 1",
        ),
    ),
    Formula(
        "Song of each month",
        "The most played song of each local month; ties fall to the longer time, then to the song that was here "
        f"first. Where the first and the last month lie {MOST} and more apart, of each year, the newest {MOST}.",
        "select step, track_key, plays, ms\nfrom (\n"
        "select step, track_key, count(*) as plays, sum(ms_played)::bigint as ms,\n"
        "       row_number() over (partition by step order by count(*) desc, sum(ms_played) desc, track_key) as nth\n"
        "from (\n"
        "select track_key, ms_played, date_trunc(\n"
        "       case when max(month) over () >= min(month) over () + interval '12 months' then 'year'\n"
        "            else 'month' end, month)::date as step\nfrom (\n"
        + counted("track_key, ms_played, date_trunc('month', played_on::timestamp) as month")
        + "\n) plays\n) steps\ngroup by step, track_key\n) ranked\n"
        f"where nth = 1\norder by step desc\nlimit {MOST}",
    ),
    Formula(
        "Always there",
        f"Of the {MOST_ARTISTS} most played artists the one heard on the most local days; ties fall to plays, to the "
        "longer time, then to whoever was here first.",
        counted(
            "artist_key, count(distinct played_on) as days, count(*) as plays, sum(ms_played)::bigint as ms",
            where=among_top(MOST_ARTISTS),
            then="group by artist_key\norder by days desc, plays desc, ms desc, artist_key\nlimit 1",
        ),
    ),
    Formula(
        "The longest run",
        "The most plays that count of one main artist with no play that counts of another between them; of several "
        "as long the oldest.",
        "select artist_key, count(*) as plays, (array_agg(played_on order by nth))[1] as first_on\nfrom (\n"
        "select *, nth - row_number() over (partition by artist_key order by nth) as run\nfrom (\n"
        + counted("artist_key, played_on, row_number() over (order by played_at, play_key) as nth")
        + f"\n) plays\n) runs\nwhere {KNOWN}\n"
        "group by artist_key, run\norder by plays desc, min(nth)\nlimit 1",
    ),
    Formula(
        "One-hit artists",
        f"Artists of whom one recording alone was played in the period, {HIT_PLAYS} times or more.",
        counted(
            "artist_key, count(*) as plays, sum(ms_played)::bigint as ms",
            of=_RECORDINGS,
            where=KNOWN,
            then=f"group by artist_key\nhaving count(distinct {_RECORDING}) = 1 and count(*) >= {HIT_PLAYS}\n"
            f"order by plays desc, ms desc, artist_key\n-- the card names the first {SHOWN}",
        ),
    ),
    Formula(
        "To the end",
        "Of the rows of any length whose end an export tells, those heard to the end (its reason `trackdone`).",
        TOLD.format(
            what="count(*) filter (where reason_end = 'trackdone') as part, count(*) as whole",
            told="reason_end is not null",
        ),
    ),
    Formula(
        "Explorer or loyalist",
        f"Plays of artists whose first play ever lies less than {NEW_DAYS} days before, of all plays whose artist is "
        f"known. The first {NEW_DAYS} days of a history are left out: everybody is new in them." + _RULES["explored"],
        "\n".join(
            [
                "with met as (",
                "select artist_key, min(played_on) as met_on",
                "from bi.shown_plays",
                "where listener_id = :listener_id and counts_as_play",
                "group by artist_key",
                ")",
                f"select count(*) filter (where played_on < met_on + {NEW_DAYS}) as part, count(*) as whole",
                "from (",
                counted("artist_key, played_on", where=KNOWN),
                ") plays",
                "join met using (artist_key)",
                f"where played_on - {NEW_DAYS} >=",
                "      (select min(met_on) from met)",
            ]
        ),
    ),
    Formula(
        "Album listener or shuffler",
        "Plays right after one of another recording of the same album, of all plays whose album is known."
        + _RULES["followed"],
        "select count(*) filter (where release_group = album_before and recording <> recording_before) as part,\n"
        "       count(release_group) as whole\nfrom (\n"
        + counted(
            f"release_group, {_RECORDING} as recording,\n"
            "       lag(release_group) over (order by played_at, play_key) as album_before,\n"
            f"       lag({_RECORDING}) over (order by played_at, play_key) as recording_before",
            of=_ALBUMS,
        )
        + "\n) plays",
    ),
    Formula(
        "Night or morning person",
        "Milliseconds of the local hours from 22 to 3, of those from 22 to 9." + _RULES["nightly"],
        counted(
            "coalesce(sum(ms_played) filter (where played_hour >= 22 or played_hour < 4), 0)::bigint as part,\n"
            "       coalesce(sum(ms_played) filter (where played_hour >= 22 or played_hour < 10), 0)::bigint as whole"
        ),
    ),
    Formula(
        "Skipper or finisher",
        "Of the rows of any length whose details an extended export tells, those skipped." + _RULES["skipped"],
        TOLD.format(what="count(*) filter (where skipped) as part, count(*) as whole", told="shuffle is not null"),
    ),
)
