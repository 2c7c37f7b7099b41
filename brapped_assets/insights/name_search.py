"""Names that hold what somebody typed, in any script: of all there are, best first, or of those of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Identifier, Literal

from brapped_assets.insights.columns.day_numbers import dates
from brapped_assets.insights.columns.sums_by_item import Ints
from brapped_assets.insights.items import LARGEST_KEY, NAMED, Kind
from brapped_assets.insights.list_order import Kind as ListKind
from brapped_assets.insights.names import names
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_value
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

SHORTEST, LONGEST = 2, 100
# What is said to a program, of a page without the letter, and of a page with the beginning of a text.
TOO_SHORT = "One letter is in most names; say two."
LEFT_OUT = N_("One letter is in most names; two are looked for. Shown is what there is without it.")
CUT_SHORT = N_("Names are looked for by %(most)s characters at most; the others were left out.")
WORST = 3
# Where their names are found, and by which key.
TABLES = {
    "artists": ("artist_dim", "artist_key"), "songs": ("track_dim", "track_key"),
    "albums": ("album_dim", "release_group"),
}  # fmt: skip
# Of more things than these all names there are are looked through.
MOST_NAMED = 2_000
FOUND = np.dtype([("kind", ">i4"), ("key", ">i8"), ("older", ">i4"), ("quality", ">i4")])


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
    found = np.frombuffer(one_value(tx, SQL(q.found).format(text=Literal(text))) or b"", FOUND)
    return [
        hit
        for number, kind in enumerate(get_args(Kind))
        for hit in _best(tx, who, kind, found[found["kind"] == number], limit)
    ]


def named_like(tx: Connection, kind: ListKind, keys: Ints, uris: Sequence[str], text: str) -> NDArray[np.bool_]:
    """Which things of a list have a name that holds the text, as search compares names; keys as in `Listed`."""
    match kind:
        case "days":
            values = {"days": dates(keys), "text": text}
            rows = tx.execute(q.days_named, values).fetchall()
            found = {row["day"] for row in rows}
            return np.array([day in found for day in dates(keys)], np.bool_)
        case "contexts":
            told = [uris[key] for key in keys]
            rows = tx.execute(q.contexts_named, {"uris": told, "text": text}).fetchall()
            found = {row["context_uri"] for row in rows}
            return np.array([uri in found for uri in told], np.bool_)
        case _:
            table, key = TABLES[kind]
            which: Composable = SQL("true")
            if len(keys) <= MOST_NAMED:
                which = SQL("n.{} = any({})").format(Identifier(key), Literal(keys.tolist()))
            statement = SQL(q.named).format(
                key=Identifier(key), table=Identifier("star", table), text=Literal(text), which=which
            )
            row = tx.execute(statement, binary=True).fetchone()
            return np.isin(keys, np.frombuffer((row and row["keys"]) or b"", ">i8").astype(np.int64))


def _best(tx: Connection, who: Viewer, kind: Kind, found: NDArray[np.void], limit: int) -> list[Hit]:
    # A name of any release finds the album.
    keys, nth = np.unique(found["key"].astype(np.int64), return_inverse=True)
    older, quality = np.full(len(keys), LARGEST_KEY), np.full(len(keys), WORST)
    np.minimum.at(older, nth, found["older"])
    np.minimum.at(quality, nth, found["quality"])
    plays = _plays(who, kind, keys)
    # What only others play is theirs to find.
    rows = np.flatnonzero(plays) if len(who.everybody) > 1 else np.arange(len(keys))
    rows = rows[np.lexsort((older[rows], -plays[rows], quality[rows]))[:limit]]
    named = names(tx, NAMED[kind], keys[rows], who.shown.catalogue.same_artists)
    return [
        Hit(
            kind,
            named[key][f"{kind}_key"],
            named[key][f"{kind}_name"],
            None if kind == "artist" else named[key]["artist_name"],
            many,
            named[key]["has_cover"],
        )
        for key, many in zip(keys[rows].tolist(), plays[rows].tolist(), strict=True)
    ]


def _plays(who: Viewer, kind: Kind, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The plays of all time of each; 0 of what was never met."""
    plays, catalogue = who.shown.ever, who.shown.catalogue
    numbering, sums = {
        "artist": (catalogue.artists, plays.by_artist),
        "track": (catalogue.tracks, plays.by_track),
        "album": (catalogue.albums, plays.by_album),
    }[kind]
    numbers = numbering.numbers(keys)
    found = np.zeros(len(keys), np.int64)
    found[numbers >= 0] = sums.plays[numbers[numbers >= 0]]
    return found
