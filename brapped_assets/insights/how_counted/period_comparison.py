"""How two periods are held against each other."""

from brapped_assets.insights.how_counted.formula import KNOWN, Formula


def _moved(columns: str, where: str, order: str) -> str:
    """A query over the artists of both periods, laid out to be read."""
    return "\n".join(
        [
            "with counted as (",
            "    select artist_key, played_on >= :first and played_on < :until as is_now,",
            "           played_on >= :before_first and played_on < :before_until as was_then, ms_played",
            "    from bi.shown_plays",
            "    where listener_id = :listener_id and counts_as_play",
            f"      and {KNOWN}",
            "), played as (",
            "    select artist_key, count(*) filter (where is_now) as plays,",
            "           sum(ms_played) filter (where is_now) as ms,",
            "           count(*) filter (where was_then) as plays_before,",
            "           sum(ms_played) filter (where was_then) as ms_before",
            "    from counted where is_now or was_then",
            "    group by artist_key",
            "), ranked as (",
            "    select *, plays * sum(plays_before) over () - plays_before * sum(plays) over () as growth,",
            "           row_number() over (order by plays desc, ms desc, artist_key) as rank,",
            "           row_number() over (order by plays_before desc, ms_before desc, artist_key) as rank_before",
            "    from played",
            ")",
            f"select artist_key, {columns}",
            f"from ranked where {where}",
            f"order by {order}",
        ]
    )


BOTH = "plays, rank, plays_before, rank_before"
FORMULAS = [
    Formula(
        "Risers",
        "Artists with a better rank by plays than in the period held against, played in both. The greatest growth of "
        "their share of all plays comes first: what climbs from far below to not much is no great riser, and periods "
        "of different length can be held against each other. Songs and albums likewise.",
        _moved(BOTH, "plays > 0 and plays_before > 0 and rank < rank_before", "growth desc, rank"),
    ),
    Formula(
        "Fallers",
        "Artists with a worse rank, played in both; the greatest loss of their share comes first.",
        _moved(BOTH, "plays > 0 and plays_before > 0 and rank > rank_before", "growth, rank"),
    ),
    Formula(
        "Came",
        "Artists played in the period and not in the one it is held against; they may have been played in other times.",
        _moved("plays, rank", "plays > 0 and plays_before = 0", "rank"),
    ),
    Formula(
        "Gone",
        "Artists played in the period that is held against, and no longer.",
        _moved("plays_before, rank_before", "plays = 0", "rank_before"),
    ),
    Formula(
        "First song of a period",
        "The first play that counts of a period, by the moment it ended.",
        "select played_on, track_key\nfrom bi.shown_plays\nwhere listener_id = :listener_id\n"
        "  and played_on >= :first and played_on < :until and counts_as_play\n"
        "order by played_at, play_key\nlimit 1",
    ),
]
