"""What the plays of a period could be narrowed by: each value of each kind with its plays, as *Explore* shows them."""

from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.facets import facets
from brapped_assets.insights.selected_viewer import seeing
from brapped_assets.warehouse.db.connections import Connection


class Facet(Model):
    """One value of one filter. Its numbers are those of the same question with this value for this filter."""

    filter: str
    """The filter, as a parameter is called."""
    value: str
    """The value, as a parameter has it."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""


def facet_rows(tx: Connection, asked: Question) -> list[Facet]:
    """Values without plays are left out; those of one filter lie together, the most played first."""
    seen = seeing(tx, asked.whole, asked.who, asked.selection)
    return [
        Facet(filter=kind, value=_written(kind, option.value), plays=option.plays, ms=option.ms)
        for kind, found in facets(tx, seen, asked.selection, asked.period).items()
        for option in found.options
    ]


def _written(kind: str, value: int | str) -> str:
    return "unknown" if kind == "decade" and value == 0 else str(value)
