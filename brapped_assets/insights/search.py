"""Search over the names of artists, tracks and albums, in any script."""

from dataclasses import dataclass
from typing import get_args

from brapped_assets.insights.items import Kind, all_time
from brapped_assets.insights.overview import asked
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

SHORTEST, LONGEST = 2, 100
# In homes of several so many times more names are looked at: some were played by others alone.
OF_OTHERS = 5


@dataclass(frozen=True)
class Hit:
    """A name that holds the text; `by` is the artist of a track or an album, `plays` those of all time.

    `has_cover`: a picture is known of it.
    """

    kind: Kind
    key: int
    name: str
    by: str | None
    plays: int
    has_cover: bool


def is_enough(text: str) -> bool:
    """Two characters, or one that is a word of its own, as one of Chinese or an emoji can be."""
    return len(text) >= SHORTEST or (len(text) == 1 and ord(text) >= 0x2E80)  # noqa: PLR2004 - where CJK begins


def cleaned(typed: str) -> str:
    """What somebody typed as it is searched for: trimmed, of bounded length, without what PostgreSQL cannot hold."""
    return " ".join(typed.replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST].split())


def search(tx: Connection, who: Viewer, text: str, limit: int) -> list[Hit]:
    """The best hits of each kind: the whole name, its beginning, a word's, any place; then the most played."""
    if not is_enough(text):
        return []
    is_alone = len(who.everybody) <= 1
    values = {**asked(who, all_time(who)), "text": text, "limit": limit if is_alone else limit * OF_OTHERS}
    hits = [Hit(**row) for row in tx.execute(sql("insights/search/found"), values).fetchall()]
    if is_alone:
        return hits
    # What only others play is theirs to find.
    own = [hit for hit in hits if hit.plays]
    return [hit for kind in get_args(Kind) for hit in [one for one in own if one.kind == kind][:limit]]
