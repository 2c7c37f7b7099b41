"""What a number on a page means: in words, and as SQL that anyone can run on the public views and compare."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Formula:
    """One number.

    `sql` reads the `bi` views: `:listener_id` is whose (`:other_id`, with whom they are compared), `:first` and
    `:until` are local days, the last not in it, `:key` is the page's artist or track, `:before_first` and
    `:before_until` are the period held against, and `:today` is today. What a listener hides is left out of the
    pages besides.
    """

    name: str
    words: str
    sql: str

    @property
    def statement(self) -> str:
        """The SQL with its values as the driver takes them: `%(first)s` for `:first`."""
        return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", self.sql.replace("%", "%%"))


# Artists are ranked and counted without the one that stands for whoever is not known yet.
KNOWN = "artist_key in (select artist_key from bi.artists where is_known)"


def counted(what: str, *, of: str = "bi.plays", where: str = "", then: str = "") -> str:
    """A query over the plays that count in a period, laid out to be read."""
    lines = [
        f"select {what}",
        f"from {of}",
        "where listener_id = :listener_id",
        "  and played_on >= :first and played_on < :until",
        "  and counts_as_play and incognito is not true",
        *([f"  and {where}"] if where else []),
        *([then] if then else []),
    ]
    return "\n".join(lines)
