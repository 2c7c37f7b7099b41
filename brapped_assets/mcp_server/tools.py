"""What an assistant can ask: each tool is one question, answered as the pages answer it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from msgspec import to_builtins

from brapped_assets.insights.api_answers import completeness, lists, plays, totals
from brapped_assets.insights.api_answers.model import about
from brapped_assets.insights.api_answers.parameters import Pairs, Parameter, of_period, of_selection
from brapped_assets.insights.api_answers.question import Question, read_question
from brapped_assets.insights.columns.life_cache import LifeCache
from brapped_assets.insights.name_filter import Kind
from brapped_assets.insights.rule_comparison import WORDS
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.mcp_server import shown_sql
from brapped_assets.mcp_server.listener_tables import listener_tables
from brapped_assets.mcp_server.query import MOST_ROWS, run_query
from brapped_assets.mcp_server.statement import RefusedStatement
from brapped_assets.warehouse.assistant_access import Reads, assistant_reads
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.read_pool import Reading

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
HINTS = (
    (
        "Statistics are of bi.shown_plays where counts_as_play: hidden plays, private sessions and impossible repeats "
        "are left out there. bi.plays has every row."
    ),
    (
        "played_at is the END of a play in UTC; played_on and played_hour are local. ms_played is milliseconds; where "
        "ms_played_basis is 'estimated' say 'about'."
    ),
    "Rank artists without those whom bi.artists calls not is_known: they are names of nobody.",
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


@dataclass
class Tools:
    """The questions of one listener; None: the first one. What they allowed is asked of the database each time."""

    reading: Reading
    clock: Callable[[], datetime]
    listener_id: int | None = None
    lives: LifeCache = field(default_factory=LifeCache)
    # How long one query may take.
    seconds: float = 5

    def describe(self) -> Found:
        with self._asking("all", {}) as (opened, asked):
            tables = listener_tables(opened.tx, opened.who.listener_id, opened.reads)
            words = {
                f"bi.{name}": {
                    "about": table.words,
                    "columns": {one.name: f"{one.type}: {one.words}" for one in table.columns},
                }
                for name, table in tables.items()
            }
            filters = {one.name: one.description for one in of_selection()}
            return opened.told(asked, tables=words, rules=WORDS, filters=filters, hints=HINTS)

    def query(self, sql: str, limit: int) -> Found:
        if not 1 <= limit <= MOST_ROWS:
            raise RefusedStatement(f"limit is from 1 to {MOST_ROWS}.")
        with self._asking("all", {}) as (opened, asked):
            tables = listener_tables(opened.tx, opened.who.listener_id, opened.reads)
            answer = run_query(opened.tx, sql, tables, limit, self.seconds)
            more = [f"There are more rows than these {limit}."] if answer.is_cut else []
            # What it says of itself is of all that is known.
            told = opened.told(asked, columns=answer.columns, rows=answer.rows, say=more)
        return {**told, "sql": answer.sql}

    def totals(self, period: str, filters: Filters) -> Found:
        with self._asking(period, filters) as (opened, asked):
            found = totals.totals(opened.tx, asked)
            sql = shown_sql.statements(asked, (shown_sql.OVERVIEW[name] for name in shown_sql.TOTALS))
            return opened.told(asked, sql=sql, totals=found.model_dump(mode="json"))

    def top(self, kind: Kind, period: str, by: Literal["plays", "minutes"], limit: int, filters: Filters) -> Found:
        more = [("sort", by), ("limit", str(limit))]
        with self._asking(period, filters, more, lists.parameters(kind)) as (opened, asked):
            rows, many = lists.list_rows(opened.tx, asked, kind)
            sql = shown_sql.statements(asked, [shown_sql.LISTS[kind]])
            return opened.told(asked, sql=sql, rows=to_builtins(rows), of=many)

    def plays(self, period: str, text: str, limit: int, before: str, filters: Filters) -> Found:
        more = [("limit", str(limit)), *([("q", text)] if text else []), *([("before", before)] if before else [])]
        with self._asking(period, filters, more, plays.PARAMETERS) as (opened, asked):
            rows, older = plays.plays(opened.tx, asked)
            return opened.told(asked, rows=[row.model_dump(mode="json") for row in rows], older_before=older)

    def completeness(self, period: str) -> Found:
        with self._asking(period, {}) as (opened, asked):
            found = completeness.completeness(opened.tx, asked)
            return opened.told(asked, completeness=found.model_dump(mode="json"))

    @contextmanager
    def _asking(
        self, period: str, filters: Filters, more: Pairs = (), parameters: Sequence[Parameter] = ()
    ) -> Iterator[tuple[Opened, Question]]:
        known = [of_period("year"), *of_selection(), *parameters]
        with self.reading.transaction() as tx:
            who = viewer(tx, self.clock(), self.listener_id, lives=self.lives)
            if who is None or who.first_day is None:
                raise RefusedStatement(NOBODY)
            reads = assistant_reads(tx, who.listener_id)
            if reads is None:
                raise RefusedStatement(NOT_ALLOWED)
            opened = Opened(tx, who, reads)
            yield opened, read_question(tx, who, [("range", period), *opened.pairs(filters), *more], known)
