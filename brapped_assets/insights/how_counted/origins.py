"""How genres, countries and decades of artists are counted."""

from brapped_assets.insights.how_counted.formula import Formula, counted
from brapped_assets.insights.origins import ENOUGH
from brapped_assets.text import formatting

_GENRES = "bi.shown_plays join (select artist_key, genre from bi.artist_genres) genres using (artist_key)"
_ORIGINS = (
    "bi.shown_plays join (select artist_key, country as origin, began from bi.artists) origins using (artist_key)"
)
_SUMS = "count(*) as plays, sum(ms_played)::bigint as ms"

FORMULAS = [
    Formula(
        "Genres",
        "A play is of every genre of its main artist, whatever the weight of each, so that shares of genres do not add "
        "up to 100 %. A genre is its exact name: alternative rock is no rock, unless the artist is rock, too. An "
        "artist’s genres are those that MusicBrainz lists as genres, with votes, the five with the most; where it has "
        "none, Wikidata’s, and where that has none, Spotify’s own. What genres.csv says goes before all. The weight of "
        "a genre (its share of the votes) orders an artist’s genres and nothing else.",
        counted(f"genre, {_SUMS}", of=_GENRES, then="group by genre\norder by plays desc, genre"),
    ),
    Formula(
        "Known genres",
        "Plays, and milliseconds, of artists of whom a genre is known. Below "
        f"{formatting.percent(ENOUGH, 1)} of the minutes nothing is drawn, and no card is shown. Countries and decades "
        "likewise.",
        counted(
            "count(*) as plays, coalesce(sum(ms_played), 0)::bigint as ms",
            where="artist_key in (select artist_key from bi.artist_genres)",
        ),
    ),
    Formula(
        "Genres by month",
        "Plays of a genre by the local month they ended in; up to 100 days by week, more than three years by year.",
        counted(
            f"genre, date_trunc('month', played_on)::date as month, {_SUMS}",
            of=_GENRES,
            then="group by genre, month\norder by genre, month",
        ),
    ),
    Formula(
        "Genres around the clock",
        "Plays of a genre by the local hour they ended in.",
        counted(f"genre, played_hour as hour, {_SUMS}", of=_GENRES, then="group by genre, hour\norder by genre, hour"),
    ),
    Formula(
        "Where your artists come from",
        "Plays by the country of the main artist, as MusicBrainz has it: the country of their area; where it has none, "
        "Wikidata’s country of origin, if it is one.",
        counted(
            f"origin, {_SUMS}",
            of=_ORIGINS,
            where="origin is not null",
            then="group by origin\norder by plays desc, origin",
        ),
    ),
    Formula(
        "When your artists began",
        "Plays by the decade in which the main artist began: a group when it was founded, a person when born.",
        counted(
            f"began / 10 * 10 as decade, {_SUMS}",
            of=_ORIGINS,
            where="began is not null",
            then="group by decade\norder by decade",
        ),
    ),
    Formula(
        "Where you listened",
        "Plays by the country of the connection, which only an extended export tells.",
        counted(
            f"upper(country) as country, {_SUMS}",
            where="country is not null",
            then="group by 1\norder by plays desc, country",
        ),
    ),
]
