"""Two listeners held against each other: what both played, and how much of their taste is the same."""

from dataclasses import dataclass
from typing import Any

from brapped_assets.insights.formulas import KNOWN, Formula
from brapped_assets.insights.overview import asked
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Plays, main artists and songs of each and of both; `overlap` is from 0 to 1.

    `top_artists` have the most in common first, `top_songs` those that the one who played them less played most.
    Their rows have keys, names, `mine` and `theirs` (plays).
    """

    my_plays: int
    their_plays: int
    artists: int
    my_artists: int
    their_artists: int
    songs: int
    my_songs: int
    their_songs: int
    overlap: float
    top_artists: list[Row]
    top_songs: list[Row]


def compare(tx: Connection, who: Viewer, other: Viewer, period: Period, limit: int) -> Comparison:
    """A period of two; its days are each one's own, and what one hides is left out on their side."""
    theirs = {f"other_{name.removeprefix('listener_')}": value for name, value in asked(other, period).items()}
    row = tx.execute(sql("insights/compare"), {**asked(who, period), **theirs, "limit": limit}).fetchone()
    assert row is not None
    return Comparison(**row)


def _of_both(kind: str, *then: str) -> str:
    """A query over what each of the two played, by artist or track, laid out to be read."""
    lines = [
        "with played as (",
        f"    select listener_id, {kind}_key, count(*) as plays",
        "    from bi.plays",
        "    where listener_id in (:listener_id, :other_id)",
        "      and played_on >= :first and played_on < :until",
        "      and counts_as_play and incognito is not true",
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
