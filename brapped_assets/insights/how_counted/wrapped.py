"""How each number of Wrapped is counted: in words, and as SQL over the public views."""

from dataclasses import replace

from brapped_assets.insights.how_counted.formula import Formula, among_top, counted, top_artists
from brapped_assets.insights.how_counted.origins import FORMULAS as ORIGINS
from brapped_assets.insights.how_counted.overview import FORMULAS as OVERVIEW
from brapped_assets.insights.how_counted.wrapped_habits import FORMULAS as HABITS
from brapped_assets.insights.wrapped.card_list import NEEDS
from brapped_assets.insights.wrapped.listener_type import KINDS, OTHERWISE
from brapped_assets.insights.wrapped.model import MOST_SHARES as SHARES
from brapped_assets.text import formatting

_KINDS = "; ".join(
    f"{kind.name}: {kind.words % {'share': f'{formatting.percent(kind.share, 1)} or more'}}".removesuffix(".")
    for kind in KINDS
)
_ALBUMS = (
    "bi.shown_plays\n"
    "join (select track_key, isrc from bi.tracks) tracks using (track_key)\n"
    "join (select track_key, release_group, release_date, total_tracks\n"
    "        from bi.track_albums\n"
    "        left join (select album_id, total_tracks from bi.albums) lengths using (album_id)\n"
    "     ) albums using (track_key)"
)


def _of_origins(name: str, by: str, limit: int) -> str:
    """A statement of the page of genres and countries, by minutes."""
    sql = next(formula.sql for formula in ORIGINS if formula.name == name)
    return sql[: sql.index("order by")] + f"order by ms desc, {by}\nlimit {limit}"


_FORMULAS = (
    Formula(
        "Top artists",
        "Most plays first; ties fall to the longer time, then to whoever was here first. Songs whose artist is not "
        "known yet are nobody's.",
        top_artists(5),
    ),
    Formula(
        "Top songs",
        "Most plays first; ties fall to the longer time, then to the song that was here first.",
        counted(
            "track_key, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by track_key\norder by plays desc, ms desc, track_key\nlimit 8",
        ),
    ),
    Formula(
        "Top album",
        "Plays × evenness. Evenness is the entropy of the album's plays divided by the logarithm of its number of "
        "songs: 1 when every song was played alike, 0 when only one was. Releases of one album count together.",
        "select release_group, songs, of_songs, plays::int as plays, ms, entropy / ln(of_songs) as evenness\n"
        "from (\n"
        "select release_group, count(*) as songs, greatest(max(total_tracks), count(*)) as of_songs,\n"
        "       sum(plays) as plays, sum(ms)::bigint as ms,\n"
        "       ln(sum(plays)) - sum(plays * ln(plays)) / sum(plays) as entropy\n"
        "from (\n"
        + counted(
            "release_group, coalesce(isrc, track_key::text) as recording, max(total_tracks) as total_tracks,\n"
            "       count(*)::float8 as plays, sum(ms_played) as ms",
            of=_ALBUMS,
            then="group by release_group, recording",
        )
        + "\n) songs\n"
        "group by release_group\n"
        "having count(*) >= 3\n"
        ") albums\n"
        "order by round((plays * entropy / ln(of_songs))::numeric, 4) desc, plays desc, ms desc\n"
        "limit 1",
    ),
    Formula(
        "The race",
        "The five most played artists, placed among each other by the plays of each month.",
        counted(
            "artist_key, date_trunc('month', played_on)::date as month, count(*) as plays",
            where=among_top(5),
            then="group by artist_key, month\norder by artist_key, month",
        ),
    ),
    Formula(
        "Your genres",
        "By milliseconds. A play is of every genre of its main artist; shares are of all minutes of the period.",
        _of_origins("Genres", "genre", SHARES),
    ),
    Formula(
        "Where your artists come from",
        "By milliseconds, and the country of the main artist; shares are of all minutes of the period.",
        _of_origins("Where your artists come from", "origin", SHARES),
    ),
    Formula(
        "Where you listened",
        "By milliseconds, and the country of the connection, which only an extended export tells.",
        _of_origins("Where you listened", "country", SHARES),
    ),
    Formula(
        "On repeat",
        "The most plays of one song in one local day.",
        counted(
            "played_on, track_key, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by played_on, track_key\norder by plays desc, ms desc, played_on, track_key\nlimit 1",
        ),
    ),
    Formula(
        "The day you could not stop",
        "The local day with the most minutes.",
        counted(
            "played_on, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by played_on\norder by ms desc, plays desc, played_on\nlimit 1",
        ),
    ),
    Formula(
        "Discoveries",
        "Artists whose first known play lies in the period; told where 30 days and more are known before it.",
        next(formula.sql for formula in OVERVIEW if formula.name == "New artists"),
    ),
    Formula(
        "The comeback",
        "Of the 50 most played artists, the one with the most plays since a silence of 180 days and more was over.",
        "with told as (\n"
        "select artist_key, played_on, ms_played,\n"
        "       lag(played_on) over (partition by artist_key order by played_on, played_at) as last_on\n"
        "from bi.shown_plays\n"
        "where listener_id = :listener_id and played_on < :until and counts_as_play\n"
        "  and " + among_top(50) + "\n)\n"
        "select back.artist_key, back.last_on, back.played_on as back_on, count(*) as plays,\n"
        "       sum(since.ms_played)::bigint as ms\n"
        "from told back\n"
        "join told since on since.artist_key = back.artist_key and since.played_on >= back.played_on\n"
        "where back.played_on - back.last_on >= 180 and back.played_on >= :first\n"
        "group by back.artist_key, back.last_on, back.played_on\n"
        "order by plays desc, ms desc, artist_key, back_on\n"
        "limit 1",
    ),
    Formula(
        "Your clock",
        f"The first of these that holds. {_KINDS}; else {OTHERWISE}.",
        counted(
            "extract(isodow from played_on)::int as weekday, played_hour as hour, sum(ms_played)::bigint as ms",
            then="group by weekday, hour\norder by weekday, hour",
        ),
    ),
    Formula(
        "Your streak",
        "The longest run of local days in a row with a play, inside the period.",
        "select min(played_on) as first, max(played_on) as last, count(*) as days\n"
        "from (\n"
        "select played_on, played_on - (row_number() over (order by played_on))::int as run\n"
        "from (\n" + counted("distinct played_on") + "\n) days\n"
        ") runs\n"
        "group by run\n"
        "order by days desc, first\n"
        "limit 1",
    ),
    Formula(
        "Then and now",
        "Minutes against the same days of the year or month before, or as many days before; told where all of that "
        "time is known.",
        next(formula.sql for formula in OVERVIEW if formula.name == "Change"),
    ),
    Formula(
        "Listening age",
        "18 plus the years since the album of the median play came out, as if favourites came out when one is 18.",
        counted(
            "percentile_disc(0.5) within group (order by extract(year from release_date)::int) as year",
            of=_ALBUMS,
            where="release_date is not null",
        ),
    ),
)
_LEAST = {need.title: f" Shown from {need.what % {'least': f'{need.least:,}'}} on." for need in NEEDS if need.least > 1}

FORMULAS = [replace(formula, words=formula.words + _LEAST.get(formula.name, "")) for formula in (*_FORMULAS, *HABITS)]
