"""Spotify's own ranking of artists and songs: without counts, and never part of a number of ours."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "lists.sql")

SPANS = {"short_term": N_("Last 4 weeks"), "medium_term": N_("Last 6 months"), "long_term": N_("Last year")}


@dataclass(frozen=True)
class Ranking:
    """One stretch of Spotify's: the newest lists of it, as of the local day `taken_on`."""

    label: str
    taken_on: date
    artists: list[dict[str, Any]]
    tracks: list[dict[str, Any]]


def rankings(tx: Connection, who: Viewer, limit: int) -> list[Ranking]:
    """Shortest stretch first; stretches without a list are left out."""
    rows = tx.execute(q.spotify_top, {"listener_id": who.listener_id, "limit": limit}).fetchall()
    of_span = {span: [row for row in rows if row["time_range"] == span] for span in SPANS}
    return [
        Ranking(
            label,
            max(row["taken_on"] for row in of_span[span]),
            [row for row in of_span[span] if row["kind"] == "artists"],
            [row for row in of_span[span] if row["kind"] == "tracks"],
        )
        for span, label in SPANS.items()
        if of_span[span]
    ]
