"""What a number on a page means: in words, and as SQL that anyone can run on the public views and compare."""

import re
from dataclasses import dataclass, replace

from brapped_assets.insights.selection import Rule

DEFAULT = "counts_as_play"
# What counts by each rule, over bi.shown_plays.
RULES: dict[Rule, str] = {
    "spotify": DEFAULT,
    "lastfm": "duration_ms > 30000 and ms_played >= least(duration_ms / 2.0, 240000)",
    "finished": "reason_end = 'trackdone'",
    "all": "ms_played >= 0",
}


@dataclass(frozen=True)
class Formula:
    """One number.

    `sql` reads the `bi` views: `:listener_id` is whose (`:other_id`, with whom they are compared), `:first` and
    `:until` are local days, the last not in it, `:key` is the page's artist or track, `:before_first` and
    `:before_until` are the period held against, and `:today` is today.
    """

    name: str
    words: str
    sql: str

    @property
    def statement(self) -> str:
        """The SQL with its values as the driver takes them: `%(first)s` for `:first`."""
        return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", self.sql.replace("%", "%%"))

    def by(self, rule: Rule) -> "Formula":
        """The same, where plays count by a rule."""
        return replace(self, sql=self.sql.replace(DEFAULT, RULES[rule]))


# Artists are ranked and counted without the one that stands for whoever is not known yet.
KNOWN = "artist_key in (select artist_key from bi.artists where is_known)"

# Artists credited beside the main one, as the listener's aliases have them.
GUESTS = (
    "(select distinct c.track_key, coalesce(same.to_key, c.artist_key) as artist_key\n"
    "        from bi.track_artists c\n"
    "        left join bi.aliases same\n"
    "               on same.listener_id = :listener_id and same.kind = 'artist' and same.from_key = c.artist_key\n"
    "       where c.role = 'featured')"
)


def counted(what: str, *, of: str = "bi.shown_plays", where: str = "", then: str = "") -> str:
    """A query over the plays that count in a period, laid out to be read."""
    lines = [
        f"select {what}",
        f"from {of}",
        "where listener_id = :listener_id",
        "  and played_on >= :first and played_on < :until",
        "  and counts_as_play",
        *([f"  and {where}"] if where else []),
        *([then] if then else []),
    ]
    return "\n".join(lines)


def top_artists(limit: int) -> str:
    """The most played artists of a period."""
    return counted(
        "artist_key, count(*) as plays, sum(ms_played)::bigint as ms",
        where=KNOWN,
        then=f"group by artist_key\norder by plays desc, ms desc, artist_key\nlimit {limit}",
    )


def among_top(limit: int) -> str:
    """The condition that an artist is one of them."""
    return "\n".join(["artist_key in (select artist_key from (", top_artists(limit), ") top)"])
