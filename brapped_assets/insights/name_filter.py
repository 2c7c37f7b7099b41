"""Which things of a list have a name that holds what somebody typed."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Value

from brapped_assets.insights.columns.day_numbers import dates
from brapped_assets.insights.columns.sums_by_item import Ints
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "search.sql")

Kind = Literal["artists", "songs", "albums", "days", "contexts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Where their names are found, and by which key.
TABLES = {
    "artists": ("artist_dim", "artist_key"), "songs": ("track_dim", "track_key"),
    "albums": ("album_dim", "release_group"),
}  # fmt: skip
# Of more things than these all names there are are looked through.
MOST_NAMED = 2_000


def named_like(tx: Connection, kind: Kind, keys: Ints, uris: Sequence[str], text: str) -> NDArray[np.bool_]:
    """Which of some things have a name that holds the text, as search compares names. Keys are those of `Listed`."""
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
                which = SQL("n.{} = any({})").format(Identifier(key), Value(keys.tolist()))
            statement = SQL(q.named).format(
                key=Identifier(key), table=Identifier("star", table), text=Value(text), which=which
            )
            row = tx.execute(statement, binary=True).fetchone()
            return np.isin(keys, np.frombuffer((row and row["keys"]) or b"", ">i8").astype(np.int64))
