"""What a listener permits an assistant to read, and what has to be said of it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from brapped_assets.insights.api_answers.model import about
from brapped_assets.insights.api_answers.parameters import Pairs
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.viewer import Viewer
from brapped_assets.mcp_server import shown_sql
from brapped_assets.mcp_server.allowed_sql import RefusedStatement
from brapped_assets.warehouse.assistant_access import Reads, assistant_reads
from brapped_assets.warehouse.db.connections import Connection

Found = dict[str, Any]
Filters = Mapping[str, Sequence[str]]
# The only rows that a data export tells of.
EXPORTED: Pairs = (("source", "export"), ("source", "both"))
NOT_ALLOWED = "Nothing may be read any more: on the page Ask of Brapped, or by `brapped mcp --allow`, it is allowed."
NOBODY = "Nothing was played yet, so there is nothing to ask. Import a data export, or connect Spotify."
AT_LEAST = "A gap reaches into this time, so say 'at least': plays may be missing."
ONLY_EXPORTED = (
    "Only what the listener's own Spotify data export tells is read here; plays that were only polled are left out."
)


class Opened(NamedTuple):
    """A transaction in which nothing can be changed, of somebody who allowed `reads`."""

    tx: Connection
    who: Viewer
    reads: Reads

    def pairs(self, filters: Filters) -> Pairs:
        """What an address would say; of the export alone where no more is allowed. Raises RefusedStatement."""
        told = [(name, value) for name, values in filters.items() for value in values]
        if self.reads == "all":
            return told
        if any(name == "source" for name, _ in told):
            raise RefusedStatement(ONLY_EXPORTED)
        return [*told, *EXPORTED]

    def told(self, asked: Question, **found: Any) -> Found:
        """An answer with what it says of itself, and what whoever repeats it has to say."""
        said = about(asked.who, asked.selection, asked.period)
        say = [
            *([AT_LEAST] if said.is_at_least else []),
            *([ONLY_EXPORTED] if self.reads == "export" else []),
            *([shown_sql.NARROWED] if "sql" in found and asked.selection.narrows else []),
        ]
        return {**found, "about": said.model_dump(mode="json"), "say": [*say, *found.get("say", [])]}


def open_to_assistant(tx: Connection, who: Viewer | None) -> Opened:
    """What somebody allowed, asked of the database each time. Raises RefusedStatement where it is nothing."""
    if who is None or who.first_day is None:
        raise RefusedStatement(NOBODY)
    reads = assistant_reads(tx, who.listener_id)
    if reads is None:
        raise RefusedStatement(NOT_ALLOWED)
    return Opened(tx, who, reads)
