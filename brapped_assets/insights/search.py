"""Search over the names of artists, tracks and albums, in any script."""

from dataclasses import dataclass
from typing import Literal

from brapped_assets.insights.items import all_time
from brapped_assets.insights.overview import asked
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

SHORTEST, LONGEST = 2, 100


@dataclass(frozen=True)
class Hit:
    """A name that holds the text; `by` is the artist of a track or an album, `plays` those of all time.

    `has_cover`: a picture is known of it.
    """

    kind: Literal["artist", "track", "album"]
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
    values = {**asked(who, all_time(who)), "text": text, "limit": limit}
    rows = tx.execute(sql("insights/search/found"), values).fetchall()
    return [Hit(**row) for row in rows]
