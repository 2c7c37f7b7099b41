"""Where the pictures of what some cards tell of are."""

from collections.abc import Iterable
from typing import get_args

from brapped_assets.insights.wrapped.card import Card
from brapped_assets.insights.wrapped.model import Kind
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "queries.sql")


def pictures(tx: Connection, told: Iterable[Card]) -> dict[tuple[Kind, int], str]:
    """URLs at Spotify by kind and key; a thing of which none is known is left out."""
    keys: dict[str, list[int]] = {kind: [] for kind in get_args(Kind)}
    for card in told:
        seen = (*card.strip, *card.mosaic, *(tile.row for tile in card.tiles))
        for row in (card.about, card.hero, *card.rows, *card.more, *card.choices, *seen):
            if row and row.key is not None:
                keys[row.kind].append(row.key)
    rows = tx.execute(q.with_cover, keys).fetchall()
    return {(row["kind"], row["key"]): row["image_url"] for row in rows}
