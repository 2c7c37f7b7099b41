"""How what two listeners share is counted."""

from brapped_assets.insights.how_counted.formula import KNOWN, Formula


def _of_both(kind: str, *then: str) -> str:
    """A query over what each of the two played, by artist or track, laid out to be read."""
    lines = [
        "with played as (",
        f"    select listener_id, {kind}_key, count(*) as plays",
        "    from bi.shown_plays",
        "    where listener_id in (:listener_id, :other_id)",
        "      and played_on >= :first and played_on < :until",
        "      and counts_as_play",
        *([f"      and {KNOWN}"] if kind == "artist" else []),
        f"    group by listener_id, {kind}_key",
        *then,
        "where mine.listener_id = :listener_id and theirs.listener_id = :other_id",
    ]
    return "\n".join(lines)


def _shared(kind: str, name: str) -> str:
    return _of_both(kind, ")", f"select count(*) as {name}", f"from played mine join played theirs using ({kind}_key)")


FORMULAS = [
    Formula(
        "Taste overlap",
        "For each artist the smaller of two shares is taken, that of one listener's plays and that of the other's, "
        "and all of these are added up. 0 % is not one artist in common; 100 % is the same artists in the same "
        "proportions, however much each of the two listens. Main artists count, by plays; plays whose artist is not "
        "known yet are left out.",
        _of_both(
            "artist",
            "), share as (",
            "    select listener_id, artist_key, plays / sum(plays) over (partition by listener_id) as share",
            "    from played",
            ")",
            "select coalesce(sum(least(mine.share, theirs.share)), 0)::float8 as overlap",
            "from share mine join share theirs using (artist_key)",
        ),
    ),
    Formula(
        "Artists in common",
        "Main artists whom both played in the period, each in their own days.",
        _shared("artist", "artists"),
    ),
    Formula(
        "Songs in common",
        "Songs that both played in the period; each release is a song of its own.",
        _shared("track", "songs"),
    ),
]
